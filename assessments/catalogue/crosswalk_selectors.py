"""Reads of public crosswalks: which one lies between two standards, and what it holds, whichever way round it was
written. Those of organisations are found by `own_crosswalks.selectors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from assessments.catalogue.bounded import Bounded
from assessments.catalogue.comparison import Crossing, crossing_of, swap_crossing
from assessments.catalogue.crosswalk import LinkGroup
from assessments.catalogue.models import Crosswalk, CrosswalkGroup
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from tenants.managed import is_visible

CROSSWALKS_KEPT = 64
_SUMMARY = (
    "id", "source_slug", "target_slug", "provenance", "method", "reviewed_on", "sources", "succession", "counts",
)  # fmt: skip
_links: Bounded[UUID, Links]


@dataclass(frozen=True, slots=True)
class Between:
    """The crosswalk between two standards, read from the first to the second; `turned`: it was written the other way.

    A crosswalk's row never changes, so `id` and `turned` name everything that can be made of it.
    """

    id: UUID
    turned: bool
    crossing: Crossing

    @property
    def key(self) -> tuple[UUID, bool]:
        return self.id, self.turned


@dataclass(frozen=True, slots=True)
class Links:
    """The groups of a crosswalk in order of its file, and titles of the refs of sides without a tree."""

    groups: tuple[LinkGroup, ...]
    source_titles: Mapping[str, str]
    target_titles: Mapping[str, str]

    organisation_id: UUID | None = None
    """Whose they are; None: public."""

    def inverted(self) -> Links:
        groups = tuple(group.inverted() for group in self.groups)
        return Links(groups, self.target_titles, self.source_titles, self.organisation_id)


_links = Bounded(size=CROSSWALKS_KEPT)


def forget_crosswalks() -> None:
    """Empty the cache; for tests and measurements."""
    _links.clear()


def between(a: str, b: str, *, language: str = DEFAULT_LANGUAGE) -> Between | None:
    """The current public crosswalk of two slugs, whichever way round, or None; one query."""
    either = Q(source_slug=a, target_slug=b) | Q(source_slug=b, target_slug=a)
    row = Crosswalk.public.filter(either, is_current=True).values(*_SUMMARY).first()
    if row is None:
        return None
    turned = row["source_slug"] != a
    crossing = crossing_in(row, language=language)
    return Between(row["id"], turned, swap_crossing(crossing) if turned else crossing)


def crossing_in(row: Mapping[str, Any], *, language: str) -> Crossing:
    """A row of `list_crosswalks` read from its source to its target, in one language."""
    return crossing_of(
        f"{row['source_slug']}--{row['target_slug']}",
        provenance=row["provenance"],
        method=in_language(row["method"], language=language),
        reviewed_on=row["reviewed_on"].isoformat() if row["reviewed_on"] else None,
        sources=row["sources"],
        succession=row["succession"],
        counts=row["counts"],
    )


def in_language(words: Mapping[str, str], *, language: str) -> str:
    """Words of an organisation's own need not be there in the default language, nor at all: then "" is told."""
    return words.get(language) or words.get(DEFAULT_LANGUAGE) or next(iter(words.values()), "")


def list_crosswalks(*, standard: str | None = None) -> QuerySet[Crosswalk, dict[str, Any]]:
    """Current public crosswalks as mappings, unordered; `standard` keeps those with that slug on either side."""
    rows = Crosswalk.public.filter(is_current=True)
    if standard:
        rows = rows.filter(Q(source_slug=standard) | Q(target_slug=standard))
    found: QuerySet[Crosswalk, dict[str, Any]] = rows.values(*_SUMMARY, "content_hash")
    return found


def counted_pairs() -> list[tuple[str, str]]:
    """The pairs, in order of their file, whose crosswalk holds official or reviewed links; one query."""
    rows = Crosswalk.public.filter(is_current=True).order_by("source_slug", "target_slug")
    found = rows.values_list("source_slug", "target_slug", "counts__provenances")
    return [(a, b) for a, b, groups in found if groups["official"] + groups["reviewed"]]


def links_of(found: Between) -> Links:
    """What a crosswalk holds, read the way it was asked for; from memory or with two queries."""
    links = links_by_id(found.id)
    return links.inverted() if found.turned else links


def linked_with(slug: str) -> list[tuple[str, Links]]:
    """(the other standard, the links read from `slug` to it) of every current public crosswalk; from memory or with
    two queries each, after one.
    """
    rows = Crosswalk.public.filter(Q(source_slug=slug) | Q(target_slug=slug), is_current=True)
    found = rows.order_by("source_slug", "target_slug").values_list("id", "source_slug", "target_slug")
    return [
        (target, links_by_id(pk)) if source == slug else (source, links_by_id(pk).inverted())
        for pk, source, target in found
    ]


def links_by_id(crosswalk_id: UUID) -> Links:
    """The links of a crosswalk from source to target.

    Raises Crosswalk.DoesNotExist, also where memory holds those of another organisation.
    """
    found = _links.get_or_make(crosswalk_id, lambda: _read(crosswalk_id))
    if not is_visible(found.organisation_id):
        raise Crosswalk.DoesNotExist
    return found


def _read(crosswalk_id: UUID) -> Links:
    titles, organisation_id = Crosswalk.objects.values_list("titles", "organisation_id").get(pk=crosswalk_id)
    rows = CrosswalkGroup.objects.filter(crosswalk_id=crosswalk_id).order_by("position")
    return Links(
        groups=tuple(
            LinkGroup(tuple(row.source_refs), tuple(row.target_refs), row.relation, row.provenance, row.rationale)
            for row in rows
        ),
        source_titles=titles["source"],
        target_titles=titles["target"],
        organisation_id=organisation_id,
    )


def successor_of(slug: str) -> str | None:
    """The slug of the next edition, where a crosswalk says so, a public one before the organisation's; one query."""
    rows = Crosswalk.objects.filter(source_slug=slug, succession=True, is_current=True)
    rows = rows.order_by(F("organisation_id").asc(nulls_first=True), "target_slug")
    return rows.values_list("target_slug", flat=True).first()
