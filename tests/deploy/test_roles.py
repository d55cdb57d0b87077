"""The roles of deploy/postgres/roles.sql, made on an empty PostgreSQL, are such as Plumbline agrees to serve with."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import psycopg
import pytest
from celery.signals import beat_init, worker_init
from celery.utils.dispatch import Signal
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from config.embedded.postgres import APP, OWNER, Postgres
from config.environment import ROOT
from tenants import role_check
from worker.app import refuse_privileged_role

SECRETS = {OWNER: "secret-of-the-owner", APP: "secret-of-the-app"}


class _Bare(Postgres):
    """A PostgreSQL as it comes out of the box: with its superuser and nothing else."""

    def _make_roles(self) -> None:
        self._passwords |= SECRETS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("bare")
    bare = _Bare(folder / "postgres", log=folder / "postgres.log", durable=False)
    bare.start()
    passwords = [f"--set=owner_password={SECRETS[OWNER]}", f"--set=app_password={SECRETS[APP]}"]
    subprocess.run(
        [
            *(str(bare._programs / "psql"), "--no-psqlrc", "--quiet", *passwords),
            f"--file={ROOT / 'deploy' / 'postgres' / 'roles.sql'}",
            bare.url("postgres", database="postgres"),
        ],
        check=True,
    )
    yield bare
    bare.stop()


@pytest.fixture(scope="module")
def with_a_table(server: Postgres) -> Postgres:
    with psycopg.connect(server.url(OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE note (id serial PRIMARY KEY, text text)")
    return server


@pytest.fixture
def speak_as(with_a_table: Postgres, db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`speak_as(role)`: from here on Plumbline's own check is asked over a connection of that role."""

    def speak(role: str, *, database: str = "plumbline") -> None:
        connection = connections["default"].copy()
        password, sockets = with_a_table._passwords[role], str(with_a_table._sockets)
        connection.settings_dict |= {"NAME": database, "USER": role, "PASSWORD": password, "HOST": sockets, "PORT": ""}
        monkeypatch.setattr(role_check, "connection", connection)

    return speak


def test_the_app_role_passes_the_check(speak_as: Callable[..., None]) -> None:
    speak_as(APP)
    role_check.refuse_privileged_role()


@pytest.mark.parametrize(
    ("role", "database", "fault"),
    [(OWNER, "plumbline", "owns tables"), ("postgres", "postgres", "is a superuser and has BYPASSRLS")],
)
def test_the_other_roles_do_not(speak_as: Callable[..., None], role: str, database: str, fault: str) -> None:
    speak_as(role, database=database)
    with pytest.raises(ImproperlyConfigured, match=fault):
        role_check.refuse_privileged_role()


@pytest.mark.parametrize("signal", [worker_init, beat_init], ids=["worker", "scheduler"])
def test_worker_and_scheduler_end_as_a_role_that_does_not_pass(speak_as: Callable[..., None], signal: Signal) -> None:
    assert refuse_privileged_role in list(signal._live_receivers(None))
    speak_as(OWNER)
    with pytest.raises(SystemExit, match="owns tables: tenants would not be safe"):
        refuse_privileged_role()


def test_the_app_role_uses_the_owners_tables_and_makes_none(with_a_table: Postgres) -> None:
    with psycopg.connect(with_a_table.url(APP), autocommit=True) as app:
        app.execute("INSERT INTO note (text) VALUES ('kept')")
        app.execute("UPDATE note SET text = 'changed'")
        assert app.execute("SELECT text FROM note").fetchall() == [("changed",)]
        app.execute("DELETE FROM note")
        for refused in ("CREATE TABLE own (id int)", "DROP TABLE note", "TRUNCATE note", "CREATE DATABASE own"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)


def test_nobody_else_may_connect(server: Postgres) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        superuser.execute("CREATE ROLE stranger")
        rights = "SELECT has_database_privilege(%s, 'plumbline', 'CONNECT')"
        allowed = {role: superuser.execute(rights, [role]).fetchone() for role in (OWNER, APP, "stranger")}
    assert allowed == {OWNER: (True,), APP: (True,), "stranger": (False,)}
