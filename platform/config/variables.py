"""The table of environment variables: name, kind, default and what the README says of each, and how each is parsed."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.addresses import (
    parse_base_url,
    parse_clamd_url,
    parse_database_url,
    parse_email_url,
    parse_redis_url,
    parse_storage_url,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
SHORTEST_SECRET = 32
KEY_BYTES = 32


@dataclass(frozen=True)
class Setting:
    """One environment variable: `attribute` of Environment, how it is parsed, and what the README says of it."""

    name: str
    attribute: str
    kind: str
    parse: Callable[[str], Any]
    default: str | None
    meaning: str
    default_in_words: str = ""


def _text(value: str) -> str:
    return value


def _yes_no(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return words[value.strip().lower()]
    except KeyError:
        raise ValueError("must be yes or no") from None


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError(f"must be a whole number, not {value!r}") from None
        if not low <= number <= high:
            raise ValueError(f"must be from {low} to {high}, not {number}")
        return number

    return parse


def _list(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(",") if item.strip())


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.upper() not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return value.upper()

    return parse


def _scanner(value: str) -> str:
    return _one_of("CLAMD", "OFF")(value).lower()


def _folder(value: str) -> Path:
    return (ROOT / Path(value).expanduser()).resolve()


def _existing(value: str) -> Path:
    path = _folder(value)
    if not path.exists():
        raise ValueError(f"{path} does not exist")
    return path


def _secret(value: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise ValueError(f"must have at least {SHORTEST_SECRET} characters")
    return value


def _signing_key(value: str) -> bytes:
    """The 32 bytes an Ed25519 key is made from, given as base64 of either alphabet."""
    try:
        seed = base64.b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        seed = b""
    if len(seed) != KEY_BYTES:
        raise ValueError("must be 32 bytes in base64, as `openssl rand -base64 32` prints them")
    return seed


def _public_keys(value: str) -> tuple[bytes, ...]:
    return tuple(_signing_key(item) for item in _list(value))


def _email_from(value: str) -> str:
    if "@" not in value or "\n" in value:
        raise ValueError("must be an e-mail address, with or without a name before it")
    return value


SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", "database", "URL", parse_database_url, None,
            "PostgreSQL 16 or newer as the app role, which owns nothing and is bound by row-level security",
            "PostgreSQL 18 is started in DATA_DIR"),
    Setting("DATABASE_OWNER_URL", "database_owner", "URL", parse_database_url, None,
            "the same database as the role that owns the tables; only migrations use it",
            "none: migrations are then run elsewhere"),
    Setting("REDIS_URL", "redis_url", "URL", parse_redis_url, None,
            "Redis 7 or Valkey 8 and newer: wakes the worker, holds throttles",
            "Valkey 9 is started in DATA_DIR"),
    Setting("EMAIL_URL", "email", "URL", parse_email_url, "file:",
            "`smtp://host:25`, `smtps://user:password@host:465` or `submission://user:password@host:587` (STARTTLS); "
            "`file:` writes one .eml per message to DATA_DIR/mail"),
    Setting("EMAIL_FROM", "email_from", "text", _email_from, "Plumbline <plumbline@localhost>",
            "sender of every e-mail"),
    Setting("STORAGE_URL", "storage", "URL", parse_storage_url, "file:",
            "`s3://key:secret@bucket/prefix?endpoint=https://host&region=name` for evidence and reports, with "
            "`&public=https://host` if people can reach the endpoint, and by what name; `file:` keeps them in "
            "DATA_DIR/files"),
    Setting("SECRET_KEY", "secret_key", "text", _secret, None,
            "signs sessions and links, at least 32 characters; must be given when DATABASE_URL is and DEBUG is off",
            "made once and kept in DATA_DIR/secret_key"),
    Setting("SECRET_KEY_FALLBACKS", "secret_key_fallbacks", "list", _list, "",
            "former secret keys that still verify, separated by commas"),
    Setting("AUDIT_SIGNING_KEY", "audit_signing_key", "text", _signing_key, None,
            "secret that signs audit heads and certificates of deletion (Ed25519): 32 bytes in base64, as "
            "`openssl rand -base64 32` prints them; must be given when DATABASE_URL is and DEBUG is off",
            "made once and kept in DATA_DIR/audit_signing_key"),
    Setting("AUDIT_FORMER_KEYS", "audit_former_keys", "list", _public_keys, "",
            "public keys (`x` of /.well-known/plumbline-keys.json) that signed before, separated by commas"),
    Setting("ALLOWED_HOSTS", "allowed_hosts", "list", _list, "",
            "further host names the web server answers to; the host of BASE_URL and localhost always count"),
    Setting("BASE_URL", "base_url", "URL", parse_base_url, None,
            "address people reach Plumbline at; links in e-mails begin with it", "http://localhost:PORT"),
    Setting("DEBUG", "debug", "yes/no", _yes_no, "no", "show error pages with details; never in production"),
    Setting("DATA_DIR", "data_dir", "folder", _folder, "var", "where servers, files, mails and logs are kept"),
    Setting("BIND", "bind", "text", _text, "127.0.0.1", "address the web server listens on"),
    Setting("PORT", "port", "number", _whole(0, 65535), "8000",
            "port the web server listens on; 0 takes a free one"),
    Setting("WEB_WORKERS", "web_workers", "number", _whole(1, 64), "2", "web processes"),
    Setting("WEB_THREADS", "web_threads", "number", _whole(1, 64), "4",
            "threads in each web process, each with its own database connection"),
    Setting("DATABASE_POOL", "database_pool", "number", _whole(0, 64), "0",
            "most database connections a process shares between its threads; 0 gives each thread one of its own"),
    Setting("WORKER_CONCURRENCY", "worker_concurrency", "number", _whole(1, 64), "2", "jobs a worker does at a time"),
    Setting("LOG_LEVEL", "log_level", "text", _one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO",
            "DEBUG, INFO, WARNING or ERROR"),
    Setting("TRUSTED_PROXY_COUNT", "trusted_proxy_count", "number", _whole(0, 10), "0",
            "proxies in front whose X-Forwarded-For and X-Forwarded-Proto are believed"),
    Setting("UPLOAD_MAX_BYTES", "upload_max_bytes", "number", _whole(1024, 5 * 1024**3), "52428800",
            "largest evidence file, in bytes"),
    Setting("STORAGE_QUOTA_BYTES", "storage_quota_bytes", "number", _whole(1024, 10**15), "5368709120",
            "bytes of evidence an organisation may keep; `manage set_storage_quota` gives one a limit of its own"),
    Setting("CLAMD_URL", "clamd_url", "URL", parse_clamd_url, None,
            "`unix:///run/clamav/clamd.ctl` or `tcp://host:3310`: the clamd that looks for viruses in every file; "
            "while it does not answer, files wait", "none"),
    Setting("ANTIVIRUS", "antivirus", "text", _scanner, None,
            "`off` says that files go without a virus scan on purpose: each then shows `not_scanned`; must be said "
            "when DATABASE_URL is given, DEBUG is off and there is no CLAMD_URL",
            "`clamd` with CLAMD_URL, else `off`"),
    Setting("THROTTLE_PERSON_PER_MINUTE", "throttle_person_per_minute", "number", _whole(1, 10**9), "600",
            "requests a person or an API key may make in a minute"),
    Setting("THROTTLE_ADDRESS_PER_MINUTE", "throttle_address_per_minute", "number", _whole(1, 10**9), "120",
            "requests an anonymous network address may make in a minute"),
    Setting("INVITATIONS_PER_HOUR", "invitations_per_hour", "number", _whole(1, 10**6), "20",
            "invitation mails one person may send in an hour, sending again included"),
    Setting("INVITATIONS_PER_DAY", "invitations_per_day", "number", _whole(1, 10**6), "50",
            "invitation mails that leave from one organisation in a day"),
    Setting("JOB_LEASE_SECONDS", "job_lease_seconds", "number", _whole(2, 3600), "30",
            "after how long without a sign of life a worker's job is given to another"),
    Setting("PLUMBLINE_POSTGRES_BIN", "postgres_bin", "folder", _existing, None,
            "folder with another PostgreSQL's initdb and postgres to start in DATA_DIR", "the wheel's"),
    Setting("PLUMBLINE_VALKEY_SERVER", "valkey_server", "file", _existing, None,
            "another valkey-server or redis-server to start in DATA_DIR", "the wheel's"),
)  # fmt: skip
