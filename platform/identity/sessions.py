"""Sessions: who is signed in, from where, since when; and how each ends.

A session ends 12 h after it was last used and 7 days after it began, when its person signs out, revokes it, changes or
resets the password, or is deactivated. Rows in PostgreSQL are the truth; Valkey keeps what is read for every request.

The database and Valkey know a digest of the key in the cookie, so a copy of either signs nobody in.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from redis.exceptions import RedisError

from api.ids import new_id
from api.throttling import client_address

logger = logging.getLogger(__name__)

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=5)
"""How exactly "last seen" is kept: a write for every request would cost more than it tells."""
BURIED_SECONDS = 120
"""How long an ended session is remembered as ended: longer than a request that had just read it may still run."""

_SINCE, _SEEN, _ID, _ADDRESS, _AGENT = "_since", "_seen", "_id", "_address", "_agent"


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request comes from."""

    address: str
    agent: str


def digest(key: str) -> str:
    """What is stored in a session key's place: 160 bits of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(CachedStore):
    """Django's cached sessions with digests for keys, an end that nothing puts off, and rows people can be shown."""

    _cache: Any
    _get_or_create_session_key: Any
    cache_key_prefix = "session:"
    visit: Visit | None = None
    proved_before: object = None
    """How the person who was signed in had proved who they are, when the request came in."""

    @classmethod
    def get_model_class(cls) -> Any:
        from identity.models import Session

        return Session

    @property
    def cache_key(self) -> str:
        return self.cache_key_prefix + digest(self._get_or_create_session_key())

    def _get_session_from_db(self) -> Any:
        row = self.model.objects.filter(session_key=digest(self.session_key or ""), expire_date__gt=timezone.now())
        return row.first()

    def exists(self, session_key: str | None) -> bool:
        return bool(session_key) and self.model.objects.filter(session_key=digest(session_key or "")).exists()

    def load(self) -> dict[str, Any]:
        data = None
        with suppress(RedisError):
            data = self._cache.get(self.cache_key)
        if data is None:
            row = self._get_session_from_db()
            data = self.decode(row.session_data) if row else {}
            if data:
                with suppress(RedisError):
                    # `add`, so that a session ended a moment ago is not brought back by who read its row before.
                    self._cache.add(self.cache_key, data, self.get_expiry_age(expiry=row.expire_date))
        if SESSION_KEY in data and _ended(data):
            self.delete(self.session_key)
            data = {}
        if not data:
            self._session_key = None  # as Django's own store does
        if SESSION_KEY in data:
            self.proved_before = data.get(METHODS)
        return dict(data)

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        if self.session_key is not None:
            self._stamp(self._get_session(no_load=must_create))  # type: ignore[attr-defined] # of Django's base class
        super().save(must_create)

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.session_key = digest(row.session_key)
        if SESSION_KEY in data:
            row.person_id = uuid.UUID(data[SESSION_KEY])
            row.id = uuid.UUID(data[_ID])
            row.first_seen, row.last_seen = _moment(data[_SINCE]), _moment(data[_SEEN])
            row.address, row.agent = data.get(_ADDRESS, ""), data.get(_AGENT, "")
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            bury([digest(key)])

    def get_expiry_age(self, **kwargs: Any) -> int:
        age = int(super().get_expiry_age(**kwargs))
        data = getattr(self, "_session_cache", {})
        return min(age, _seconds_left(data)) if _SINCE in data else age

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return timezone.now() + timedelta(seconds=self.get_expiry_age(**kwargs))

    def note(self) -> None:
        """Write down that the session is in use, if that was not done just now."""
        if SESSION_KEY in self and time.time() - self.get(_SEEN, 0) > NOTED_EVERY.total_seconds():
            self[_SEEN] = int(time.time())

    def _stamp(self, data: dict[str, Any]) -> None:
        if SESSION_KEY not in data:
            return
        if _SINCE not in data:
            data[_SINCE] = data[_SEEN] = int(time.time())
            data[_ID] = new_id().hex
        if self.visit is not None:
            data[_ADDRESS], data[_AGENT] = self.visit.address[:45], self.visit.agent[:300]


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's, which also notes where a session is used from, and gives it a new key when its person proves more."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        agent = "".join(letter for letter in request.headers.get("User-Agent", "") if letter.isprintable())
        request.session.visit = Visit(client_address(request), agent)  # type: ignore[attr-defined] # ours

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session: Any = request.session
        if session.accessed and response.status_code < 500:
            session.note()
            before = session.proved_before
            if before is not None and SESSION_KEY in session and session.get(METHODS) != before:
                session.cycle_key()
        return super().process_response(request, response)


def bury(row_keys: list[str]) -> int:
    """End sessions by what is stored in their keys' place, everywhere at once. Raises RedisError, with nothing done.

    Valkey first: were it out of reach, a deleted row would leave a session alive in it. The empty mark that is left
    there for two minutes stops a request that read the row a moment ago from putting it back.
    """
    from identity.models import Session

    ended: dict[str, Any] = {}
    marks = dict.fromkeys((SessionStore.cache_key_prefix + key for key in row_keys), ended)
    caches["default"].set_many(marks, BURIED_SECONDS)
    return Session.objects.filter(session_key__in=row_keys).delete()[0]


def ends_at(*, first_seen: datetime, last_seen: datetime) -> datetime:
    return min(first_seen + LONGEST, last_seen + IDLE)


def _ended(data: dict[str, Any]) -> bool:
    return _SINCE not in data or _seconds_left(data) <= 0


def _seconds_left(data: dict[str, Any]) -> int:
    end = min(data[_SINCE] + LONGEST.total_seconds(), data[_SEEN] + IDLE.total_seconds())
    return max(0, int(end - time.time()))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
