"""crosswalks/<source>--<target>.yaml: how the requirements of two standards relate, held against both trees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import orjson

from assessments.catalogue.crosswalk import (
    MARK,
    PROVENANCES,
    RELATIONS,
    CrosswalkCounts,
    CrosswalkDocument,
    CrosswalkSource,
    LinkGroup,
    Side,
)
from assessments.catalogue.loader.nodes import LONGEST_REF
from assessments.catalogue.loader.reading import Place, open_place, read_format
from assessments.catalogue.loader.texts import LONGEST_TITLE
from assessments.catalogue.schema import FORMAT, CatalogueError, CatalogueFault

CROSSWALK_VERSION = 1
FOLDER = "crosswalks"
_REQUIRED = ("format", "source", "target", "provenance", "method", "reviewed_on", "sources", "groups")
_SOURCE = ("id", "title", "publisher", "url", "supports")
FindSide = Callable[[str], Side | None]


def crosswalk_files(data: Path) -> list[Path] | None:
    """The files of the folder beside a data folder, by name; None without that folder."""
    folder = data.parent / FOLDER
    if not folder.is_dir():
        return None
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))


def load_crosswalks(
    files: Collection[Path], *, side: FindSide, faults: list[CatalogueFault]
) -> list[CrosswalkDocument]:
    """The crosswalks without a fault; what is wrong with the others is added to `faults`.

    `side` gives the standard of a slug, None where the catalogue has none of that name.
    """
    documents = []
    for path in files:
        root, found = path.parent.parent, len(faults)
        if not _is_named_well(path, root=root, faults=faults):
            continue
        try:
            document = _read(path, root=root, side=side, faults=faults)
        except CatalogueError as error:  # of a tree it names: its own faults come first
            faults += error.faults
            continue
        if document and len(faults) == found:
            documents.append(document)
    return documents


def crosswalk_hash(path: Path, *, sides: Collection[bytes]) -> str:
    """sha256 over the bytes of a file and over what it depends on: cheap to take, so sync asks it first."""
    digest = hashlib.sha256(f"{CROSSWALK_VERSION}\0{path.name}\0".encode() + path.read_bytes())
    for side in sides:
        digest.update(b"\0" + side)
    return digest.hexdigest()


def crosswalk_content_hash(document: CrosswalkDocument, *, counts: CrosswalkCounts) -> str:
    """sha256 over what a crosswalk says, and over its figures, which change with the trees of its sides."""
    content = {
        "version": CROSSWALK_VERSION,
        "sides": [document.source, document.target],
        "provenance": document.provenance,
        "method": document.method,
        "reviewed_on": document.reviewed_on,
        "sources": document.sources,
        "succession": document.succession,
        "titles": [document.source_titles, document.target_titles],
        "groups": [
            [group.source, group.target, group.relation, group.provenance, group.rationale] for group in document.groups
        ],
        "counts": counts,
    }
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _is_named_well(path: Path, *, root: Path, faults: list[CatalogueFault]) -> bool:
    file = path.relative_to(root).as_posix()
    source, mark, target = path.stem.partition(MARK)
    if path.suffix != ".yaml" or not mark or not path.is_file():
        faults.append(CatalogueFault(file, 1, "a crosswalk is a file named <source>--<target>.yaml"))
        return False
    if path.with_name(f"{target}{MARK}{source}.yaml").exists() and source != target:
        faults.append(CatalogueFault(file, 1, "the other order is there as well; keep one, it serves both"))
    return True


def _read(path: Path, *, root: Path, side: FindSide, faults: list[CatalogueFault]) -> CrosswalkDocument | None:
    """The file as far as it can be read; not to be used where it has a fault."""
    place = open_place(path, root=root, faults=faults)
    if place is None:
        return None
    members = place.members(required=_REQUIRED, optional=("titles", "succession"))
    read_format(members, known=(FORMAT,))
    sides = _sides(members, path=path, side=side)
    provenance = members["provenance"].choice(PROVENANCES) if "provenance" in members else ""
    titles = _titles(members.get("titles"), sides=sides)
    reader = _GroupReader(sides=sides, titles=titles, provenance=provenance)
    groups = [reader.read(item) for item in members["groups"].items(at_least=1)] if "groups" in members else []
    reader.check_titles(members.get("titles"))
    return CrosswalkDocument(
        source=_slug(members, "source"),
        target=_slug(members, "target"),
        provenance=provenance,
        method=members["method"].by_language() if "method" in members else {},
        reviewed_on=members["reviewed_on"].date() if "reviewed_on" in members else "",
        sources=_sources(members["sources"]) if "sources" in members else (),
        groups=tuple(groups),
        succession=members["succession"].boolean() if "succession" in members else False,
        source_titles=titles["source"],
        target_titles=titles["target"],
    )


def _slug(members: Mapping[str, Place], key: str) -> str:
    return str(members[key].node.value).strip() if key in members else ""


def _sides(members: Mapping[str, Place], *, path: Path, side: FindSide) -> dict[str, Side | None]:
    """The two standards; a slug that is not the file's, or that no standard has, is a fault."""
    found: dict[str, Side | None] = {}
    named = dict(zip(("source", "target"), path.stem.split(MARK, maxsplit=1), strict=False))
    for key in ("source", "target"):
        slug = members[key].slug() if key in members else ""
        if slug and slug != named.get(key):
            members[key].fault(f"must be the {key} in the file's name, {named.get(key, 'which has none')}")
        found[key] = side(slug) if slug else None
        if slug and found[key] is None:
            members[key].fault(f"the catalogue has no standard {slug}")
    if found["source"] and found["target"] and found["source"].slug == found["target"].slug:
        members["target"].fault("a standard has no crosswalk to itself")
    return found


