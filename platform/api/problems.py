"""Errors as RFC 9457 problem details, raised anywhere and rendered in one place.

A body never holds a stack trace, a request id or anything that differs between an id that belongs to somebody else
and one that never existed: the request id travels in the `X-Request-Id` header.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework import exceptions as drf

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """One refusal: a stable slug for programs, a title for people, an HTTP status and any further members."""

    def __init__(
        self,
        slug: str,
        *,
        status: int,
        title: str,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(f"{slug}: {detail or title}")
        self.slug, self.status, self.title, self.detail = slug, status, title, detail
        self.headers, self.members = dict(headers or {}), members
        self.stored: bytes | None = None

    def body(self) -> dict[str, Any]:
        """The members of the problem document, in the order the RFC lists them."""
        document: dict[str, Any] = {
            "type": f"urn:plumbline:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
        }
        if self.detail:
            document["detail"] = self.detail
        return document | self.members


class NotFound(Problem):
    """What does not exist, and what belongs to others: the two look the same."""

    def __init__(self) -> None:
        super().__init__("not-found", status=404, title="There is nothing here for you.")


class Unauthenticated(Problem):
    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "not-signed-in",
            status=401,
            title="Sign in, or send a valid API key.",
            detail=detail,
            headers={"WWW-Authenticate": "Bearer"},
        )


class Forbidden(Problem):
    def __init__(self, detail: str = "", *, slug: str = "forbidden", **members: Any) -> None:
        super().__init__(slug, status=403, title="Your role does not allow this.", detail=detail, **members)


class BadCsrfToken(Problem):
    def __init__(self) -> None:
        super().__init__(
            "csrf",
            status=403,
            title="The CSRF token is missing or wrong.",
            detail="Send the value of the cookie csrftoken in the header X-CSRFToken.",
        )


class Invalid(Problem):
    """A body or query that is not right; `errors` maps a field path to a list of sentences."""

    def __init__(
        self, errors: Mapping[str, Any] | None = None, *, detail: str = "", slug: str = "invalid", **members: Any
    ) -> None:
        if errors:
            members["errors"] = dict(errors)
        super().__init__(slug, status=400, title="The request is not valid.", detail=detail, **members)


class Conflict(Problem):
    def __init__(
        self, slug: str, detail: str, *, title: str = "That does not fit the present state.", **members: Any
    ) -> None:
        super().__init__(slug, status=409, title=title, detail=detail, **members)


class PreconditionRequired(Problem):
    def __init__(self) -> None:
        super().__init__(
            "if-match-required",
            status=428,
            title="Say which version you are changing.",
            detail='Send If-Match with the ETag you read, for example If-Match: "3".',
        )


class PreconditionFailed(Problem):
    """Somebody else was faster; `current_version` is what the row stands at now."""

    def __init__(self, current_version: int, **members: Any) -> None:
        super().__init__(
            "stale-version",
            status=412,
            title="This was changed since you read it.",
            detail="Read it again, merge, and send the new ETag.",
            headers={"ETag": f'"{current_version}"'},
            current_version=current_version,
            **members,
        )


class TooLarge(Problem):
    def __init__(self, detail: str = "", **members: Any) -> None:
        super().__init__("too-large", status=413, title="The request is too large.", detail=detail, **members)


class Unsupported(Problem):
    def __init__(self, detail: str = "", **members: Any) -> None:
        super().__init__(
            "unsupported-media-type", status=415, title="That type is not accepted.", detail=detail, **members
        )


class Unprocessable(Problem):
    def __init__(self, slug: str, detail: str, **members: Any) -> None:
        super().__init__(slug, status=422, title="The request cannot be carried out.", detail=detail, **members)


class Throttled(Problem):
    def __init__(self, *, seconds: int) -> None:
        super().__init__(
            "too-many-requests",
            status=429,
            title="Too many requests.",
            detail=f"Try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )


class Unavailable(Problem):
    def __init__(self) -> None:
        super().__init__(
            "unavailable",
            status=503,
            title="A part Plumbline needs does not answer. Nothing was changed; try again.",
            headers={"Retry-After": "2"},
        )


def problem_of(error: BaseException) -> Problem | None:
    """The problem an exception stands for, or None for a defect of ours."""
    if isinstance(error, Problem):
        return error
    for kind, make in _MEANINGS:
        if isinstance(error, kind):
            return make(error)
    return None


def _database_problem(error: BaseException) -> Problem:
    if "lock timeout" in str(error):
        detail = "Another change to the same thing is under way."
        return Conflict("busy", detail, headers={"Retry-After": "1"})
    return Unavailable()


def _method_problem(error: BaseException) -> Problem:
    return Problem("method-not-allowed", status=405, title="This address does not take that method.")


_MEANINGS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[Any], Problem]], ...] = (
    ((Http404, drf.NotFound), lambda _: NotFound()),
    (RequestDataTooBig, lambda _: TooLarge("A JSON body may have 1 MiB.")),
    (OperationalError, _database_problem),
    ((InterfaceError, RedisError), lambda _: Unavailable()),
    (drf.ValidationError, lambda error: Invalid(_flat(error.detail))),
    (DjangoValidationError, lambda error: Invalid({"detail": list(error.messages)})),
    (drf.ParseError, lambda error: Invalid(slug="malformed", detail=str(error.detail))),
    (drf.AuthenticationFailed, lambda error: Unauthenticated(str(error.detail))),
    (drf.NotAuthenticated, lambda _: Unauthenticated()),
    (drf.PermissionDenied, lambda error: Forbidden(str(error.detail))),
    (PermissionDenied, lambda _: Forbidden()),
    (drf.MethodNotAllowed, _method_problem),
    (
        drf.NotAcceptable,
        lambda _: Problem("not-acceptable", status=406, title="Plumbline answers in JSON here."),
    ),
    (drf.UnsupportedMediaType, lambda error: Unsupported(str(error.detail))),
    (drf.Throttled, lambda error: Throttled(seconds=int(error.wait or 1))),
)
"""The first row that fits counts."""


def _flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested serializer errors as {'answers.3.level': ['…']}."""
    if isinstance(detail, dict):
        out: dict[str, list[str]] = {}
        for key, value in detail.items():
            out |= _flat(value, f"{path}.{key}" if path else str(key))
        return out
    if isinstance(detail, list) and any(isinstance(item, dict) for item in detail):
        out = {}
        for index, item in enumerate(detail):
            out |= _flat(item, f"{path}.{index}" if path else str(index))
        return out
    return {path or "body": [str(item) for item in (detail if isinstance(detail, list) else [detail])]}


