"""OSCAL mapping collections (1.2) as crosswalks: groups of n:m, with their relation and rationale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names, own
from assessments.catalogue.importing.oscal.library import Library
from assessments.catalogue.importing.result import (
    EQUAL,
    INTERSECTS,
    SUBSET,
    SUPERSET,
    ImportedCrosswalk,
    ImportedLink,
    ImportedSide,
)

RELATIONS: Final[Mapping[str, str]] = {
    "equal-to": EQUAL,
    "equivalent-to": EQUAL,
    "subset-of": SUBSET,
    "superset-of": SUPERSET,
    "intersects-with": INTERSECTS,
}
_KINDS: Final = frozenset({"semantic", "syntactic", "functional"})
"""Kinds of rationale that OSCAL names, which are no words about this map."""
NO_RELATION: Final = "no-relationship"
FindTargets = Callable[[Located], Mapping[str, str]]
"""A catalogue → every id in it → its ref."""


def read_mappings(
    collection: Located, *, library: Library, targets: FindTargets, language: str
) -> tuple[ImportedCrosswalk, ...]:
    """One crosswalk for each mapping. Faults and warnings stand in the report."""
    provenance = collection.object("provenance")
    method = provenance.text("mapping-description", "matching-rationale") if provenance else ""
    found = [
        _crosswalk(mapping, collection=collection, library=library, targets=targets, method=method, language=language)
        for mapping in collection.objects("mappings", "mapping")
    ]
    if not found:
        collection.fault("holds no mapping")
    return tuple(found)


def _crosswalk(
    mapping: Located, *, collection: Located, library: Library, targets: FindTargets, method: str, language: str
) -> ImportedCrosswalk:
    source = _Side(mapping, "source-resource", collection=collection, library=library, targets=targets)
    target = _Side(mapping, "target-resource", collection=collection, library=library, targets=targets)
    links = [
        link for entry in mapping.objects("maps", "map") if (link := _link(entry, source, target, language=language))
    ]
    if not links:
        mapping.fault("holds no map that could be used")
    for side in (source, target):
        side.tell()
    return ImportedCrosswalk(source.side, target.side, tuple(links), method=method, language=language)


class _Side:
    """One end of a mapping: whose ids they are, and the refs they stand for where that file is here."""

    def __init__(
        self, mapping: Located, key: str, *, collection: Located, library: Library, targets: FindTargets
    ) -> None:
        self._mapping = mapping
        self._key = key
        resource = mapping.object(key)
        if resource is None:
            mapping.fault(f"{key} is missing")
        href = resource.text("href") if resource else ""
        found = library.by_name(href, within=collection) if href else None
        self._known = targets(found[1]) if found and found[0] == "catalog" else None
        self._parts = 0
        told = own.values_of(resource, "standard") if resource else []
        self.side = ImportedSide(
            name=href,
            title=_title(href, collection=collection),
            resolved=self._known is not None,
            slug=told[0] if told else "",
        )

    def refs(self, entry: Located, key: str) -> tuple[str, ...]:
        out = []
        for item in entry.objects(key):
            identifier = item.text("id-ref", "id")
            if not identifier:
                item.fault("id-ref is missing")
            elif self._known is None:
                owner = names.LINK_TO_PART.sub("", identifier) if item.text("type") == "statement" else identifier
                self._parts += owner != identifier
                out.append(owner)
            elif identifier in self._known:
                out.append(self._known[identifier])
            else:
                item.warning(f"{identifier} is not in {self.side.name or 'the catalogue'}; it is left out",
                             kind="mapped controls that are not there")  # fmt: skip
        return tuple(dict.fromkeys(out))

    def tell(self) -> None:
        if self._known is None:
            name = self.side.title or self.side.name or "the catalogue"
            self._mapping.note(f"{name} is not among the files; its ids are held against the catalogue later",
                               at=self._key)  # fmt: skip
        if self._parts:
            self._mapping.note(f"{self._parts} ids of statement parts stand for their controls", at=self._key)


def _link(entry: Located, source: _Side, target: _Side, *, language: str) -> ImportedLink | None:
    relation = relation_of(entry)
    left, right = source.refs(entry, "sources"), target.refs(entry, "targets")
    if relation == NO_RELATION:
        entry.note("says that there is no relation; it is left out", kind="maps that say there is no relation")
        return None
    if not relation:
        return None
    if not left or not right:
        entry.warning("has nothing left on one side; it is left out", kind="maps with nothing on one side")
        return None
    if any(value in {"official", "reviewed"} for value in own.values_of(entry, "provenance")):
        entry.note("was reviewed where it comes from; here it is a suggestion until somebody reviews it",
                   kind="maps that were reviewed where they come from")  # fmt: skip
    words = entry.text("remarks") or entry.text("matching-rationale")
    words = "" if words.lower() in _KINDS else words
    rationale = own.rationale_of(entry) or ({language: words} if words else {})
    return ImportedLink(left, right, relation, rationale, entry.place)


def relation_of(entry: Located) -> str:
    """Ours for theirs; NO_RELATION; "" for a word that is none (a fault)."""
    value = entry.get("relationship")
    told = (value.text("type") if isinstance(value, Located) else entry.text("relationship")).strip().lower()
    if told == "equivalent-to":
        entry.note("equivalent-to is read as equal", kind="maps with equivalent-to, read as equal")
    if told in RELATIONS or told == NO_RELATION:
        return RELATIONS.get(told, NO_RELATION)
    near = get_close_matches(told, [*RELATIONS, NO_RELATION], n=1)
    meant = f"; {near[0]} may be meant" if near else f"; it is one of {', '.join(RELATIONS)}"
    entry.fault(f"“{told[:60]}” is no relation{meant}", at="relationship")
    return ""


def _title(href: str, *, collection: Located) -> str:
    matter = collection.object("back-matter")
    for resource in matter.objects("resources") if matter else []:
        if resource.text("uuid") == href.removeprefix("#"):
            return resource.text("title")
    return ""
