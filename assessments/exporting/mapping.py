"""A crosswalk as an OSCAL mapping-collection: a map for each group of links, which keeps what many refs mean jointly.

Our `equal` is about meaning, in words of two publishers, and so OSCAL's `equivalent-to`: its `equal-to` is for the same
words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from assessments.catalogue.crosswalk import LinkGroup
from assessments.exporting.oscal import (
    Json,
    NotOurs,
    Props,
    control_id,
    metadata,
    one_line,
    party,
    props,
    ref_of,
    uuid_of,
    without_empty,
)

ROOT: Final = "mapping-collection"
RELATIONSHIPS: Final = {
    "equal": "equivalent-to",
    "subset": "subset-of",
    "superset": "superset-of",
    "intersects": "intersects-with",
}
_RELATIONS: Final = {theirs: ours for ours, theirs in RELATIONSHIPS.items()}
_METHODS: Final = {True: "automation", False: "human"}
"""By whether it is only suggested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSource:
    """A crosswalk read from one side to the other. `hrefs`: where the catalogs of the two are to be had.

    `origins`: of each group, whose crosswalk it is from, where there are several.
    """

    slugs: tuple[str, str]
    hrefs: tuple[str, str]
    name: str
    provenance: str
    method: str
    reviewed_on: str
    groups: Sequence[LinkGroup]
    sources: Sequence[Mapping[str, Any]]
    origins: Sequence[str] = ()


def build_mapping(source: MappingSource) -> Json:
    """{"mapping-collection": …}. The same crosswalk gives the same bytes."""
    suggested = {group.provenance == "suggested" for group in source.groups}
    method = _METHODS[suggested.pop()] if len(suggested) == 1 else "hybrid"
    of = source.slugs
    mapping = {
        "uuid": uuid_of("mapping", *of),
        "source-resource": {"type": "catalog", "href": source.hrefs[0], "props": props({"standard": of[0]})},
        "target-resource": {"type": "catalog", "href": source.hrefs[1], "props": props({"standard": of[1]})},
        "maps": [
            _map(group, place=place, of=of, origin=source.origins[place] if source.origins else None)
            for place, group in enumerate(source.groups)
        ],
    }
    resources = [_resource(entry, name=source.name) for entry in source.sources]
    collection = {
        "uuid": uuid_of(ROOT, *of, source.reviewed_on),
        "metadata": metadata(
            title=f"{of[0]} to {of[1]}",
            moment=f"{source.reviewed_on}T00:00:00Z",
            version=source.reviewed_on,
            parties=[party("Plumbline", role="creator", role_title="Author of this mapping")],
            properties=props({"crosswalk": source.name, "provenance": source.provenance}),
        ),
        "provenance": {
            "method": method,
            "matching-rationale": "semantic",
            "status": "complete",
            "mapping-description": source.method,
        },
        "mappings": [mapping],
        "back-matter": {"resources": resources} if resources else None,
    }
    return {ROOT: without_empty(collection)}


def read_mapping(document: Mapping[str, Any]) -> list[LinkGroup]:
    """The groups as they were written. Raises NotOurs."""
    try:
        [mapping] = document[ROOT]["mappings"]
        return [_group(one) for one in mapping["maps"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotOurs(f"The document lacks {error}.") from error


def _map(group: LinkGroup, *, place: int, of: tuple[str, str], origin: str | None) -> Json:
    made = props({"provenance": group.provenance, "position": place, "origin": origin})
    for language, words in group.rationale.items():
        made += props({"rationale": words}, group=language)
    return {
        "uuid": uuid_of("map", *of, place),
        "relationship": RELATIONSHIPS[group.relation],
        "matching-rationale": "semantic",
        "sources": [{"type": "control", "id-ref": control_id(ref)} for ref in group.source],
        "targets": [{"type": "control", "id-ref": control_id(ref)} for ref in group.target],
        "props": made,
    }


def _group(one: Mapping[str, Any]) -> LinkGroup:
    languages = [entry["group"] for entry in one["props"] if entry["name"] == "rationale"]
    return LinkGroup(
        source=tuple(ref_of(item["id-ref"]) for item in one["sources"]),
        target=tuple(ref_of(item["id-ref"]) for item in one["targets"]),
        relation=_RELATIONS[one["relationship"]],
        provenance=Props(one).text("provenance"),
        rationale={language: Props(one, group=language).text("rationale") for language in languages},
    )


def _resource(entry: Mapping[str, Any], *, name: str) -> Json:
    return {
        "uuid": uuid_of("crosswalk-source", name, entry["id"]),
        "title": one_line(str(entry["title"])),
        "description": str(entry["supports"]),
        "props": props({"source": entry["id"], "publisher": entry.get("publisher"), "date": entry.get("date")}),
        "rlinks": [{"href": str(entry["url"])}],
    }
