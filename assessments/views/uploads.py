"""The view class for addresses that take a file.

The body is read before the request's transaction begins, and only for somebody who may upload here: no database
transaction waits for a slow sender, and nobody else fills the disk. What is read is counted while it arrives.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import DatabaseError, transaction
from django.http import HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import MultiPartParser

from api.problems import Invalid, NotFound, Problem, TooLarge, problem_of, respond
from assessments.files.receiving import ReceivedFile, SizeLimit, take_in
from assessments.services.storage import QuotaExceeded, release_storage, reserve_storage
from identity.models import Person
from tenants.access import access_of
from tenants.authentication import ApiKeyAuthentication
from tenants.scope import ORGANISATION_SETTING, entered, forget, tenant_scope
from tenants.views.tenant import TenantView, enter_organisation

logger = logging.getLogger(__name__)

FORM_BYTES = 1024 * 1024
"""What the fields beside the file and the form's own marks may take."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Storage reserved for the upload of one request."""

    organisation_id: uuid.UUID
    reservation_id: uuid.UUID


_PROMISE = "_promise_of_storage"


class UploadView(TenantView):
    parser_classes = (MultiPartParser,)
    keeps: ClassVar[bool] = True
    """Whether what is sent is stored, so that room is promised to it; else it is read and gone with the request."""

    @property
    def most_bytes(self) -> int:
        return int(settings.UPLOAD_MAX_BYTES)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return super().dispatch(request, *args, **kwargs)
        try:
            refusal = self._receive(request, slug=str(kwargs["slug"]))
            return super().dispatch(request, *args, **kwargs) if refusal is None else respond(refusal)
        finally:
            _give_back(request)

    def _receive(self, request: HttpRequest, *, slug: str) -> Problem | None:
        """Read the body into temporary files, or the reason why not. Refusing people is left to the request proper."""
        most = self.most_bytes
        if body_length(request) > most + FORM_BYTES:
            return too_large(most)
        try:
            promised = self._promised(request, slug=slug, size=min(body_length(request) or most, most))
        except QuotaExceeded as full:
            return full
        limit = SizeLimit(most=most if promised else 0)
        request.upload_handlers = [limit, TemporaryFileUploadHandler(request)]
        if not promised or request.content_type != "multipart/form-data":
            return None
        try:
            request.POST  # noqa: B018 - the first reading parses the body
        except (RequestDataTooBig, BadRequest, SuspiciousOperation, UnreadablePostError) as error:
            return problem_of(error) or Invalid(slug="malformed", detail="The form cannot be read.")
        return too_large(most) if limit.exceeded else None

    def _promised(self, request: HttpRequest, *, slug: str, size: int) -> bool:
        """A look ahead in a transaction of its own: whether this person may upload, and then `size` bytes are promised.
        The request proper decides again, and says why. Raises QuotaExceeded.
        """
        with transaction.atomic():
            organisation = enter_organisation(slug)
            if organisation is None:
                return False
            with entered(organisation.pk):
                try:
                    found = ApiKeyAuthentication().authenticate(self.initialize_request(request))
                    person = found[0] if found else request.user
                    if not isinstance(person, Person):
                        return False
                    access = access_of(organisation=organisation, person_id=person.pk)
                    if not access.may(self.actions["POST"]):
                        return False
                    if not self.keeps:
                        return True
                    promise = Promise(organisation.pk, reserve_storage(size=size))
                except (AuthenticationFailed, NotFound):
                    return False
                finally:
                    forget(ORGANISATION_SETTING)
        setattr(request, _PROMISE, promise)
        return True


def received(request: Any, file: TemporaryUploadedFile) -> ReceivedFile:
    """The one file of the form, let in. Raises Invalid, or the Problem (415) of a kind that is not.

    What was promised to the upload is given back in the transaction that makes the file's row.
    """
    if sum(len(files) for _, files in request.FILES.lists()) > 1:
        raise Invalid({"file": ["Send one file."]})
    taken = take_in(file)
    if promise := getattr(request, _PROMISE, None):
        release_storage(promise.reservation_id)
    return taken


def _give_back(request: HttpRequest) -> None:
    """Whatever became of the upload; of one that was taken in nothing is left to give back."""
    promise: Promise | None = getattr(request, _PROMISE, None)
    if promise is None:
        return
    try:
        with tenant_scope(promise.organisation_id):
            release_storage(promise.reservation_id)
    except DatabaseError:
        logger.warning("A promise of storage could not be given back; it runs out by itself.", exc_info=True)


def body_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def too_large(most: int) -> TooLarge:
    return TooLarge(f"A file may have {most} bytes.", limit=most)
