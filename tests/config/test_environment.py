"""Settings come from environment variables, typed and checked, with every fault named at once."""

import re
import stat
from pathlib import Path

import pytest

from config.environment import ROOT, EnvironmentFaults, read_environment, settings_table
from config.variables import SETTINGS

APP = "postgresql://app:hush-hush@db.example:5433/plumbline?sslmode=require"
OWNER = "postgresql://owner:hush-hush@db.example:5433/plumbline"
SECRET = "s" * 50
SIGNING = "c2lnbmluZy1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyE="


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    source = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "mysql://app@db/plumbline",
        "REDIS_URL": "redis://",
        "EMAIL_URL": "imap://mail.example",
        "STORAGE_URL": "s3://key@bucket",
        "BASE_URL": "https://plumbline.example/path",
        "SECRET_KEY": "short",
        "AUDIT_SIGNING_KEY": "dG9vLXNob3J0",
        "AUDIT_FORMER_KEYS": "no base64",
        "PORT": "http",
        "WEB_WORKERS": "0",
        "DEBUG": "maybe",
        "LOG_LEVEL": "loud",
        "CLAMD_URL": "http://clamav",
        "ANTIVIRUS": "perhaps",
        "EMAIL_FROM": "nobody",
        "PLUMBLINE_POSTGRESS_BIN": "/opt/pg",
    }
    with pytest.raises(EnvironmentFaults) as caught:
        read_environment(source)
    named = {fault.split()[0] for fault in caught.value.faults}
    assert named == source.keys() - {"DATA_DIR"}
    assert "short" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ({"DATABASE_OWNER_URL": OWNER}, "DATABASE_OWNER_URL is given without DATABASE_URL"),
        (
            {"DATABASE_URL": APP, "DATABASE_OWNER_URL": APP, "SECRET_KEY": SECRET, "AUDIT_SIGNING_KEY": SIGNING},
            "name the same role",
        ),
        (
            {
                "DATABASE_URL": APP,
                "DATABASE_OWNER_URL": OWNER + "2",
                "SECRET_KEY": SECRET,
                "AUDIT_SIGNING_KEY": SIGNING,
            },
            "name different databases",
        ),
        ({"DATABASE_URL": APP}, "SECRET_KEY must be given"),
        ({"DATABASE_URL": APP, "SECRET_KEY": SECRET}, "AUDIT_SIGNING_KEY must be given"),
        (
            {"DATABASE_URL": APP, "SECRET_KEY": SECRET},
            "CLAMD_URL must be given .* ANTIVIRUS=off goes without on purpose",
        ),
        ({"ANTIVIRUS": "clamd"}, "CLAMD_URL must say where it is"),
    ],
)
def test_settings_that_contradict_each_other_are_a_fault(source: dict[str, str], fault: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFaults, match=fault):
        read_environment({"DATA_DIR": str(tmp_path), **source})


def test_urls_become_typed_addresses(tmp_path: Path) -> None:
    given = read_environment(
        {
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": APP,
            "DATABASE_OWNER_URL": OWNER,
            "REDIS_URL": "rediss://:hush-hush@cache.example:6380/1",
            "EMAIL_URL": "submission://postman:hush%2Fhush@mail.example",
            "STORAGE_URL": "s3://key:hush-hush@evidence/plumbline?endpoint=https://s3.example&region=eu-1&public=https://files.example",
            "SECRET_KEY": SECRET,
            "CLAMD_URL": "tcp://clamav.example",
            "AUDIT_SIGNING_KEY": SIGNING,
            "BASE_URL": "https://plumbline.example/",
        }
    )
    assert given.database is not None
    assert (given.database.host, given.database.port, given.database.name) == ("db.example", 5433, "plumbline")
    assert given.database.options == {"sslmode": "require"}
    assert (given.email.port, given.email.start_tls, given.email.password) == (587, True, "hush/hush")
    assert (given.storage.bucket, given.storage.prefix, given.storage.region) == ("evidence", "plumbline", "eu-1")
    assert (given.storage.endpoint, given.storage.public) == ("https://s3.example", "https://files.example")
    assert given.base_url == "https://plumbline.example"
    assert "plumbline.example" in given.allowed_hosts
    assert "hush" not in repr(given)
    assert SECRET not in repr(given)
    assert given.audit_signing_key == b"signing-key-of-thirty-two-bytes!"
    assert "thirty-two" not in repr(given)


def test_a_unix_socket_is_a_host(tmp_path: Path) -> None:
    url = "postgresql://app:x@/plumbline?host=/run/a%20folder"
    secrets = {"SECRET_KEY": SECRET, "AUDIT_SIGNING_KEY": SIGNING, "ANTIVIRUS": "off"}
    given = read_environment({"DATA_DIR": str(tmp_path), "DATABASE_URL": url, **secrets})
    assert given.database is not None
    assert given.database.host == "/run/a folder"


@pytest.mark.parametrize(
    ("source", "antivirus"),
    [({}, "off"), ({"CLAMD_URL": "unix:///run/clamd.ctl"}, "clamd"),
     ({"CLAMD_URL": "tcp://clamav:3310", "ANTIVIRUS": "off"}, "off"),
     ({"DATABASE_URL": APP, "SECRET_KEY": SECRET, "AUDIT_SIGNING_KEY": SIGNING, "ANTIVIRUS": "OFF"}, "off")],
)  # fmt: skip
def test_files_are_scanned_where_a_scanner_is_named_and_not_refused(
    source: dict[str, str], antivirus: str, tmp_path: Path
) -> None:
    assert read_environment({"DATA_DIR": str(tmp_path), **source}).antivirus == antivirus


@pytest.mark.parametrize("url", ["unix://host/x", "unix:relative", "tcp://", "tcp://h:3310/x", "tcp://h:port", "clamd"])
def test_an_address_of_a_scanner_that_cannot_be_right_is_a_fault(url: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFaults, match="CLAMD_URL"):
        read_environment({"DATA_DIR": str(tmp_path), "CLAMD_URL": url})


def test_an_empty_environment_gives_a_working_one_on_this_machine(tmp_path: Path) -> None:
    given = read_environment({"DATA_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": " "})
    assert (given.database, given.redis_url) == (None, None)
    assert (given.email.scheme, given.storage.scheme) == ("file", "file")
    assert given.base_url == "http://localhost:8000"
    assert given.debug is False


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = read_environment({"DATA_DIR": str(tmp_path)}).secret_key
    second = read_environment({"DATA_DIR": str(tmp_path)}).secret_key
    assert first == second
    assert len(first) >= 64
    assert {path.name for path in tmp_path.iterdir()} == {"secret_key", "audit_signing_key"}
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_signing_key_is_made_once_and_differs_from_place_to_place(tmp_path: Path) -> None:
    keys = [read_environment({"DATA_DIR": str(tmp_path / name)}).audit_signing_key for name in ("a", "a", "b")]
    assert keys[0] == keys[1] != keys[2]
    assert {len(key) for key in keys} == {32}


def test_the_readme_lists_every_setting() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    assert settings_table() in (ROOT / "README.md").read_text()


def test_nothing_else_reads_the_environment() -> None:
    reading = re.compile(r"os\.environ(?!\.setdefault\(\"DJANGO_SETTINGS_MODULE\")|os\.getenv|from os import .*environ")
    packages = ("platform", "tenants", "assessments", "reports", "worker")
    readers = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if reading.search(path.read_text())
    }
    # The renderer's child process is given a few variables by name; no setting is read there.
    assert readers - {"reports/rendering/process.py"} == {"platform/config/environment.py"}
