"""Request limits, counted in fixed one-minute windows: one INCR per request, exact under concurrency."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW_SECONDS = 60


@cache
def valkey() -> Redis:
    """One client per process, safe for its threads: Django's cache would ask three times where one round trip does."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def _count(key: str) -> int:
    """How often this was asked with `key`, now included. Raises RedisError."""
    pipeline = valkey().pipeline(transaction=False)
    pipeline.incr(key)
    pipeline.expire(key, WINDOW_SECONDS + 5, nx=True)
    return int(pipeline.execute()[0])


class _Window(BaseThrottle, ABC):
    @abstractmethod
    def subject(self, request: Request) -> str | None:
        """Whom to count, or None for a caller whom another throttle counts."""

    @abstractmethod
    def limit(self) -> int:
        """Requests allowed in a window."""

    def allow_request(self, request: Request, view: Any) -> bool:
        subject = self.subject(request)
        if subject is None:
            return True
        return _count(f"plumbline:throttle:{subject}:{int(time.time()) // WINDOW_SECONDS}") <= self.limit()

    def wait(self) -> float:
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS


class PersonThrottle(_Window):
    """Signed-in people and API keys."""

    def subject(self, request: Request) -> str | None:
        person = getattr(request, "user", None)
        return f"person:{person.pk}" if person is not None and person.is_authenticated else None

    def limit(self) -> int:
        return int(settings.THROTTLE_PERSON_PER_MINUTE)


class AddressThrottle(_Window):
    """Anonymous callers, by network address."""

    def subject(self, request: Request) -> str | None:
        person = getattr(request, "user", None)
        if person is not None and person.is_authenticated:
            return None
        return f"address:{client_address(request)}"

    def limit(self) -> int:
        return int(settings.THROTTLE_ADDRESS_PER_MINUTE)


def client_address(request: Any) -> str:
    """The caller's address; X-Forwarded-For counts only as far as our own proxies wrote it (TRUSTED_PROXY_COUNT)."""
    trusted = int(settings.TRUSTED_PROXY_COUNT)
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if trusted and len(forwarded) >= trusted:
        return str(forwarded[-trusted])
    return str(request.META.get("REMOTE_ADDR", ""))
