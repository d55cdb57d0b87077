"""Reads of an organisation's own crosswalks, and of all that links two standards for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, QuerySet

from api.problems import NotFound
from assessments.catalogue.crosswalk import MARK, CrosswalkDocument, Side
from assessments.catalogue.crosswalk_selectors import Links, links_by_id
from assessments.catalogue.crosswalk_sides import side_of_edition
from assessments.catalogue.drafts.content import ContentFault
from assessments.catalogue.drafts.selectors import fault_body
from assessments.catalogue.editions import edition
from assessments.catalogue.models import Crosswalk, Standard
from assessments.catalogue.own_crosswalks.checking import Checked, body_of
from assessments.catalogue.own_crosswalks.joining import OWN, PUBLIC, JoinedLink, join
from assessments.catalogue.selectors import Current
from tenants.scope import current_organisation

ORDERINGS: Final = ("source_slug", "target_slug", "created_at")
FINDINGS_TOLD: Final = 1000
_HEAD: Final = (
    "id", "source_slug", "target_slug", "version", "is_current", "origin", "provenance", "reviewed_on",
    "reviewed_by_id", "created_by_id", "created_at", "succession", "counts", "content_hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Joined:
    """All that links two standards for the organisation in scope, read from the first to the second."""

    crosswalks: Mapping[str, Crosswalk]
    """joining.CROSSWALKS_OF → the crosswalk, of those there are and in that order."""
    links: tuple[JoinedLink, ...]
    sides: tuple[Side, Side]
    titles: tuple[Mapping[str, str], Mapping[str, str]]
    """Of refs of a side without a list of requirements."""
    turned: frozenset[str]
    """Those that were written the other way round."""


def own_crosswalks(*, standard: str | None = None, current: bool | None = True) -> QuerySet[Crosswalk, dict[str, Any]]:
    """The organisation's crosswalks, for `head_body`; one query. `current` None: all states there ever were."""
    rows = Crosswalk.objects.filter(organisation_id=current_organisation())
    if current is not None:
        rows = rows.filter(is_current=current)
    if standard:
        rows = rows.filter(Q(source_slug=standard) | Q(target_slug=standard))
    found: QuerySet[Crosswalk, dict[str, Any]] = rows.values(*_HEAD)
    return found


def crosswalks_at(slug: str) -> list[Mapping[str, Any]]:
    """Current crosswalks with that standard on a side, public ones and the organisation's, that hold anything that
    counts: id, source_slug, target_slug, succession, organisation_id. One query.
    """
    rows = Crosswalk.objects.filter(Q(source_slug=slug) | Q(target_slug=slug), is_current=True)
    found: QuerySet[Crosswalk, Mapping[str, Any]] = rows.values(
        "id", "source_slug", "target_slug", "succession", "organisation_id", "counts__provenances"
    )
    return [row for row in found if row["counts__provenances"]["official"] + row["counts__provenances"]["reviewed"]]


def of_pair(a: str, b: str) -> QuerySet[Crosswalk]:
    """Every state of the organisation's crosswalk between two standards, whichever way round it was written."""
    either = Q(source_slug=a, target_slug=b) | Q(source_slug=b, target_slug=a)
    return Crosswalk.objects.filter(either, organisation_id=current_organisation())


def own_crosswalk(name: str) -> Crosswalk:
    """The current state of the crosswalk of that name, `a--b` or `b--a`. Raises NotFound."""
    a, mark, b = name.partition(MARK)
    found = of_pair(a, b).filter(is_current=True).first() if mark and "\0" not in name else None
    if found is None:
        raise NotFound
    return found


def head_body(row: Mapping[str, Any]) -> dict[str, Any]:
    """A crosswalk without its links."""
    counts = row["counts"]
    return {
        "name": f"{row['source_slug']}{MARK}{row['target_slug']}",
        "source": row["source_slug"],
        "target": row["target_slug"],
        "version": row["version"],
        "is_current": row["is_current"],
        "origin": row["origin"],
        "provenance": row["provenance"],
        "succession": row["succession"],
        "reviewed": counts["provenances"]["reviewed"],
        "suggested": counts["provenances"]["suggested"],
        "relations": counts["relations"],
        "reviewed_on": row["reviewed_on"],
        "reviewed_by": row["reviewed_by_id"],
        "created_by": row["created_by_id"],
        "created_at": row["created_at"],
        "content_hash": row["content_hash"],
    }


def head_of(row: Crosswalk) -> dict[str, Any]:
    return head_body({name: getattr(row, name) for name in _HEAD})


def crosswalk_body(row: Crosswalk) -> dict[str, Any]:
    """A crosswalk with its links, and its content as it would be sent to replace it."""
    return head_of(row) | {"content": body_of(document_of(row))}


def document_of(row: Crosswalk) -> CrosswalkDocument:
    links = links_by_id(row.pk)
    return CrosswalkDocument(
        source=row.source_slug,
        target=row.target_slug,
        provenance=row.provenance,
        method=row.method,
        reviewed_on=row.reviewed_on.isoformat() if row.reviewed_on else "",
        sources=tuple(row.sources),
        groups=links.groups,
        succession=row.succession,
        source_titles=links.source_titles,
        target_titles=links.target_titles,
    )


def findings_body(checked: Checked) -> dict[str, Any]:
    return {
        "keepable": not checked.faults,
        "faults": told(checked.faults),
        "warnings": told(checked.warnings),
        "fault_count": len(checked.faults),
        "warning_count": len(checked.warnings),
    }


def told(faults: tuple[ContentFault, ...]) -> list[dict[str, Any]]:
    return [fault_body(fault) for fault in faults[:FINDINGS_TOLD]]


def sides_of(slugs: Iterable[str]) -> dict[str, Side]:
    """Slug → current standard, public or the organisation's own; those that there are not are left out. One query."""
    wanted = [slug for slug in slugs if "\0" not in slug]
    rows = Standard.objects.filter(slug__in=wanted, is_current=True).values_list("slug", "pk", "depth")
    return {slug: _side(slug, standard_id, depth=depth) for slug, standard_id, depth in rows}


def side_of_current(current: Current) -> Side:
    return _side(current.slug, current.id, depth=current.depth)


def joined(a: Current, b: Current) -> Joined:
    """What the catalogue and the organisation say of two standards; one query, and what is not in memory."""
    either = Q(source_slug=a.slug, target_slug=b.slug) | Q(source_slug=b.slug, target_slug=a.slug)
    rows = Crosswalk.objects.filter(either, is_current=True).order_by(F("organisation_id").asc(nulls_first=True))
    crosswalks = {PUBLIC if row.organisation_id is None else OWN: row for row in rows}
    turned = frozenset(of for of, row in crosswalks.items() if row.source_slug != a.slug)
    links = {of: _links(row.pk, is_turned=of in turned) for of, row in crosswalks.items()}
    sides = (side_of_current(a), side_of_current(b))
    groups = {of: links[of].groups if of in links else () for of in (PUBLIC, OWN)}
    titles: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for found in links.values():
        titles[0].update(found.source_titles)
        titles[1].update(found.target_titles)
    return Joined(
        crosswalks=crosswalks,
        links=join(groups[PUBLIC], groups[OWN], source=sides[0], target=sides[1]),
        sides=sides,
        titles=titles,
        turned=turned,
    )


def _links(crosswalk_id: UUID, *, is_turned: bool) -> Links:
    links = links_by_id(crosswalk_id)
    return links.inverted() if is_turned else links


def _side(slug: str, standard_id: UUID, *, depth: str) -> Side:
    return side_of_edition(slug, edition(standard_id) if depth == "full" else None)
