"""Cursor pagination over an indexed order; the same shape for every list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import Invalid


class Page(CursorPagination):
    """`?cursor=`, `?page_size=` (1 to 200, 50 unless told) and `?ordering=` over the names a list allows."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"


def paginate(
    rows: QuerySet[Any],
    *,
    request: Request,
    orderings: Sequence[str] = ("-id",),
    render: Callable[[Any], Any] | None = None,
) -> Response:
    """One page of `rows`. `orderings`: the field names the caller may order by (a minus reverses); the first is
    the default.
    """
    page = Page()
    page.ordering = _ordering(request, orderings)
    found = page.paginate_queryset(rows, request) or []
    return page.get_paginated_response([render(row) for row in found] if render else list(found))


def _ordering(request: Request, orderings: Sequence[str]) -> tuple[str, ...]:
    wanted = request.query_params.get("ordering", orderings[0])
    allowed = {name.lstrip("-") for name in orderings}
    if wanted.lstrip("-") not in allowed:
        raise Invalid({"ordering": [f"Choose one of {', '.join(sorted(allowed))}, with a minus for descending."]})
    tie = "-id" if wanted.startswith("-") else "id"
    return (wanted,) if wanted.lstrip("-") == "id" else (wanted, tie)


class Filters:
    """Reads a list's query parameters and refuses the ones it does not know."""

    PAGING: ClassVar[frozenset[str]] = frozenset({"cursor", "page_size", "ordering", "format", "language"})

    def __init__(self, request: Request, *known: str) -> None:
        unknown = sorted(set(request.query_params) - set(known) - self.PAGING)
        if unknown:
            raise Invalid({name: ["There is no such filter."] for name in unknown})
        for name in known:
            if "\0" in request.query_params.get(name, ""):
                raise Invalid({name: ["Null characters are not allowed."]})
        self._values = request.query_params

    def get(self, name: str) -> str | None:
        return self._values.get(name) or None

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        value = self.get(name)
        if value is not None and value not in choices:
            raise Invalid({name: [f"Choose one of {', '.join(choices)}."]})
        return value
