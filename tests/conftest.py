"""What every test stands on: a real PostgreSQL as the app role, a real Valkey, and the cast.

The schema is made once as the owner role, into a template that is kept until a migration or the catalogue changes; each
test process clones it. Tests then connect as the app role, which no policy can be bypassed with.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings as django_settings
from psycopg import errors, sql

ROOT = Path(__file__).resolve().parents[1]
_WHAT_MAKES_THE_SCHEMA = (
    "*/migrations/*.py",
    "platform/*/migrations/*.py",
    "tenants/rls.py",
    "assessments/catalogue/**/*.yaml",
    "assessments/catalogue/**/*.py",
)

DATABASES_OF_VALKEY = 16

pytest_plugins = ["tests.cast", "tests.distribution"]


def pytest_configure() -> None:
    """Each process of a run has a database of Valkey, as of PostgreSQL: some tests empty what they counted in."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        number = 1 + int(worker.removeprefix("gw")) % (DATABASES_OF_VALKEY - 1)
        django_settings.REDIS_URL = _url_with(django_settings.REDIS_URL, database=str(number))
        django_settings.CACHES["default"]["LOCATION"] = django_settings.REDIS_URL


def _schema_hash() -> str:
    digest = hashlib.sha256()
    for pattern in _WHAT_MAKES_THE_SCHEMA:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _in_use(database: str) -> bool:
    """Whether the test process that made this clone, named by its pid, is still running."""
    pid = database.rpartition("_")[2]
    return database.startswith("plumbline_runtest_") and pid.isdigit() and Path(f"/proc/{pid}").exists()


def _url_with(url: str, *, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _drop(admin: psycopg.Connection, database: str) -> None:
    """Drop it with whoever is still connected; wait for a vacuum of the server's own, which the owner may not end."""
    for patience in range(50, -1, -1):
        try:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        except (errors.InsufficientPrivilege, errors.ObjectInUse):
            if not patience:
                raise
            time.sleep(0.2)
        else:
            return


def _make_template(*, owner_url: str, app_url: str, name: str) -> None:
    app = urlsplit(app_url).username or ""
    with psycopg.connect(owner_url, autocommit=True) as admin:
        for (old,) in admin.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'plumbline_%test_%'"
        ).fetchall():
            if not _in_use(old):
                _drop(admin, old)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{name}_new")))
    fresh = _url_with(owner_url, database=f"{name}_new")
    with psycopg.connect(fresh, autocommit=True) as connection:
        for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES GRANT {} TO {}").format(sql.SQL(rights), sql.Identifier(app))
            )
    variables = os.environ | {
        "DATABASE_URL": _url_with(app_url, database=f"{name}_new"),
        "DATABASE_OWNER_URL": fresh,
    }
    for command in ("migrate", "sync_catalogue"):
        subprocess.run(
            [sys.executable, str(ROOT / "platform" / "manage.py"), command, "--verbosity", "0"],
            env=variables,
            check=True,
            cwd=ROOT,
        )
    with psycopg.connect(owner_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(f"{name}_new"), sql.Identifier(name))
        )


@pytest.fixture(scope="session")
def django_db_setup(worker_id: str) -> Iterator[None]:
    """This process's own clone of the template, reached as the app role."""
    from django.db import connections

    from config.environment import environment

    owner, app = environment().database_owner, environment().database
    assert owner is not None, "./plumbline test gives the tests their servers"
    assert app is not None
    template = f"plumbline_test_{_schema_hash()}"
    mine = f"plumbline_runtest_{worker_id}_{os.getpid()}"
    with psycopg.connect(owner.url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('plumbline test template'))")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            _make_template(owner_url=owner.url, app_url=app.url, name=template)
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(mine), sql.Identifier(template)))
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = mine
    yield
    connections["default"].close()
    with psycopg.connect(owner.url, autocommit=True) as admin:
        _drop(admin, mine)


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    config = getattr(request.config, "workerinput", None)
    return str(config["workerid"]) if config else "main"


@pytest.fixture
def owner_connection(django_db_setup: None) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The test database as the owner of its tables, for questions to the database's own catalogue."""
    with psycopg.connect(_owner_url(), autocommit=True) as connection:
        yield connection


@pytest.fixture
def row_level_security_off(
    transactional_db: None, owner_connection: psycopg.Connection[tuple[object, ...]]
) -> Iterator[None]:
    """The second belt cut, in this process's own database: for tests that the first holds alone."""
    question = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
    tables = [str(row[0]) for row in owner_connection.execute(question).fetchall()]

    def switch(word: str) -> None:
        for table in tables:
            owner_connection.execute(
                sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(sql.Identifier(table), sql.SQL(word))
            )

    switch("DISABLE")
    try:
        yield
    finally:
        switch("ENABLE")


@pytest.fixture
def orm_filter_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first belt cut: managers that neither filter nor ask for a scope."""
    from django.db.models import QuerySet

    monkeypatch.setattr("tenants.managed.TenantManager.get_queryset", lambda manager: QuerySet(manager.model))


def _owner_url() -> str:
    """The test database's address as the owner of its tables."""
    from django.db import connections

    from config.environment import environment

    owner = environment().database_owner
    assert owner is not None
    return _url_with(owner.url, database=str(connections["default"].settings_dict["NAME"]))


def _empty_as_owner(test_case: object) -> None:
    """After a test with real commits: every row goes but those of the catalogue.

    Django would flush every table, which the app role has no right to, and would take the catalogue along.
    """
    from tests.isolation.database import empty

    empty()


@pytest.fixture(scope="session", autouse=True)
def _empty_committed_rows_as_owner() -> None:
    from django.test import TransactionTestCase

    TransactionTestCase._fixture_teardown = _empty_as_owner  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Argon2 still, with less memory and fewer rounds: it is slow on purpose."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 1024


@pytest.fixture(autouse=True)
def _nobody_acts() -> None:
    """Requests set who acts, for the audit trail, in a context that ends with them; here all share the test's."""
    from tenants import audit

    audit.act_as(audit.Actor().name)


@pytest.fixture(autouse=True)
def _quiet_settings(settings: object, tmp_path: Path) -> None:
    """Mail into memory, files into the test's own folder, limits out of the way unless a test is about them."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    settings.THROTTLE_PERSON_PER_MINUTE = settings.THROTTLE_ADDRESS_PER_MINUTE = 10**6  # type: ignore[attr-defined]
    settings.INVITATIONS_PER_HOUR = settings.INVITATIONS_PER_DAY = 10**6  # type: ignore[attr-defined]
    settings.SIGN_IN_LIMITS = False  # type: ignore[attr-defined]
    # Every test client would look through all static files again.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]  # type: ignore[attr-defined]
    storages = dict(settings.STORAGES)  # type: ignore[attr-defined]
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
    }
    settings.STORAGES = storages  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _no_message_to_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is none: tests send waiting mails themselves (`identity.post.send_waiting`)."""
    monkeypatch.setattr("identity.post.wake", lambda: None)
