"""The only reader of os.environ.

Every setting is one environment variable in the table `config.variables.SETTINGS`; an empty variable counts as absent.
`read_environment` gives a frozen, typed `Environment` or raises `EnvironmentFaults` with every fault at once, so that
a wrong deployment is put right in one round. `settings_table` renders the same table for the README, where a test
compares it.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from config.variables import ROOT, SETTINGS, Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from config.addresses import DatabaseAddress, MailAddress, StorageAddress

__all__ = ["ROOT", "Environment", "EnvironmentFaults", "environment", "inherited", "read_environment", "settings_table"]


@dataclass(frozen=True)
class Environment:
    """All settings, checked. With `database` or `redis_url` None the servers from wheels take their place."""

    database: DatabaseAddress | None
    database_owner: DatabaseAddress | None
    redis_url: str | None = field(repr=False)
    email: MailAddress
    email_from: str
    storage: StorageAddress
    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    audit_signing_key: bytes = field(repr=False)
    audit_former_keys: tuple[bytes, ...]
    allowed_hosts: tuple[str, ...]
    base_url: str
    debug: bool
    data_dir: Path
    bind: str
    port: int
    web_workers: int
    web_threads: int
    database_pool: int
    worker_concurrency: int
    log_level: str
    trusted_proxy_count: int
    upload_max_bytes: int
    storage_quota_bytes: int
    clamd_url: str | None
    antivirus: str
    throttle_person_per_minute: int
    throttle_address_per_minute: int
    invitations_per_hour: int
    invitations_per_day: int
    job_lease_seconds: int
    postgres_bin: Path | None
    valkey_server: Path | None

    @property
    def mail_dir(self) -> Path:
        return self.data_dir / "mail"

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "logs"


class EnvironmentFaults(Exception):
    """Every fault of the environment, one sentence each, in the order of the table."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        lines = "".join(f"\n  - {fault}" for fault in faults)
        super().__init__(f"the environment has {len(faults)} fault{'s' if len(faults) > 1 else ''}:{lines}")


@cache
def environment() -> Environment:
    """The environment of this process, read once. Raises EnvironmentFaults."""
    return read_environment(os.environ)


def inherited() -> dict[str, str]:
    """A copy of this process's variables, for its child processes."""
    return dict(os.environ)


def read_environment(source: Mapping[str, str]) -> Environment:
    """Parse and check every setting in `source`. Makes DATA_DIR/secret_key where no SECRET_KEY is needed or given, and
    DATA_DIR/audit_signing_key likewise.
    """
    values: dict[str, Any] = {}
    faults = []
    for setting in SETTINGS:
        given = source.get(setting.name, "").strip() or setting.default
        try:
            values[setting.attribute] = None if given is None else setting.parse(given)
        except ValueError as fault:
            faults.append(f"{setting.name} {fault}")
    faults += _faults_between(values)
    faults += _misspelt(source)
    if faults:
        raise EnvironmentFaults(faults)
    values["base_url"] = values["base_url"] or f"http://localhost:{values['port']}"
    values["allowed_hosts"] = _hosts(values["allowed_hosts"], base_url=values["base_url"])
    values["antivirus"] = values["antivirus"] or ("clamd" if values["clamd_url"] else "off")
    values["secret_key"] = values["secret_key"] or _kept_secret(values["data_dir"] / "secret_key")
    values["audit_signing_key"] = values["audit_signing_key"] or base64.b64decode(
        _kept_secret(values["data_dir"] / "audit_signing_key", made=_new_signing_key)
    )
    return Environment(**values)


def settings_table() -> str:
    """The settings as a Markdown table, for the README."""
    rows = [f"| `{row.name}` | {row.kind} | {_without(row)} | {row.meaning} |" for row in SETTINGS]
    return "\n".join(["| Variable | Kind | Without it | What it says |", "|---|---|---|---|", *rows])


def _without(setting: Setting) -> str:
    return setting.default_in_words or (f"`{setting.default}`" if setting.default else "empty")


def _faults_between(values: Mapping[str, Any]) -> list[str]:
    """Faults of settings that are right alone but not together. A value that failed to parse is left out of it."""
    faults = []
    app, owner = values.get("database"), values.get("database_owner")
    if owner and "database" in values and not app:
        faults.append("DATABASE_OWNER_URL is given without DATABASE_URL")
    if app and owner and app.user == owner.user:
        faults.append("DATABASE_URL and DATABASE_OWNER_URL name the same role; the app role must own nothing")
    if app and owner and app.name != owner.name:
        faults.append("DATABASE_URL and DATABASE_OWNER_URL name different databases")
    if app and not values.get("debug", True):
        faults += [
            f"{attribute.upper()} must be given when DATABASE_URL is and DEBUG is off"
            for attribute in ("secret_key", "audit_signing_key")
            if attribute in values and not values[attribute]
        ]
    return faults + _scanner_faults(values, in_production=bool(app) and values.get("debug", True) is False)


def _scanner_faults(values: Mapping[str, Any], *, in_production: bool) -> list[str]:
    """To go without a virus scanner is something to decide, not something to forget."""
    if "clamd_url" not in values or "antivirus" not in values:
        return []
    url, said = values["clamd_url"], values["antivirus"]
    if said == "clamd" and not url:
        return ["ANTIVIRUS is clamd, so CLAMD_URL must say where it is"]
    if in_production and not url and not said:
        return ["CLAMD_URL must be given when DATABASE_URL is and DEBUG is off; ANTIVIRUS=off goes without on purpose"]
    return []


def _misspelt(source: Mapping[str, str]) -> list[str]:
    known = {setting.name for setting in SETTINGS} | {"PLUMBLINE_PYTHON"}  # the start script's own
    return [
        f"{name} is not a setting of Plumbline"
        for name in sorted(source)
        if name.startswith("PLUMBLINE_") and name not in known
    ]


def _hosts(given: tuple[str, ...], *, base_url: str) -> tuple[str, ...]:
    host = urlsplit(base_url).hostname or "localhost"
    return tuple(dict.fromkeys([*given, f"[{host}]" if ":" in host else host, "localhost", "127.0.0.1", "[::1]"]))


def _new_secret() -> str:
    return secrets.token_urlsafe(64)


def _new_signing_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _kept_secret(path: Path, *, made: Callable[[], str] = _new_secret) -> str:
    """The secret in `path`, made on first use with mode 600. Two processes that start at once agree on one secret."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes mode 600; link() then publishes the whole file or fails because another process was first.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w") as file:
        file.write(made())
    with contextlib.suppress(FileExistsError):
        Path(path).hardlink_to(draft)
    Path(draft).unlink()
    return path.read_text().strip()
