"""URLs of the services Plumbline talks to, parsed into typed addresses. Passwords never show in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SMTP_PORTS = {"smtp": 25, "smtps": 465, "submission": 587}


@dataclass(frozen=True)
class DatabaseAddress:
    """A PostgreSQL database and the role that logs in. `host` is a name, an address, or a Unix socket's folder."""

    url: str = field(repr=False)
    host: str
    port: int | None
    name: str
    user: str
    password: str = field(repr=False)
    options: dict[str, str]


@dataclass(frozen=True)
class MailAddress:
    """Where e-mail goes: `file` keeps one .eml per message, the other schemes name an SMTP server."""

    scheme: Literal["file", "smtp", "smtps", "submission"]
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def implicit_tls(self) -> bool:
        return self.scheme == "smtps"

    @property
    def start_tls(self) -> bool:
        return self.scheme == "submission"


@dataclass(frozen=True)
class StorageAddress:
    """Where files are kept: `file` under DATA_DIR/files, `s3` in a bucket under `prefix`."""

    scheme: Literal["file", "s3"]
    bucket: str = ""
    prefix: str = ""
    endpoint: str | None = None
    public: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)


def parse_database_url(text: str) -> DatabaseAddress:
    """postgresql://user:password@host:port/name?option=…; `?host=/folder` names a Unix socket. Raises ValueError."""
    parts = _split(text, schemes=("postgresql", "postgres"))
    options = _options(parts)
    host = options.pop("host", "") or parts.hostname or ""
    name = unquote(parts.path.removeprefix("/"))
    missing = [
        word for word, value in (("a host", host), ("a database", name), ("a user", parts.username)) if not value
    ]
    if missing:
        raise ValueError(f"the URL must name {', '.join(missing)}")
    return DatabaseAddress(
        url=text,
        host=host,
        port=parts.port,
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=options,
    )


def parse_redis_url(text: str) -> str:
    """redis://[:password@]host:port/number, rediss:// for TLS, unix:///path?db=number. Raises ValueError."""
    parts = _split(text, schemes=("redis", "rediss", "unix"))
    if parts.scheme == "unix" and not parts.path:
        raise ValueError("unix:// must name the path of a socket")
    if parts.scheme != "unix" and not parts.hostname:
        raise ValueError("the URL must name a host")
    return text


def parse_email_url(text: str) -> MailAddress:
    """file: | smtp://host:25 | smtps://user:password@host:465 | submission://user:password@host:587."""
    if text in {"file:", "file://"}:
        return MailAddress(scheme="file")
    parts = _split(text, schemes=("smtp", "smtps", "submission"))
    if not parts.hostname:
        raise ValueError("the URL must name a host")
    scheme: Literal["smtp", "smtps", "submission"] = parts.scheme  # type: ignore[assignment]  # _split has checked it
    return MailAddress(
        scheme=scheme,
        host=parts.hostname,
        port=parts.port or SMTP_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def parse_storage_url(text: str) -> StorageAddress:
    """file: | s3://key:secret@bucket/prefix?endpoint=https://…&region=…; without keys the machine's own role counts.

    `public=https://…` is the endpoint as people reach it, where that differs from `endpoint`.
    """
    if text in {"file:", "file://"}:
        return StorageAddress(scheme="file")
    parts = _split(text, schemes=("s3",))
    options = _options(parts)
    endpoint, public, region = (options.pop(name, None) for name in ("endpoint", "public", "region"))
    if options:
        raise ValueError(f"unknown option {', '.join(sorted(options))}; known are endpoint, public and region")
    if not parts.hostname:
        raise ValueError("s3:// must name a bucket")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("give both the access key and the secret key, or neither")
    return StorageAddress(
        scheme="s3",
        bucket=parts.hostname,
        prefix=unquote(parts.path.strip("/")),
        endpoint=endpoint,
        public=public,
        region=region,
        access_key=unquote(parts.username) if parts.username else None,
        secret_key=unquote(parts.password) if parts.password else None,
    )


def parse_base_url(text: str) -> str:
    """http(s)://host[:port], no path: links in e-mails are made by joining to it. Raises ValueError."""
    parts = _split(text, schemes=("http", "https"))
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.username:
        raise ValueError("must be http(s)://host[:port] and nothing more")
    return text.rstrip("/")


def parse_clamd_url(text: str) -> str:
    """unix:///path/of/its/socket or tcp://host[:port]. Raises ValueError."""
    parts = _split(text, schemes=("unix", "tcp"))
    if parts.scheme == "unix" and (parts.netloc or not parts.path.startswith("/")):
        raise ValueError("must be unix:///path/of/the/socket")
    if parts.scheme == "tcp" and (not parts.hostname or parts.path not in {"", "/"} or parts.username):
        raise ValueError("must be tcp://host:port")
    return text.rstrip("/")


def _split(text: str, *, schemes: tuple[str, ...]) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        # The message of urlsplit may quote the URL, and with it a password.
        raise ValueError("is not a URL that can be read") from error
    if parts.scheme not in schemes:
        raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return parts


def _options(parts: SplitResult) -> dict[str, str]:
    return dict(parse_qsl(parts.query, keep_blank_values=True))
