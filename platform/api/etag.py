"""Optimistic concurrency: the ETag of a shared row is its version in quotes."""

from __future__ import annotations

import re

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api.problems import Invalid, PreconditionFailed, PreconditionRequired

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description='The ETag as read, such as "3".'
)

_STRONG = re.compile(r'^"?(\d{1,18})"?$')


def etag(version: int) -> str:
    return f'"{version}"'


def expected_version(request: Request) -> int:
    """The version the caller believes to be current. 428 when If-Match is missing, 400 when it is no version."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired
    found = _STRONG.match(header)
    if not found:
        raise Invalid({"If-Match": ['Send the ETag as it was read, for example "3".']})
    return int(found[1])


def require_version(request: Request, *, current: int) -> None:
    if expected_version(request) != current:
        raise PreconditionFailed(current)
