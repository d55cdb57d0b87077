"""Any two standards that an organisation sees, side by side: its own and public ones, over public and own links.

Made anew for every request and kept in no memory: the pages that are kept are everybody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from typing import Any, Literal

import orjson

from api.problems import NotFound
from assessments.catalogue import selectors
from assessments.catalogue.addresses import catalog_address
from assessments.catalogue.comparison import CatalogueEntry, Crossing, compare, crossing_of
from assessments.catalogue.crosswalk import MARK, CrosswalkSource, counts_of
from assessments.catalogue.crosswalk_selectors import in_language
from assessments.catalogue.editions import edition
from assessments.catalogue.models import Crosswalk
from assessments.catalogue.own_crosswalks.joining import CROSSWALKS_OF, OWN
from assessments.catalogue.own_crosswalks.selectors import Joined, document_of, joined
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.search.own import own_current
from assessments.catalogue.selectors import Current, startable_standard
from assessments.exporting.link_table import LinkBook
from assessments.exporting.mapping import MappingSource, build_mapping


def comparison_of(a: str, b: str, *, language: str | None) -> tuple[bytes, str]:
    """The comparison of two slugs as JSON, and its language. Raises NotFound."""
    first, second = _visible(a), _visible(b)
    spoken = language if language in {first.language(language), second.language(language)} else first.language(language)
    found = joined(first, second)
    profiles = [
        selectors.published_standard(side.id, language=side.language(spoken)).profile for side in (first, second)
    ]
    catalogue = (*selectors.current_standards(), *own_current())
    comparison = compare(
        *profiles,
        catalogue=[CatalogueEntry(entry.slug, entry.number, entry.title) for entry in catalogue],
        theme_names=selectors.theme_names(spoken),
        crossing=crossing_over(found, a=a, b=b, language=spoken),
    )
    told = {part.name: getattr(comparison, part.name) for part in fields(comparison)}
    crosswalks = [_crosswalk(of, row) for of, row in found.crosswalks.items()]
    return orjson.dumps({"language": spoken, **told, "crosswalks": crosswalks, "links": _links(found, spoken)}), spoken


def crossing_over(found: Joined, *, a: str, b: str, language: str) -> Crossing | None:
    """The figures over all links together, each counted once; None without a crosswalk."""
    rows = [found.crosswalks[of] for of in CROSSWALKS_OF if of in found.crosswalks]
    if not rows:
        return None
    groups = [link.group for link in found.links if link.is_kept]
    methods = [in_language(row.method, language=language) for row in rows]
    reviewed = [row.reviewed_on for row in rows if row.reviewed_on]
    successor: set[Literal["a", "b"]] = {
        "a" if of in found.turned else "b" for of, row in found.crosswalks.items() if row.succession
    }
    crossing = crossing_of(
        f"{a}{MARK}{b}",
        provenance=rows[0].provenance,
        method=" ".join(method for method in methods if method),
        reviewed_on=min(reviewed).isoformat() if reviewed else None,
        sources=_sources(rows),
        succession=False,
        counts=counts_of(groups, source=found.sides[0], target=found.sides[1]),
    )
    return replace(crossing, successor=successor.pop() if len(successor) == 1 else None)


def own_mapping(row: Crosswalk, *, organisation: str, language: str | None) -> dict[str, Any]:
    """An organisation's crosswalk as an OSCAL mapping-collection, as it was written."""
    document = document_of(row)
    return build_mapping(
        MappingSource(
            slugs=(row.source_slug, row.target_slug),
            hrefs=_addresses(row.source_slug, row.target_slug, organisation=organisation),
            name=str(row),
            provenance=row.provenance,
            method=in_language(row.method, language=language or DEFAULT_LANGUAGE),
            reviewed_on=(row.reviewed_on or row.created_at.date()).isoformat(),
            groups=document.groups,
            sources=document.sources,
        )
    )


def own_table(row: Crosswalk, *, language: str | None) -> LinkBook:
    """An organisation's crosswalk as a table of links, with titles of its requirements as they are today."""
    document = document_of(row)
    return LinkBook(
        name=str(row),
        groups=document.groups,
        titles=(
            {**document.source_titles, **_titles(row.source_slug, language)},
            {**document.target_titles, **_titles(row.target_slug, language)},
        ),
        made_at=row.created_at,
    )


def joined_mapping(a: str, b: str, *, organisation: str, language: str | None) -> dict[str, Any]:
    """All that links two standards as an OSCAL mapping-collection, each link once. Raises NotFound for nothing."""
    found = joined(_visible(a), _visible(b))
    links = [link for link in found.links if link.is_kept]
    crossing = crossing_over(found, a=a, b=b, language=language or DEFAULT_LANGUAGE)
    if crossing is None or not links:
        raise NotFound
    newest = max(_dated(row) for row in found.crosswalks.values())
    return build_mapping(
        MappingSource(
            slugs=(a, b),
            hrefs=_addresses(a, b, organisation=organisation),
            name=crossing.name,
            provenance=crossing.provenance,
            method=crossing.method,
            reviewed_on=newest.isoformat(),
            groups=[link.group for link in links],
            sources=crossing.sources,
            origins=[link.of for link in links],
        )
    )


def _visible(slug: str) -> Current:
    found = startable_standard(slug) if "\0" not in slug else None
    if found is None:
        raise NotFound
    return found


def _titles(slug: str, language: str | None) -> dict[str, str]:
    """Ref → title, of a current standard with a list of requirements; nothing of others."""
    found = startable_standard(slug)
    if found is None or not found.is_assessable:
        return {}
    return {ref: words.title for ref, words in edition(found.id).texts(language).items()}


def _crosswalk(of: str, row: Crosswalk) -> dict[str, Any]:
    return {
        "of": of,
        "name": str(row),
        "provenance": row.provenance,
        "reviewed_on": row.reviewed_on,
        "version": row.version if of == OWN else None,
    }


def _links(found: Joined, language: str) -> list[dict[str, Any]]:
    return [
        {
            "of": link.of,
            "position": link.position,
            "a_refs": link.group.source,
            "b_refs": link.group.target,
            "relation": link.group.relation,
            "provenance": link.group.provenance,
            "standing": link.standing,
            "rationale": in_language(link.group.rationale, language=language),
        }
        for link in found.links
    ]


def _sources(rows: Iterable[Crosswalk]) -> list[CrosswalkSource]:
    """Of all crosswalks together; an id that stands in two of them is told once."""
    found: dict[str, CrosswalkSource] = {}
    for row in rows:
        for source in row.sources:
            found.setdefault(source["id"], source)
    return list(found.values())


def _dated(row: Crosswalk) -> date:
    return row.reviewed_on or row.created_at.date()


def _addresses(a: str, b: str, *, organisation: str) -> tuple[str, str]:
    return catalog_address(a, organisation=organisation), catalog_address(b, organisation=organisation)