def respond(problem: Problem) -> HttpResponse:
    response = HttpResponse(orjson.dumps(problem.body()), status=problem.status, content_type=CONTENT_TYPE)
    for name, value in problem.headers.items():
        response[name] = value
    if problem.status != 404:
        response["Cache-Control"] = "no-store"
    return response


def _stored(problem: Problem) -> HttpResponse:
    """An answer given before, to a request that was sent before (`Idempotency-Key`)."""
    response = HttpResponse(problem.stored or b"", status=problem.status, content_type="application/json")
    response["Idempotent-Replayed"] = "true"
    return response


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler: whatever was begun is undone, and the reason is told."""
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    problem = problem_of(error)
    if problem is None:
        return None
    if problem.stored is not None:
        return _stored(problem)
    if problem.status >= 500:
        # While Valkey is gone every request comes by here: then one line has to do.
        trace = None if isinstance(error, RedisError) else error
        logger.warning("unavailable: %s: %s", type(error).__name__, error, exc_info=trace)
    return respond(problem)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(NotFound())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond((problem_of(exception) if exception else None) or Invalid())


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(Forbidden())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return respond(BadCsrfToken())


def server_error(request: HttpRequest) -> HttpResponse:
    """Also the last resort when the session store or the database is gone before a view began."""
    error = sys.exc_info()[1]
    problem = problem_of(error) if error else None
    return respond(problem or Problem("defect", status=500, title="Something broke on our side. It has been logged."))
