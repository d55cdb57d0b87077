"""Search for anyone over the public catalogue, and for members over their own standards as well."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from urllib.parse import quote

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import Filters
from api.problems import Invalid
from api.views import PublicView
from assessments.catalogue import selectors
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.search import own
from assessments.catalogue.search.finding import LONGEST_QUERY, MATCHES, Hit, find
from assessments.catalogue.serializers import Shape
from assessments.catalogue.views import CACHE_CONTROL, LANGUAGE, OWN_LANGUAGE, asked_language, asked_languages
from assessments.catalogue.web import cards
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView

USUAL, MOST = 20, 50


class FoundStandardShape(Shape):
    slug = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    one_line = serializers.CharField()
    url = serializers.URLField()


class FoundRequirementShape(Shape):
    standard = serializers.CharField(help_text="Its slug.")
    number = serializers.CharField(help_text="What the standard is called.")
    ref = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField(allow_blank=True)
    language = serializers.CharField()
    assessable = serializers.BooleanField()
    match = serializers.ChoiceField(
        choices=MATCHES, help_text="By its reference, by words, or almost: a title with words like these."
    )
    rank = serializers.FloatField(help_text="Compares hits of one answer; 1 for a reference.")
    url = serializers.URLField()


class SearchShape(Shape):
    standards = FoundStandardShape(many=True)
    requirements = FoundRequirementShape(many=True)


class OwnStandardFound(FoundStandardShape):
    one_line = serializers.CharField(allow_blank=True)
    own = serializers.BooleanField()


class OwnRequirementFound(FoundRequirementShape):
    own = serializers.BooleanField(help_text="Whether it is of one of the organisation's own standards.")


class OwnSearchShape(Shape):
    standards = OwnStandardFound(many=True)
    requirements = OwnRequirementFound(many=True)


QUESTION = (
    OpenApiParameter(
        "q",
        str,
        description="A reference in any spelling (AC-2 (1), Art. 21(2)(d), DORA 17), or words. Without it "
        "nothing is found.",
    ),
    OpenApiParameter("limit", int, description=f"1 to {MOST} of each kind, {USUAL} unless told."),
)


class SearchView(PublicView):
    @extend_schema(
        operation_id="search",
        parameters=[
            *QUESTION,
            OpenApiParameter("standard", str, description="Slug of the one standard to look in."),
            LANGUAGE,
        ],
        responses=SearchShape,
        tags=["standards"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Find standards and requirements, best first."""
        filters = Filters(request, "q", "standard", "limit")
        query, most = asked_query(filters), asked_limit(filters)
        catalogue = selectors.current_standards()
        within = filters.get("standard") or ""
        if within and within not in {entry.slug for entry in catalogue}:
            raise Invalid({"standard": ["There is no such standard."]})
        languages = (asked_language(request), DEFAULT_LANGUAGE)
        named = (
            ()
            if within or not query
            else cards.filtered(cards.cards_of(catalogue), words=query, sector="", nature="")[:most]
        )
        response = Response(
            {
                "standards": [_standard(request, card) for card in named],
                "requirements": [
                    requirement(request, hit)
                    for hit in find(query, catalogue=catalogue, languages=languages, within=within, most=most)
                ],
            }
        )
        response["Cache-Control"] = CACHE_CONTROL
        return response


class OwnSearchView(TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(
        operation_id="organisation_search",
        parameters=[*QUESTION, OWN_LANGUAGE],
        responses=OwnSearchShape,
        tags=["own standards"],
    )
    def get(self, request: TenantRequest) -> Response:
        """Find standards and requirements, the organisation's own among them: what a reference names first, then what
        has the words, then what is almost called so; own ones before public ones.

        Words are looked for in every language of the organisation, and in the one that `language` asks for.
        """
        filters = Filters(request, "q", "limit")
        query, most = asked_query(filters), asked_limit(filters)
        languages = asked_languages(request)
        standards, catalogue = own.own_current(), selectors.current_standards()
        mine = own.find_own(query, standards=standards, languages=languages, most=most)
        public = find(query, catalogue=catalogue, languages=languages, most=most)
        hits = sorted(
            [*mine, *public], key=lambda hit: (MATCHES.index(hit.match), hit.standard.organisation_id is None)
        )
        named = cards.cards_called(query, cards=cards.cards_of(catalogue)) if query else ()
        return Response(
            {
                "standards": [
                    *(_own_standard(request, entry) for entry in own.called(query, standards=standards)),
                    *(_standard(request, card) | {"own": False} for card in named),
                ][:most],
                "requirements": [_own_hit(request, hit) for hit in hits[:most]],
            }
        )


def _own_standard(request: TenantRequest, entry: selectors.Current) -> dict[str, Any]:
    path = reverse("own-standard", kwargs={"slug": request.organisation.slug, "own_slug": entry.slug})
    told = {"slug": entry.slug, "number": entry.number, "title": entry.title, "one_line": ""}
    return told | {"own": True, "url": request.build_absolute_uri(path)}


def _own_hit(request: TenantRequest, hit: Hit) -> dict[str, Any]:
    if hit.standard.organisation_id is None:
        return requirement(request, hit) | {"own": False}
    names = {"slug": request.organisation.slug, "own_slug": hit.standard.slug, "own_ref": hit.ref}
    path = reverse("own-standard-requirement", kwargs=names)
    return _told(hit) | {"own": True, "url": request.build_absolute_uri(path)}


def asked_query(filters: Filters) -> str:
    """What is looked for, perhaps "". Raises Invalid where it is too long."""
    query = (filters.get("q") or "").strip()
    if len(query) > LONGEST_QUERY:
        raise Invalid({"q": [f"At most {LONGEST_QUERY} characters."]})
    return query


def asked_limit(filters: Filters) -> int:
    text = filters.get("limit") or str(USUAL)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= MOST and len(text) <= len(str(MOST))):
        raise Invalid({"limit": [f"A number from 1 to {MOST}."]})
    return int(text)


def _standard(request: Request, card: cards.Card) -> dict[str, Any]:
    told = {"slug": card.slug, "number": card.number, "title": card.title, "one_line": card.one_line}
    return told | {"url": request.build_absolute_uri(reverse("standard", kwargs={"slug": card.slug}))}


_TOLD = tuple(field.name for field in fields(Hit) if field.name != "standard")


def _told(hit: Hit) -> dict[str, Any]:
    told = {name: getattr(hit, name) for name in _TOLD}
    return told | {"standard": hit.standard.slug, "number": hit.standard.number}


def requirement(request: Request, hit: Hit) -> dict[str, Any]:
    path = reverse("standard-requirement", kwargs={"slug": hit.standard.slug, "ref": hit.ref})
    return _told(hit) | {"url": request.build_absolute_uri(quote(path, safe="/%():"))}
