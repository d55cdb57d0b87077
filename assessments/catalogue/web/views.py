"""The public pages. Open to anyone, asking nobody who they are, cacheable by anyone."""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from api.problems import NotFound, Problem
from api.views import PublicView
from assessments.catalogue import selectors
from assessments.catalogue.addresses import requirement_address
from assessments.catalogue.selectors import Current
from assessments.catalogue.views import CACHE_CONTROL, is_fresh
from assessments.catalogue.web import cards, link_pages, pages, requirement_pages
from assessments.catalogue.web.guides import guides

LONGEST_FILTER: Final = 100
_GZIP: Final = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
_NOTHING_HERE: Final = "Perhaps the standard goes by another name here: look for it in the list."


class _AsItIs(BaseContentNegotiation):
    """A page is HTML for everybody, whatever they say they accept."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class PageView(PublicView):
    schema = None
    http_method_names = ["get", "head"]
    content_negotiation_class = _AsItIs

    def handle_exception(self, exc: Exception) -> Any:
        """A problem as a page for people, with the status and headers it has in the API."""
        answer = super().handle_exception(exc)
        problem = exc if isinstance(exc, Problem) else None
        missing = answer.status_code == NotFound().status
        title = "There is no such page." if missing else (problem.title if problem else "This could not be shown.")
        detail = _NOTHING_HERE if missing else (problem.detail if problem else "Try again in a minute.")
        response = HttpResponse(pages.problem_page(title=title, detail=detail or ""), status=answer.status_code)
        for name in ("Retry-After", "Allow"):
            if name in answer.headers:
                response[name] = answer.headers[name]
        response["Cache-Control"] = CACHE_CONTROL if missing else "no-store"
        return response


def _answer(request: Request, page: pages.WebPage) -> HttpResponse:
    if is_fresh(request, page.etag.removeprefix("W/")):
        response = HttpResponse(status=304)
    elif _GZIP.search(request.headers.get("Accept-Encoding", "")):
        response = HttpResponse(page.packed, content_type=page.content_type)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(page.body, content_type=page.content_type)
    if response.status_code == HttpResponse.status_code:
        response["Content-Language"] = page.language
    response["ETag"] = page.etag
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _moved(path: str) -> HttpResponsePermanentRedirect:
    response = HttpResponsePermanentRedirect(path)
    response["Cache-Control"] = CACHE_CONTROL
    return response


class HomePage(PageView):
    def get(self, request: Request) -> HttpResponseBase:
        """What Plumbline is, a search field, comparisons to begin with."""
        return _answer(request, pages.home_page(selectors.current_standards()))


class StandardsPage(PageView):
    def get(self, request: Request) -> HttpResponseBase:
        """The list of standards, filtered by word, sector and nature."""
        asked = {key: request.query_params.get(key, "").strip()[:LONGEST_FILTER] for key in ("q", "sector", "nature")}
        page = pages.standards_page(
            selectors.current_standards(),
            words=asked["q"].replace("\0", ""),
            sector=asked["sector"],
            nature=asked["nature"],
            number=request.query_params.get("page", ""),
        )
        return _answer(request, page)


class StandardPage(PageView):
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """One standard."""
        catalogue = selectors.current_standards()
        found = next((entry for entry in catalogue if entry.slug == slug), None)
        if found is None:
            raise NotFound
        return _answer(request, pages.standard_page(found, catalogue=catalogue))


class RequirementPage(PageView):
    def get(self, request: Request, slug: str, ref: str) -> HttpResponseBase:
        """One requirement of a standard; another spelling of its reference leads to its one address."""
        catalogue = selectors.current_standards()
        found = next((entry for entry in catalogue if entry.slug == slug), None)
        if found is None:
            raise NotFound
        page = requirement_pages.requirement_page(found, ref=ref, catalogue=catalogue)
        if page is None:
            meant = requirement_pages.ref_meant(found, ref)
            if meant is None:
                raise NotFound
            return _moved(requirement_address(slug, meant))
        return _answer(request, page)


class ComparisonPage(PageView):
    def get(self, request: Request, a: str, b: str) -> HttpResponseBase:
        """Two standards; the mirror leads to the one address of the pair, a standard with itself to its own page."""
        catalogue = selectors.current_standards()
        first, second = pair_of(f"{a}-vs-{b}", catalogue=catalogue)
        if first.slug == second.slug:
            return _moved(reverse("standard-page", kwargs={"slug": first.slug}))
        if first.slug > second.slug:
            return _moved(cards.pair_address(first.slug, second.slug))
        return _answer(request, pages.comparison_page(first, second, catalogue=catalogue))


class LinksPage(PageView):
    def get(self, request: Request, source: str, target: str) -> HttpResponseBase:
        """The links of a crosswalk, which every figure of its comparison is counted from."""
        catalogue = selectors.current_standards()
        first, second = pair_of(f"{source}-vs-{target}", catalogue=catalogue)
        if first.slug > second.slug:
            return _moved(cards.pair_address(first.slug, second.slug) + "links/")
        page = link_pages.links_page(first, second, number=request.query_params.get("page", ""))
        if page is None:
            raise NotFound
        return _answer(request, page)


def pair_of(text: str, *, catalogue: tuple[Current, ...]) -> tuple[Current, Current]:
    """The two standards of an address, wherever in it the -vs- stands that parts them. Raises NotFound."""
    by_slug = {entry.slug: entry for entry in catalogue}
    for mark in re.finditer("(?=-vs-)", text):
        a, b = text[: mark.start()], text[mark.start() + len("-vs-") :]
        if a in by_slug and b in by_slug:
            return by_slug[a], by_slug[b]
    raise NotFound


class GuidesPage(PageView):
    def get(self, request: Request) -> HttpResponseBase:
        """Our own guides."""
        return _answer(request, pages.guides_page())


class GuidePage(PageView):
    def get(self, request: Request, guide: str) -> HttpResponseBase:
        """One guide."""
        found = next((known for known in guides() if known.slug == guide), None)
        if found is None:
            raise NotFound
        return _answer(request, pages.guide_page(found, catalogue=selectors.current_standards()))


class Sitemap(PageView):
    def get(self, request: Request) -> HttpResponseBase:
        """Addresses for search engines."""
        return _answer(request, pages.sitemap(selectors.current_standards()))
