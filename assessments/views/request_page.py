"""The page behind the link of a request for evidence: what is asked, by whom, until when, and a form for files.

For people without an account; works without scripts and without cookies. No cookie gives a right here, so there is
nothing a foreign page could trick a browser into: the token in the address is all, and needs no CSRF token beside it.
Whatever a link once was (unknown, used up, revoked, expired), the answer to it is one and the same.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api.problems import Invalid, NotFound, Problem, Throttled, TooLarge
from api.throttling import AddressThrottle, client_address
from assessments.files.kinds import ACCEPTED
from assessments.files.receiving import ReceivedFile, SizeLimit, take_in
from assessments.models import EvidenceRequest, FileState
from assessments.selectors.requests import asked_for, files_in_order, standard_of
from assessments.services.requests import find_open, places_left, receive_files
from assessments.services.storage import QuotaExceeded, release_storage, reserve_storage
from assessments.views.uploads import FORM_BYTES, body_length
from tenants import audit
from tenants.models import Organisation
from tenants.scope import ORGANISATION_SETTING, entered, forget, tenant_scope
from tenants.views.tenant import enter_organisation

if TYPE_CHECKING:
    from rest_framework.request import Request

logger = logging.getLogger(__name__)

POLICY: Final = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_TEMPLATE: Final = "assessments/request.html"


class PageThrottle(AddressThrottle):
    """By network address, whoever is signed in: nobody is, here."""

    def subject(self, request: Any) -> str:
        return f"request-page:{client_address(request)}"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a look before the body is read found: whose request it is, and the storage promised to the upload."""

    organisation: Organisation
    request_id: uuid.UUID
    promise: uuid.UUID
    most: int


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_request_page(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """GET shows the request, POST takes files in and shows it again."""
    try:
        _throttle(request)
        response = _post(request, slug=slug, token=token) if request.method == "POST" else None
        if response is None:
            response = _show(request, slug=slug, token=token)
    except Problem as problem:
        response = render(request, _TEMPLATE, {"problem": problem}, status=problem.status)
        for name, value in problem.headers.items():
            response[name] = value
    response["Content-Security-Policy"] = POLICY
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _throttle(request: HttpRequest) -> None:
    throttle = PageThrottle()
    if not throttle.allow_request(cast("Request", request), None):
        raise Throttled(seconds=int(throttle.wait()) + 1)


def _show(request: HttpRequest, *, slug: str, token: str, refusal: str = "", status: int = 200) -> HttpResponse:
    with _inside(slug) as organisation:
        found = find_open(token)
        return render(request, _TEMPLATE, _words(organisation, found) | {"refusal": refusal}, status=status)


def _words(organisation: Organisation, found: EvidenceRequest) -> dict[str, Any]:
    """All the page says; of the organisation nothing but its name and what was written for whoever is asked."""
    says = {FileState.READY: "received and checked", FileState.REJECTED: "could not be taken"}
    return {
        "organisation": organisation.name,
        "asker": found.created_by.display_name,
        "request": found,
        "asked": asked_for(found),
        "standard": standard_of(found),
        "left": places_left(found),
        "bytes_most": filesizeformat(found.bytes_most),
        "kinds": ", ".join(ACCEPTED),
        "accept": ",".join(f".{kind}" for kind in ACCEPTED),
        "files": [
            {
                "name": row.version.file_name,
                "says": says.get(FileState(row.version.state), "received, being checked"),
                "reason": row.version.reason if row.version.state == FileState.REJECTED else "",
            }
            for row in files_in_order(found)
        ],
    }


def _post(request: HttpRequest, *, slug: str, token: str) -> HttpResponse | None:
    """Take the files in; then the page is fetched again, so that a reload sends nothing twice."""
    ahead: Ahead | None = None
    try:
        ahead = _look_ahead(request, slug=slug, token=token)
        files = _read(request, most=ahead.most)
        with _inside(slug):
            find_open(token)
            audit.set_actor(request, actor=f"evidence_request:{ahead.request_id}", address=client_address(request))
            release_storage(ahead.promise)
            receive_files(ahead.request_id, files=files)
    except NotFound:
        raise
    except Problem as problem:
        if problem.status >= 500:
            raise
        return _show(request, slug=slug, token=token, refusal=problem.detail or problem.title, status=problem.status)
    finally:
        if ahead is not None:
            _give_back(ahead)
    return redirect(request.path)


def _look_ahead(request: HttpRequest, *, slug: str, token: str) -> Ahead:
    """In a transaction of its own, so that none is open while somebody sends; the request proper decides again."""
    with _inside(slug) as organisation:
        found = find_open(token)
        left = places_left(found)
        if not left:
            raise Problem("too-many-files", status=409, title="No more files can be taken.")
        most = min(found.bytes_most * left, int(settings.UPLOAD_MAX_BYTES))
        if body_length(request) > most + FORM_BYTES:
            raise _too_large(most)
        try:
            promise = reserve_storage(size=min(body_length(request) or most, most))
        except QuotaExceeded:
            said = "There is no room for files just now. Please tell whoever asked you."
            raise Problem("quota-exceeded", status=413, title=said) from None
        return Ahead(organisation, found.pk, promise, most)


def _read(request: HttpRequest, *, most: int) -> list[ReceivedFile]:
    """The files of the form, counted while they arrive and let in at the door. All are fit, or none is taken."""
    limit = SizeLimit(most=most)
    request.upload_handlers = [limit, TemporaryFileUploadHandler(request)]
    if request.content_type != "multipart/form-data":
        raise Invalid(detail="Choose a file first.")
    try:
        files = request.FILES.getlist("file")
    except (RequestDataTooBig, BadRequest, SuspiciousOperation, UnreadablePostError) as error:
        raise Invalid(detail="The form did not arrive whole. Please send it again.") from error
    if limit.exceeded:
        raise _too_large(most)
    if not files:
        raise Invalid(detail="Choose a file first.")
    return [_let_in(cast("TemporaryUploadedFile", file)) for file in files]


def _let_in(file: TemporaryUploadedFile) -> ReceivedFile:
    if not file.size:
        raise Invalid(detail=f"{file.name} is empty. Nothing was taken.")
    try:
        return take_in(file)
    except Problem as problem:
        raise Problem(
            problem.slug, status=problem.status, title=f"{file.name}: {problem.detail} Nothing was taken."
        ) from problem


@contextmanager
def _inside(slug: str) -> Iterator[Organisation]:
    """One transaction inside the organisation of the address. NotFound where there is none, or it is being closed."""
    with transaction.atomic():
        organisation = enter_organisation(slug)
        if organisation is None or organisation.closing_at is not None:
            forget(ORGANISATION_SETTING)
            raise NotFound
        with entered(organisation.pk):
            yield organisation
        forget(ORGANISATION_SETTING)


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"All files together may have {filesizeformat(most)} at a time. Nothing was taken.")


def _give_back(ahead: Ahead) -> None:
    try:
        with tenant_scope(ahead.organisation.pk):
            release_storage(ahead.promise)
    except DatabaseError:
        logger.warning("A promise of storage could not be given back; it runs out by itself.", exc_info=True)
