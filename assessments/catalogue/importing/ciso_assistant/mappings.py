"""Mapping sets as crosswalks; a set that only turns another round is the same crosswalk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.result import (
    EQUAL,
    INTERSECTS,
    INVERSE,
    SUBSET,
    SUPERSET,
    ImportedCrosswalk,
    ImportedLink,
    ImportedSide,
)

RELATIONS: Final[Mapping[str, str]] = {
    "equal": EQUAL, "equivalent": EQUAL, "subset": SUBSET, "superset": SUPERSET, "intersect": INTERSECTS,
    "intersects": INTERSECTS,
}  # fmt: skip
_NONE: Final = frozenset({"not_related", "no_relationship", "none"})
Pairs = dict[tuple[str, str], ImportedLink]


def mapping_sets(root: Located) -> list[Located]:
    objects = root.object("objects")
    return objects.objects("requirement_mapping_sets", "requirement_mapping_set") if objects else []


def read_mapping_sets(
    sets: Sequence[Located], *, refs: Mapping[str, Mapping[str, str]]
) -> tuple[ImportedCrosswalk, ...]:
    """`refs`: framework's URN → node's URN → ref, for frameworks among the files."""
    found: dict[tuple[str, str], tuple[Located, Pairs]] = {}
    for entry in sets:
        source, target = entry.text("source_framework_urn"), entry.text("target_framework_urn")
        if not source or not target:
            entry.fault("source_framework_urn and target_framework_urn are needed")
            continue
        pairs = _pairs(entry, source=refs.get(source), target=refs.get(target))
        if (target, source) in found and source != target:
            _compare(entry, pairs, found[target, source][1])
        elif (source, target) in found:
            entry.warning("there is another set for these two frameworks; its pairs are added where they are new")
            for key, link in pairs.items():
                found[source, target][1].setdefault(key, link)
        else:
            found[source, target] = (entry, pairs)
    return tuple(_crosswalk(key, entry, pairs, refs=refs) for key, (entry, pairs) in found.items())


def _crosswalk(
    key: tuple[str, str], entry: Located, pairs: Pairs, *, refs: Mapping[str, Mapping[str, str]]
) -> ImportedCrosswalk:
    if not pairs:
        entry.fault("holds no mapping that could be used")
    source, target = (ImportedSide(urn, resolved=urn in refs) for urn in key)
    for side in (source, target):
        if not side.resolved:
            entry.note(f"{side.name} is not among the files; its references are held against the catalogue later")
    return ImportedCrosswalk(source, target, tuple(pairs.values()), method=entry.text("description"))


def _pairs(entry: Located, *, source: Mapping[str, str] | None, target: Mapping[str, str] | None) -> Pairs:
    pairs: Pairs = {}
    for item in entry.objects("requirement_mappings"):
        left, right = _ref(item, "source_requirement_urn", source), _ref(item, "target_requirement_urn", target)
        relation = _relation(item)
        if not left or not right or not relation:
            continue
        if (left, right) in pairs:
            item.warning(f"{left} and {right} are mapped already at {pairs[left, right].place}; the first counts",
                         kind="pairs that stand twice")  # fmt: skip
            continue
        words = item.text("rationale", "annotation")
        words = (
            "" if words.lower() in {"semantic", "syntactic", "functional"} else words
        )  # a kind of rationale, not words
        pairs[left, right] = ImportedLink((left,), (right,), relation, {"en": words} if words else {}, item.place)
    return pairs


def _ref(item: Located, key: str, refs: Mapping[str, str] | None) -> str:
    """The ref of a node; without its framework the last part of its URN."""
    urn = item.text(key).lower()
    if not urn:
        item.fault(f"{key} is missing")
        return ""
    if refs is None:
        return urn.rpartition(":")[2]
    if urn not in refs:
        item.warning(
            f"{urn} is not in its framework; the mapping is left out", at=key, kind="mappings that lead nowhere"
        )
        return ""
    return refs[urn]


def _relation(item: Located) -> str:
    told = item.text("relationship").strip().lower()
    if told in RELATIONS:
        return RELATIONS[told]
    if told in _NONE:
        item.note("says that there is no relation; it is left out", kind="mappings that say there is no relation")
        return ""
    near = get_close_matches(told, RELATIONS, n=1)
    meant = f"; {near[0]} may be meant" if near else "; it is one of equal, subset, superset, intersect"
    item.fault(f"“{told[:60]}” is no relation{meant}", at="relationship")
    return ""


def _compare(entry: Located, pairs: Pairs, forward: Pairs) -> None:
    """The other direction of a set already read: it should say the same; where it does not, the first counts."""
    different = [key for key, link in pairs.items()
                 if (other := forward.get((key[1], key[0]))) and INVERSE[other.relation] != link.relation]  # fmt: skip
    only = [key for key in pairs if (key[1], key[0]) not in forward]
    missing = len(forward.keys() - {(right, left) for left, right in pairs})
    for left, right in different:
        entry.warning(f"{left} to {right} contradicts the set of the other direction, which counts",
                      kind="mappings that contradict the other direction")  # fmt: skip
    for left, right in only:
        forward[right, left] = ImportedLink((right,), (left,), INVERSE[pairs[left, right].relation],
                                            pairs[left, right].rationale, pairs[left, right].place)  # fmt: skip
    message = "turns the other set round, so the two are one crosswalk"
    if only or missing:
        message += f"; {len(only)} pairs stood only here, {missing} only there, and all are kept"
    entry.note(message)
