"""Handing out an evidence file: as an attachment, never as something a browser would show or run."""

from __future__ import annotations

import base64
from urllib.parse import quote

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request

from api.files import AnswersWithFile
from api.pagination import Filters
from api.problems import Invalid
from assessments.files.blobs import open_blob
from assessments.models import EvidenceVersion
from tenants.scope import current_organisation
from tenants.views.tenant import TenantView

CONTENT_SECURITY_POLICY = "sandbox; default-src 'none'"
VERSION = OpenApiParameter("version", int, description="The newest unless given.")
FILE = {
    (200, "*/*"): OpenApiResponse(
        OpenApiTypes.BINARY,
        description="The bytes under their own media type, with ETag (the sha256 in hex) and Repr-Digest (RFC 9530).",
    )
}


class DownloadView(AnswersWithFile, TenantView):
    """A file of an organisation."""


def wanted_version(request: Request) -> int | None:
    """`?version=` as a number, 400 for anything else."""
    given = Filters(request, "version").get("version")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and int(given[:9]) > 0 and len(given) < 10):
        raise Invalid({"version": ["Give the number of a version."]})
    return int(given)


def file_response(version: EvidenceVersion, *, method: str | None) -> HttpResponseBase:
    """The stored file, streamed; for HEAD only what would be told of it. The bytes come from the storage, the rest
    from the row.
    """
    blob = open_blob(organisation_id=current_organisation(), sha256=version.sha256, size=version.size)
    response: HttpResponseBase
    if method == "HEAD":
        blob.close()
        response = HttpResponse(content_type=version.media_type)
    else:
        response = FileResponse(blob, content_type=version.media_type)
    digest = base64.b64encode(bytes.fromhex(version.sha256)).decode()
    headers = {
        "Content-Length": str(version.size),
        "Content-Disposition": disposition(version.file_name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "ETag": f'"{version.sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    for name, value in headers.items():
        response[name] = value
    return response


def disposition(file_name: str) -> str:
    """`attachment` as RFC 6266 has it: a name in plain ASCII, and the full one for those who read RFC 8187."""
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in file_name) or "file"
    full = "" if plain == file_name else f"; filename*=UTF-8''{quote(file_name, safe='')}"
    return f'attachment; filename="{plain}"{full}'
