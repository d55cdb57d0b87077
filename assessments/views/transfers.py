"""Files past the API where the storage can do it: uploads announced here, links to files, and our own stand-ins."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, ClassVar

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import transaction
from django.http import HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from api.problems import Invalid, NotFound, Problem, problem_of, respond
from api.serializers import parse
from assessments.files.receiving import SizeLimit
from assessments.models import DirectUpload, EvidenceVersion
from assessments.selectors.assessments import get_assessment
from assessments.selectors.evidence import find_file, find_linked_file
from assessments.selectors.sight import sight_of
from assessments.selectors.uploads import get_upload, upload_body
from assessments.serializers.transfer import (
    DirectUploadMade,
    DirectUploadShape,
    FileLinkShape,
    IncomingFile,
    NewDirectUpload,
)
from assessments.services.direct_uploads import begin_upload, finish_upload, receive, upload_of_token
from assessments.services.file_links import link_to, open_link
from assessments.views.downloads import FILE, VERSION, DownloadView, disposition, file_response, wanted_version
from assessments.views.uploads import FORM_BYTES, body_length, too_large
from tenants.idempotency import SecretResponse
from tenants.roles import Action
from tenants.scope import ORGANISATION_SETTING, entered, forget
from tenants.views.tenant import TenantRequest, TenantView, enter_organisation
from tenants.views.token import TokenView


class DirectUploadsView(TenantView):
    actions: ClassVar = {"POST": Action.EVIDENCE_WRITE}

    @extend_schema(operation_id="upload_create", request=NewDirectUpload, responses={201: DirectUploadMade})
    def post(self, request: TenantRequest) -> Response:
        """Announce a file and get an address to send it to, for large files or many. Then finish the upload."""
        fields = parse(NewDirectUpload, request.data)
        upload, send_to = begin_upload(organisation=request.organisation, person_id=request.access.person_id, **fields)
        told = {"url": send_to.url, "fields": send_to.fields}
        body = upload_body(get_upload(upload.pk)) | {"send_to": told}
        return SecretResponse(body, secret="send_to", status=201)  # noqa: S106 - a field's name


class DirectUploadView(TenantView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ}

    @extend_schema(operation_id="upload_read", responses=DirectUploadShape)
    def get(self, request: TenantRequest, upload_id: uuid.UUID) -> Response:
        """How far an upload is."""
        return Response(upload_body(get_upload(upload_id)))


class DirectUploadFinishView(TenantView):
    actions: ClassVar = {"POST": Action.EVIDENCE_WRITE}

    @extend_schema(operation_id="upload_finish", request=None, responses={202: DirectUploadShape})
    def post(self, request: TenantRequest, upload_id: uuid.UUID) -> Response:
        """Say that the file was sent: it is counted, hashed and taken in. 409 when it has not arrived."""
        finish_upload(upload_id, person_id=request.access.person_id)
        return Response(upload_body(get_upload(upload_id)), status=202)


class IncomingView(TokenView):
    """What a bucket does where there is none: takes one announced file. The token in the address lets it in."""

    parser_classes = (MultiPartParser,)
    actions: ClassVar = {}

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            refusal = self._receive(request, slug=str(kwargs["slug"]), token=str(kwargs["token"]))
            if refusal is not None:
                return respond(refusal)
        return super().dispatch(request, *args, **kwargs)

    def _receive(self, request: HttpRequest, *, slug: str, token: str) -> Problem | None:
        """Read the body into a temporary file while no transaction is open, and no more than was announced."""
        upload = _announced(slug, token=token)
        most = upload.size if upload else 0
        limit = SizeLimit(most=most)
        request.upload_handlers = [limit, TemporaryFileUploadHandler(request)]
        if upload is None or request.content_type != "multipart/form-data":
            return None
        if body_length(request) > most + FORM_BYTES:
            return too_large(most)
        try:
            request.POST  # noqa: B018 - the first reading parses the body
        except (RequestDataTooBig, BadRequest, SuspiciousOperation, UnreadablePostError) as error:
            return problem_of(error) or Invalid(slug="malformed", detail="The form cannot be read.")
        return too_large(most) if limit.exceeded else None

    @extend_schema(
        operation_id="upload_send", request={"multipart/form-data": IncomingFile}, responses={204: None}, auth=[]
    )
    def post(self, request: TenantRequest, token: str) -> Response:
        """Send an announced file, where the storage has no address of its own. The announcement tells the address."""
        upload = upload_of_token(token)
        file = parse(IncomingFile, request.data)["file"]
        receive(upload.pk, path=Path(file.temporary_file_path()))
        return Response(status=204)


class EvidenceFileLinkView(TenantView):
    actions: ClassVar = {"POST": Action.EVIDENCE_READ}

    @extend_schema(
        operation_id="evidence_file_link", request=None, responses={201: FileLinkShape}, parameters=[VERSION]
    )
    def post(self, request: TenantRequest, evidence_id: uuid.UUID) -> Response:
        """A link to a file, for five minutes and without signing in: for handing the download to something else."""
        return _link(request, find_file(evidence_id, version=wanted_version(request)))


class AssessmentEvidenceFileLinkView(TenantView):
    actions: ClassVar = {"POST": Action.EVIDENCE_READ}
    members_only = False

    @extend_schema(
        operation_id="assessment_evidence_file_link", request=None, responses={201: FileLinkShape}, parameters=[VERSION]
    )
    def post(self, request: TenantRequest, assessment_id: uuid.UUID, evidence_id: uuid.UUID) -> Response:
        """A link to a file that backs an answer of this assessment. Open to outside reviewers, in their sections."""
        version, sight = wanted_version(request), sight_of(request.access, get_assessment(assessment_id))
        found = find_linked_file(
            evidence_id, assessment_id=assessment_id, requirement_ids=sight.requirement_ids(), version=version
        )
        return _link(request, found, assessment_id=assessment_id)


class OpenFileLinkView(TokenView, DownloadView):
    """What a bucket's signed address does where there is none."""

    actions: ClassVar = {}

    @extend_schema(operation_id="file_link_open", responses=FILE, auth=[])
    def get(self, request: TenantRequest, token: str) -> HttpResponseBase:
        """The file behind a link. 410 when its five minutes are over."""
        response = file_response(open_link(token, organisation=request.organisation), method=request.method)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


def _announced(slug: str, *, token: str) -> DirectUpload | None:
    """A look ahead in a transaction of its own; the request proper decides again."""
    with transaction.atomic():
        organisation = enter_organisation(slug)
        if organisation is None:
            return None
        with entered(organisation.pk):
            try:
                return upload_of_token(token)
            except NotFound:
                return None
            finally:
                forget(ORGANISATION_SETTING)


def _link(request: TenantRequest, version: EvidenceVersion, *, assessment_id: uuid.UUID | None = None) -> Response:
    link = link_to(
        version, access=request.access, disposition=disposition(version.file_name), assessment_id=assessment_id
    )
    body = {
        "url": link.url,
        "expires_at": link.expires_at,
        "version": version.number,
        "file_name": version.file_name,
        "media_type": version.media_type,
        "size": version.size,
        "sha256": version.sha256,
    }
    return SecretResponse(body, secret="url", status=201)  # noqa: S106 - a field's name