def _sources(place: Place) -> tuple[CrosswalkSource, ...]:
    found: list[CrosswalkSource] = []
    for item in place.items(at_least=1):
        members = item.members(required=_SOURCE, optional=("date",))
        source: CrosswalkSource = {}
        for key in ("title", "publisher", "supports"):
            if key in members:
                source[key] = members[key].text()
        if "id" in members:
            source["id"] = members["id"].slug()
            if any(other.get("id") == source["id"] for other in found):
                members["id"].fault(f"{source['id']} stands twice")
        if "url" in members:
            source["url"] = members["url"].url()
        if "date" in members:
            source["date"] = members["date"].date()
        found.append(source)
    return tuple(found)


def _titles(place: Place | None, *, sides: Mapping[str, Side | None]) -> dict[str, dict[str, str]]:
    """Own labels of refs, of sides without a tree only: of the others the catalogue has the titles."""
    found: dict[str, dict[str, str]] = {"source": {}, "target": {}}
    for key, of_side in (place.members(optional=("source", "target")) if place else {}).items():
        side = sides[key]
        if side and side.has_tree:
            of_side.fault(f"{side.slug} has its titles in the catalogue; take these away")
        for ref, _, title in of_side.entries():
            if len(ref) > LONGEST_REF:
                title.fault(f"a ref has at most {LONGEST_REF} characters")
            found[key][ref] = title.text(at_most=LONGEST_TITLE)
    return found


class _GroupReader:
    """Reads groups one after the other and remembers which pairs and refs were named."""

    def __init__(
        self, *, sides: Mapping[str, Side | None], titles: Mapping[str, Mapping[str, str]], provenance: str
    ) -> None:
        self._sides = sides
        self._titles = titles
        self._provenance = provenance
        self._pairs: dict[tuple[str, str], int] = {}
        self._named: dict[str, set[str]] = {"source": set(), "target": set()}

    def read(self, place: Place) -> LinkGroup:
        members = place.members(required=("from", "to", "relation", "rationale"), optional=("provenance",))
        source = self._refs(members.get("from"), key="source")
        target = self._refs(members.get("to"), key="target")
        for pair in ((a, b) for a in source for b in target):
            if pair in self._pairs:
                place.fault(f"{pair[0]} and {pair[1]} are already linked in line {self._pairs[pair]}")
            self._pairs.setdefault(pair, place.line)
        return LinkGroup(
            source=source,
            target=target,
            relation=members["relation"].choice(RELATIONS) if "relation" in members else "",
            provenance=members["provenance"].choice(PROVENANCES) if "provenance" in members else self._provenance,
            rationale=_rationale(members["rationale"]) if "rationale" in members else {},
        )

    def _refs(self, place: Place | None, *, key: str) -> tuple[str, ...]:
        if place is None:
            return ()
        place.items(at_least=1)
        found = place.distinct(lambda item: self._ref(item, key=key))
        self._named[key] |= set(found)
        return tuple(found)

    def _ref(self, place: Place, *, key: str) -> str:
        ref, side = place.text(), self._sides[key]
        if not ref or side is None:
            return ref
        if not side.has_tree:
            if ref not in self._titles[key]:
                place.fault(f"{side.slug} has no tree here, so {ref} needs a title under titles > {key}")
        elif ref in side.withdrawn:
            instead = ", ".join(side.withdrawn[ref])
            place.fault(
                f"{ref} is withdrawn from {side.slug}, {f'use {instead}' if instead else 'without a successor'}"
            )
        elif ref not in side.leaves:
            place.fault(f"{side.slug} has no {ref}")
        elif not side.leaves[ref]:
            place.fault(f"nothing assessable stands under {ref} of {side.slug}")
        return ref

    def check_titles(self, place: Place | None) -> None:
        """A title of a ref that no group names is one for a ref that was mistyped, or forgotten."""
        for key, of_side in (place.members(optional=("source", "target")) if place else {}).items():
            for ref, line, title in of_side.entries():
                if ref not in self._named[key]:
                    title.faults.append(CatalogueFault(title.file, line, f"{title.name}: no group names {ref}"))


def _rationale(place: Place) -> Mapping[str, str]:
    words = place.by_language()
    if place.kind == "map" and not words:
        place.fault("must not be empty")
    return words
