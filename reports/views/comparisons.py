"""A comparison as a PDF, for anyone: asked for by a button, made by a worker, read where it was asked for."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from rest_framework.request import Request

from assessments.catalogue import selectors
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.selectors import Current
from assessments.catalogue.views import CACHE_CONTROL, is_fresh
from assessments.catalogue.web.cards import pair_address
from assessments.catalogue.web.views import PageView, pair_of
from reports.models import ComparisonFile, ComparisonFileState
from reports.services import comparison


class ComparisonFileView(PageView):
    http_method_names = ["get", "head", "post"]

    def get(self, request: Request, a: str, b: str) -> HttpResponseBase:
        """The file; while it is made a page that looks again by itself (202); before it is asked for, a button."""
        first, second, catalogue = _pair(a, b)
        path = pair_address(first.slug, second.slug)
        if request.path != f"{path}pdf/":
            return HttpResponsePermanentRedirect(f"{path}pdf/")
        key = comparison.sheet(first, second, catalogue=catalogue).key
        etag = f'"{key[:32]}"'
        file = ComparisonFile.objects.filter(key=key).first()
        if file is None:
            detail = "Nobody has asked for it as it stands now. It takes a few seconds."
            return _page("There is no PDF of this comparison yet.", detail, path=path, status=200, may_ask=True)
        file = comparison.look_again(file)
        if file.state == ComparisonFileState.READY:
            response = HttpResponse(status=304) if is_fresh(request, etag) else _pdf(file)
            response["ETag"], response["Cache-Control"] = etag, CACHE_CONTROL
            return response
        if file.state == ComparisonFileState.FAILED:
            return _page("The PDF could not be made.", file.error, path=path, status=503, may_ask=True)
        detail = "This page looks again every two seconds and then shows it."
        return _page("The PDF is being made.", detail, path=path, status=202)

    def post(self, request: Request, a: str, b: str) -> HttpResponseBase:
        """Ask for it; asking twice is asking once."""
        first, second, catalogue = _pair(a, b)
        file = comparison.ask(first, second, key=comparison.sheet(first, second, catalogue=catalogue).key)
        if file.state == ComparisonFileState.FAILED:
            comparison.again(file)
        response = HttpResponseRedirect(f"{pair_address(first.slug, second.slug)}pdf/", status=303)
        response["Cache-Control"] = "no-store"
        return response


def _pair(a: str, b: str) -> tuple[Current, Current, tuple[Current, ...]]:
    """The two in canonical order. Raises NotFound, as for a standard with itself."""
    catalogue = selectors.current_standards()
    found = pair_of(f"{a}-vs-{b}", catalogue=catalogue)
    first, second = sorted(found, key=lambda entry: entry.slug)
    return first, second, catalogue


def _pdf(file: ComparisonFile) -> HttpResponse:
    response = HttpResponse(bytes(file.data or b""), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{file.a_slug}-vs-{file.b_slug}.pdf"'
    return response


def _page(title: str, detail: str, *, path: str, status: int, may_ask: bool = False) -> HttpResponse:
    context = {
        "title": title, "detail": detail, "path": path, "may_ask": may_ask, "is_waiting": status == 202,
        "language": DEFAULT_LANGUAGE,
    }  # fmt: skip
    response = HttpResponse(render_to_string("reports/comparison_file.html", context), status=status)
    response["Cache-Control"] = "no-store"
    if status == 202:
        response["Retry-After"] = "2"
    return response
