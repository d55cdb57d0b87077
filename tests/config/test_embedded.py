"""PostgreSQL and Valkey from wheels: made on first use, kept, and found again after any kind of end."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis

from config.embedded import EmbeddedServers, Held, ServerUrls, joined
from config.environment import Environment, read_environment

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return read_environment({"DATA_DIR": str(tmp_path_factory.mktemp("embedded"))})


@pytest.fixture
def servers(given: Environment) -> Iterator[EmbeddedServers]:
    held = EmbeddedServers(given, purpose="test")
    yield held
    held.stop()


def _value(url: str | None, statement: LiteralString, *parameters: str) -> object:
    assert url is not None
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement, parameters)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def _broker(url: str, *words: str | int) -> object:
    with redis.from_url(url) as client:
        return client.execute_command(*words)


def _process(servers: EmbeddedServers, name: str) -> psutil.Process:
    process = next(server.process for server in servers.servers if server.name == name)
    assert process is not None
    return psutil.Process(process.pid)


def test_the_app_role_can_use_tables_and_nothing_more(servers: EmbeddedServers) -> None:
    urls = servers.start(durable=False)
    assert urls.database_url is not None
    assert urls.database_owner_url is not None
    with psycopg.connect(urls.database_owner_url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS note")
        owner.execute("CREATE TABLE note (id serial PRIMARY KEY, text text)")
        rights = "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'plumbline_%'"
        assert set(owner.execute(rights).fetchall()) == {(False, False, False)}
    with psycopg.connect(urls.database_url, autocommit=True) as app:
        app.execute("INSERT INTO note (text) VALUES ('kept')")
        for refused in ("CREATE TABLE own (id int)", "DROP TABLE note", "TRUNCATE note", "CREATE DATABASE own"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)
    assert _value(urls.database_url, "SELECT string_agg(text, ',') FROM note") == "kept"


def test_a_new_database_of_the_owner_is_open_to_the_app_role(servers: EmbeddedServers) -> None:
    urls = servers.start(durable=False)
    assert urls.database_url is not None
    assert urls.database_owner_url is not None
    with psycopg.connect(urls.database_owner_url, autocommit=True) as owner:
        owner.execute("DROP DATABASE IF EXISTS another")
        owner.execute("CREATE DATABASE another")
    with psycopg.connect(urls.database_owner_url.replace("/plumbline?", "/another?"), autocommit=True) as owner:
        owner.execute("CREATE TABLE note (id serial PRIMARY KEY)")
    app_url = urls.database_url.replace("/plumbline?", "/another?")
    assert _value(app_url, "INSERT INTO note DEFAULT VALUES RETURNING id") == 1


def test_nobody_gets_in_without_the_password(servers: EmbeddedServers) -> None:
    urls = servers.start(durable=False)
    assert urls.database_url is not None
    assert urls.redis_url is not None
    role, rest = urls.database_url.removeprefix("postgresql://").split(":", 1)
    password, rest = rest.split("@", 1)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://{role}:wrong@{rest}")
    with pytest.raises(redis.AuthenticationError):
        _broker(f"redis://127.0.0.1:{urlsplit(urls.redis_url).port}", "PING")
    for name in ("postgres", "valkey"):
        assert password not in " ".join(_process(servers, name).cmdline())


def _stopped(servers: EmbeddedServers) -> None:
    servers.stop()


def _killed(servers: EmbeddedServers) -> None:
    for name in ("postgres", "valkey"):
        _process(servers, name).send_signal(signal.SIGKILL)
    servers.stop()


def _left_running(servers: EmbeddedServers) -> None:
    """As after kill -9 of the supervisor on a system that does not end its children."""
    for server in servers.servers:
        server.process = None
    servers.stop()


@pytest.mark.parametrize("end", [_stopped, _killed, _left_running])
def test_what_was_written_is_there_after_any_kind_of_end(
    end: Callable[[EmbeddedServers], None], given: Environment
) -> None:
    first = EmbeddedServers(given, purpose="test")
    urls = first.start()
    assert urls.redis_url is not None
    _value(urls.database_owner_url, "CREATE TABLE IF NOT EXISTS kept (way text)")
    _value(urls.database_url, "INSERT INTO kept VALUES (%s)", end.__name__)
    _broker(urls.redis_url, "SET", "kept", end.__name__)
    # Written down every second: a kill may cost the last second of the broker, so the test waits for the disk.
    _broker(urls.redis_url, "WAITAOF", 1, 0, 3000)
    before = [_process(first, name) for name in ("postgres", "valkey")]
    started = [server.process for server in first.servers]
    end(first)
    second = EmbeddedServers(given, purpose="test")
    try:
        again = second.start()
        assert again == urls, "ports and passwords are remembered"
        assert _value(again.database_url, "SELECT way FROM kept WHERE way = %s", end.__name__) == end.__name__
        assert _broker(urls.redis_url, "GET", "kept") == end.__name__.encode()
        assert all(process is not None and process.wait(10) is not None for process in started)
        assert not any(process.is_running() for process in before)
    finally:
        second.stop()


@pytest.mark.usefixtures("servers")
def test_a_data_folder_has_one_holder_who_is_named(given: Environment) -> None:
    with pytest.raises(Held, match=rf"\./plumbline test \(process {os.getpid()}\)"):
        EmbeddedServers(given, purpose="serve")


def test_a_short_command_joins_the_servers_that_run(servers: EmbeddedServers, given: Environment) -> None:
    urls = servers.start(durable=False)
    with joined(given) as found:
        assert found == urls


def test_a_short_command_finds_nothing_to_join_when_nothing_runs(tmp_path: Path) -> None:
    with joined(read_environment({"DATA_DIR": str(tmp_path)})) as found:
        assert found is None


def test_a_reset_begins_with_an_empty_folder(servers: EmbeddedServers, given: Environment) -> None:
    urls = servers.start(durable=False)
    _value(urls.database_owner_url, "CREATE TABLE IF NOT EXISTS gone (id int)")
    (given.data_dir / "mail").mkdir(exist_ok=True)
    servers.stop()
    again = EmbeddedServers(given, purpose="test")
    try:
        fresh = again.start(reset=True, durable=False)
        assert _value(fresh.database_url, "SELECT to_regclass('gone')::text") is None
        assert not (given.data_dir / "mail").exists()
    finally:
        again.stop()


def test_a_server_that_is_named_is_not_started(tmp_path: Path) -> None:
    source = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://a:b@db.example/plumbline",
        "REDIS_URL": "redis://cache.example",
        "SECRET_KEY": "s" * 50,
        "AUDIT_SIGNING_KEY": "c2lnbmluZy1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyE=",
        "ANTIVIRUS": "off",
    }
    held = EmbeddedServers(read_environment(source), purpose="test")
    try:
        assert held.start() == ServerUrls()
        assert held.servers == []
    finally:
        held.stop()
