"""The view class for addresses that take a file.

The body is read before the request's transaction begins, and only for somebody who may upload here: no database
transaction waits for a slow sender, and nobody else fills the disk. What is read is counted while it arrives.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import transaction
from django.http import HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import MultiPartParser

from api.problems import Invalid, NotFound, Problem, TooLarge, problem_of, respond
from assessments.files.receiving import ReceivedFile, SizeLimit, take_in
from identity.models import Person
from tenants.access import access_of
from tenants.authentication import ApiKeyAuthentication
from tenants.scope import ORGANISATION_SETTING, entered, forget
from tenants.views.tenant import TenantView, enter_organisation

FORM_BYTES = 1024 * 1024
"""What the fields beside the file and the form's own marks may take."""


class UploadView(TenantView):
    parser_classes = (MultiPartParser,)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            refusal = self._receive(request, slug=str(kwargs["slug"]))
            if refusal is not None:
                return respond(refusal)
        return super().dispatch(request, *args, **kwargs)

    def _receive(self, request: HttpRequest, *, slug: str) -> Problem | None:
        """Read the body into temporary files, or the reason why not. Refusing people is left to the request proper."""
        most = int(settings.UPLOAD_MAX_BYTES)
        if _length(request) > most + FORM_BYTES:
            return _too_large(most)
        limit = SizeLimit(most=most if self._may_upload(request, slug=slug) else 0)
        request.upload_handlers = [limit, TemporaryFileUploadHandler(request)]
        if limit.most == 0 or request.content_type != "multipart/form-data":
            return None
        try:
            request.POST  # noqa: B018 - the first reading parses the body
        except (RequestDataTooBig, BadRequest, SuspiciousOperation, UnreadablePostError) as error:
            return problem_of(error) or Invalid(slug="malformed", detail="The form cannot be read.")
        return _too_large(most) if limit.exceeded else None

    def _may_upload(self, request: HttpRequest, *, slug: str) -> bool:
        """A look ahead in a transaction of its own; the request proper decides again, and says why."""
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
                except (AuthenticationFailed, NotFound):
                    return False
                finally:
                    forget(ORGANISATION_SETTING)
                return access.may(self.actions["POST"])


def received(request: Any, file: TemporaryUploadedFile) -> ReceivedFile:
    """The one file of the form, let in. Raises Invalid, or the Problem (415) of a kind that is not."""
    if sum(len(files) for _, files in request.FILES.lists()) > 1:
        raise Invalid({"file": ["Send one file."]})
    return take_in(file)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"A file may have {most} bytes.", limit=most)
