"""Answers about crosswalks as bytes and shapes; made like those of `pages`, of rows that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
from rest_framework import serializers

from assessments.catalogue.crosswalk import PROVENANCES, RELATIONS
from assessments.catalogue.crosswalk_selectors import Between, in_language, links_of
from assessments.catalogue.pages import Page, page
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.serializers import Shape
from assessments.exporting.forms import written
from assessments.exporting.mapping import MappingSource, build_mapping


class CoverageShape(Shape):
    total = serializers.IntegerField(
        allow_null=True, help_text="Assessable requirements; null where the catalogue has no list of them."
    )
    touched = serializers.IntegerField(help_text="In at least one official or reviewed link (wide).")
    covered = serializers.IntegerField(help_text="Met by whoever meets the other side's part (strict).")
    touched_share = serializers.FloatField(allow_null=True, help_text="Of `total`, 0 to 1.")
    covered_share = serializers.FloatField(allow_null=True, help_text="Of `total`, 0 to 1.")


class RelationsShape(Shape):
    equal = serializers.IntegerField()
    subset = serializers.IntegerField()
    superset = serializers.IntegerField()
    intersects = serializers.IntegerField()


class CrosswalkSourceShape(Shape):
    id = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField()
    url = serializers.URLField()
    date = serializers.CharField(required=False)
    supports = serializers.CharField(help_text="Which links or counts rest on it, in words.")


class CrossingShape(Shape):
    """A crosswalk read from a to b; relations and counts are of official and reviewed links alone."""

    name = serializers.CharField(help_text="source--target, as it was written.")
    provenance = serializers.ChoiceField(choices=PROVENANCES)
    method = serializers.CharField()
    reviewed_on = serializers.DateField(
        allow_null=True, help_text="Null while nobody has reviewed any of it, which only an organisation's own may be."
    )
    sources = CrosswalkSourceShape(many=True)
    successor = serializers.ChoiceField(
        choices=["a", "b"], allow_null=True, help_text="The side that is the next edition of the other."
    )
    official = serializers.IntegerField(help_text="Groups of the publisher's own.")
    reviewed = serializers.IntegerField(help_text="Groups judged by people of this catalogue.")
    suggested = serializers.IntegerField(help_text="Groups that nobody has reviewed; they enter no figure.")
    relations = RelationsShape()
    a = CoverageShape()
    b = CoverageShape()


class CrosswalkSummaryShape(CrossingShape):
    a_slug = serializers.CharField()
    b_slug = serializers.CharField()
    content_hash = serializers.CharField()
    url = serializers.URLField()


class CrosswalkSummaryPage(Shape):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = CrosswalkSummaryShape(many=True)


class LinkGroupShape(Shape):
    position = serializers.IntegerField(help_text="From 0, in order of the file.")
    a_refs = serializers.ListField(child=serializers.CharField())
    b_refs = serializers.ListField(child=serializers.CharField())
    relation = serializers.ChoiceField(choices=RELATIONS, help_text="From a to b, over the refs taken together.")
    provenance = serializers.ChoiceField(choices=PROVENANCES)
    rationale = serializers.CharField()


class CrosswalkShape(CrossingShape):
    language = serializers.CharField()
    a_slug = serializers.CharField()
    b_slug = serializers.CharField()
    a_titles = serializers.DictField(
        child=serializers.CharField(), help_text="Of refs of a standard without a list of requirements here."
    )
    b_titles = serializers.DictField(child=serializers.CharField())
    groups = LinkGroupShape(many=True)


def crosswalk_page(a: str, b: str, *, found: Between, language: str | None) -> Page:
    """A crosswalk with all its groups, read from a to b."""
    spoken = language or DEFAULT_LANGUAGE

    def make() -> bytes:
        links = links_of(found)
        groups = [
            {
                "position": position,
                "a_refs": group.source,
                "b_refs": group.target,
                "relation": group.relation,
                "provenance": group.provenance,
                "rationale": in_language(group.rationale, language=spoken),
            }
            for position, group in enumerate(links.groups)
        ]
        head: Mapping[str, Any] = {"language": spoken, "a_slug": a, "b_slug": b, **asdict(found.crossing)}
        titles = {"a_titles": links.source_titles, "b_titles": links.target_titles}
        return orjson.dumps({**head, **titles, "groups": groups})

    return page(("crosswalk", *found.key), language=spoken, make=make)


def mapping_page(a: str, b: str, *, found: Between, hrefs: tuple[str, str], language: str | None, form: str) -> Page:
    """The same as an OSCAL mapping-collection, in one of FORMS. `hrefs`: where the catalogs of the two are."""
    spoken = language or DEFAULT_LANGUAGE

    def make() -> bytes:
        crossing = found.crossing
        source = MappingSource(
            slugs=(a, b),
            hrefs=hrefs,
            name=crossing.name,
            provenance=crossing.provenance,
            method=crossing.method,
            reviewed_on=str(crossing.reviewed_on),
            groups=links_of(found).groups,
            sources=crossing.sources,
        )
        return written(build_mapping(source), form)

    return page(("mapping", *found.key, hrefs, form), language=spoken, make=make)
