"""What stands before and behind every address of signing in: limits before, answers of one kind behind.

django-allauth's headless API answers errors in a shape of its own. They leave here as problem documents, with allauth's
`data` and `meta` kept as members, since clients need them to know the next step.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from api.problems import CONTENT_TYPE, Problem, Throttled, Unavailable, respond
from identity import limits
from identity.limits import Limit

logger = logging.getLogger(__name__)

API, PAGES = "/api/v1/auth/", "/account/"
_HEADLESS = "headless:browser:account:"
_LIMITS: dict[str, Sequence[Limit]] = {
    "account_login": limits.LOGIN,
    f"{_HEADLESS}login": limits.LOGIN,
    "account_signup": limits.SIGN_UP,
    "sign-up": limits.SIGN_UP,
    "account_reset_password": limits.RESET,
    f"{_HEADLESS}request_password_reset": limits.RESET,
    "account_reset_password_from_key": limits.KEY,
    f"{_HEADLESS}reset_password": limits.KEY,
    "account_confirm_email": limits.KEY,
    f"{_HEADLESS}verify_email": limits.KEY,
    "account_change_password": limits.CHANGE_PASSWORD,
    f"{_HEADLESS}change_password": limits.CHANGE_PASSWORD,
    "account_email": limits.ADDRESSES,
    f"{_HEADLESS}manage_email": limits.ADDRESSES,
}
"""Name of an address → what its changes are counted against. Passwords, codes and passkeys are counted where they are
compared: `identity.adapter`, `identity.factors`.
"""
_CHANGES = {"POST", "PUT", "PATCH", "DELETE"}

_TITLES = {
    400: ("invalid", "The request is not valid."),
    401: ("not-signed-in", "Sign in."),
    403: ("forbidden", "This is not open to you."),
    404: ("not-found", "There is nothing here for you."),
    405: ("method-not-allowed", "This address does not take that method."),
    409: ("conflict", "That does not fit the present state."),
    410: ("gone", "The session has ended."),
    413: ("too-large", "The request is too large."),
    429: ("too-many-requests", "Too many requests."),
}
_STEPS = {
    "verify_email": "Open the link in the mail that was sent, or send its key to auth/email/verify.",
    "mfa_authenticate": "Send a code to auth/2fa/authenticate, or a passkey's answer to auth/webauthn/authenticate.",
}


class SignInGate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(API) and response.status_code >= 400:
            return as_problem(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        counted = _LIMITS.get(match.view_name) if match and request.method in _CHANGES else None
        if counted is None:
            return None
        try:
            limits.take(counted, request=request, mail=_mail_in(request), person=request.user.pk or "")
        except (Throttled, RedisError, RequestDataTooBig) as error:
            return self.process_exception(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refusals raised on the way: for a program as a problem document, for a person as a page."""
        if not request.path.startswith((API, PAGES)):
            return None
        if isinstance(error, RedisError):
            logger.warning("sign-in is closed while Valkey does not answer: %s", error)
            error = Unavailable()
        if not isinstance(error, Problem):
            return None
        if isinstance(error, Throttled):
            logger.info("limited: %s from %s", request.path, limits.network(request))
        return respond(error) if request.path.startswith(API) else page(request, error)


def page(request: HttpRequest, problem: Problem) -> HttpResponse:
    wait = _in_words(int(problem.headers["Retry-After"])) if isinstance(problem, Throttled) else ""
    text = render_to_string("plumbline/refusal.html", {"problem": problem, "wait": wait}, request)
    response = HttpResponse(text, status=problem.status)
    for name, value in problem.headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response


def _in_words(seconds: int) -> str:
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds > size:
            return f"{math.ceil(seconds / size)} {unit}s"
    return f"{seconds} seconds" if seconds > 1 else "a second"


def as_problem(response: HttpResponse) -> HttpResponse:
    """Allauth's refusal as a problem document; what is one already goes as it is."""
    kind = response.headers.get("Content-Type", "")
    if kind.startswith(CONTENT_TYPE) or response.status_code not in _TITLES:
        return response
    said = orjson.loads(response.content) if kind.startswith("application/json") else {}
    slug, title = _TITLES[response.status_code]
    document = {"type": "", "title": title, "status": response.status_code} | _details(said)
    if not said and response.status_code == HTTPStatus.BAD_REQUEST:
        slug, document["detail"] = "malformed", "The body must be a JSON object."
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        slug, document["title"], document["detail"] = _next_step(said)
    document["type"] = f"urn:plumbline:problem:{slug}"
    response.content = orjson.dumps(document)
    response["Content-Type"] = CONTENT_TYPE
    response["Cache-Control"] = "no-store"
    return response


def _details(said: dict[str, Any]) -> dict[str, Any]:
    """`errors` as everywhere in this API: a field's name → sentences; with them allauth's stable words in `codes`."""
    members: dict[str, Any] = {name: said[name] for name in ("data", "meta") if name in said}
    errors: dict[str, list[str]] = {}
    codes: dict[str, list[str]] = {}
    for error in said.get("errors", ()):
        field = error.get("param", "body")
        errors.setdefault(field, []).append(error["message"])
        codes.setdefault(field, []).append(error["code"])
    return members | ({"errors": errors, "codes": codes} if errors else {})


def _next_step(said: dict[str, Any]) -> tuple[str, str, str]:
    """Slug, title and detail of a 401: why it is one, and what to do about it."""
    if said.get("meta", {}).get("is_authenticated"):
        detail = "Send the password to auth/reauthenticate, a code to auth/2fa/reauthenticate, or use a passkey."
        return "confirm-first", "Show once more that it is you.", detail
    for flow in said.get("data", {}).get("flows", ()):
        if flow.get("is_pending") and flow["id"] in _STEPS:
            return "sign-in-unfinished", "One more step signs you in.", _STEPS[flow["id"]]
    return "not-signed-in", "Sign in.", "Send address and password to auth/login, or use a passkey."


def _mail_in(request: HttpRequest) -> str:
    """The address a form or a JSON body names, if it names one."""
    if request.content_type == "application/json":
        try:
            body = orjson.loads(request.body or b"{}")
        except orjson.JSONDecodeError:
            return ""
        given = body.get("email") if isinstance(body, dict) else ""
    else:
        given = request.POST.get("email", "")
    return given if isinstance(given, str) else ""
