"""Crosswalk files to rows: read and checked in full before the first write, by `sync_catalogue` in its transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from django.db.models import QuerySet

from assessments.catalogue.crosswalk import MARK, CrosswalkDocument, Side, counts_of, side_of
from assessments.catalogue.loader import (
    crosswalk_content_hash,
    crosswalk_files,
    crosswalk_hash,
    load_crosswalks,
    load_nodes,
    load_records,
    load_vocabulary,
    records_hash,
    standard_folders,
)
from assessments.catalogue.models import Crosswalk, CrosswalkGroup
from assessments.catalogue.schema import CatalogueFault, Vocabulary

Outcome = Literal["unchanged", "reworded files", "created", "switched back", "withdrawn"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CrosswalkResult:
    """What became of one crosswalk; "withdrawn": its file is gone, its rows stay without being current."""

    name: str
    outcome: Outcome
    content_hash: str
    groups: int


class Sides:
    """The standards of a data folder as crosswalks name them, each read at most once and without its words."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._found: dict[str, Side | None] = {}

    def find(self, slug: str) -> Side | None:
        """None for a slug that the catalogue does not have. Raises CatalogueError for a tree with faults of its own."""
        if slug not in self._found:
            self._found[slug] = self._read(slug)
        return self._found[slug]

    def state(self, slug: str) -> bytes:
        """Changes with whatever could make a reference to the standard wrong, or count otherwise."""
        folder = self._data / slug
        if not folder.is_dir():
            return self._records_state
        structure = folder / "structure.yaml"
        return hashlib.sha256(structure.read_bytes()).digest() if structure.exists() else b"profile"

    def _read(self, slug: str) -> Side | None:
        folder = self._data / slug
        if folder in self._folders:
            return side_of(slug, load_nodes(folder, vocabulary=self._vocabulary))
        return Side(slug, has_tree=False) if slug in self._records else None

    @cached_property
    def _folders(self) -> frozenset[Path]:
        return frozenset(standard_folders(self._data))

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return load_vocabulary(self._data)

    @cached_property
    def _records(self) -> frozenset[str]:
        return frozenset(record.slug for record in load_records(self._data, folders=(), vocabulary=self._vocabulary))

    @cached_property
    def _records_state(self) -> bytes:
        return records_hash(self._data).encode()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync has to do: documents to store under the hash of their files, and pairs whose file is gone."""

    sides: Sides
    hashes: Mapping[Pair, str]
    documents: Sequence[CrosswalkDocument]
    gone: frozenset[Pair]
    unchanged: Mapping[str, CrosswalkResult]

    def __bool__(self) -> bool:
        return bool(self.documents or self.gone)


def check_crosswalks(data: Path, *, faults: list[CatalogueFault]) -> list[CrosswalkDocument]:
    """Every crosswalk beside a data folder that is without fault."""
    return load_crosswalks(crosswalk_files(data) or (), side=Sides(data).find, faults=faults)


def plan_crosswalks(data: Path, *, using: str, faults: list[CatalogueFault]) -> Plan | None:
    """What changed, read with all its faults; one query, nothing is written. None without a folder of crosswalks.

    A crosswalk is read again when its file changes, or the tree of either side.
    """
    files = crosswalk_files(data)
    if files is None:
        return None
    sides = Sides(data)
    by_pair = {_pair(path): path for path in files}
    hashes = {
        pair: crosswalk_hash(path, sides=[sides.state(slug) for slug in pair])
        for pair, path in by_pair.items()
        if path.is_file()
    }
    current = {(row.source_slug, row.target_slug): row for row in _current(using)}
    changed = [
        path
        for pair, path in by_pair.items()
        if pair not in hashes or pair not in current or current[pair].files_hash != hashes[pair]
    ]
    documents = load_crosswalks(changed, side=sides.find, faults=faults)
    gone = frozenset(current) - frozenset(by_pair)
    unchanged = [_result(row, outcome="unchanged") for pair, row in current.items() if pair in by_pair]
    return Plan(sides, hashes, documents, gone, {result.name: result for result in unchanged})


def store_crosswalks(plan: Plan, *, using: str) -> list[CrosswalkResult]:
    """Carry out a plan, within the caller's transaction; what became of every crosswalk, by name."""
    results = dict(plan.unchanged)
    for source, target in plan.gone:
        rows = Crosswalk.objects.using(using).filter(source_slug=source, target_slug=target, is_current=True)
        results |= {f"{source}{MARK}{target}": _result(row, outcome="withdrawn") for row in rows}
        rows.update(is_current=False)
    for document in plan.documents:
        results[document.name] = _store(document, plan=plan, using=using)
    return [results[name] for name in sorted(results)]


def _store(document: CrosswalkDocument, *, plan: Plan, using: str) -> CrosswalkResult:
    """Make the document's row the current one of its pair, writing it where it is new."""
    source, target = (plan.sides.find(slug) for slug in (document.source, document.target))
    if source is None or target is None:
        raise LookupError(document.name)
    counts = counts_of(document.groups, source=source, target=target)
    hashed = crosswalk_content_hash(document, counts=counts)
    files = plan.hashes[(document.source, document.target)]
    rows = Crosswalk.objects.using(using).filter(source_slug=document.source, target_slug=document.target)
    known = rows.filter(content_hash=hashed).first()
    if known and known.is_current:
        rows.filter(id=known.id).update(files_hash=files)
        return _result(known, outcome="reworded files")
    rows.filter(is_current=True).update(is_current=False)
    if known:
        rows.filter(id=known.id).update(is_current=True, files_hash=files)
        return _result(known, outcome="switched back")
    row = Crosswalk(
        source_slug=document.source,
        target_slug=document.target,
        content_hash=hashed,
        files_hash=files,
        is_current=True,
        provenance=document.provenance,
        method=dict(document.method),
        reviewed_on=document.reviewed_on,
        sources=list(document.sources),
        succession=document.succession,
        titles={"source": dict(document.source_titles), "target": dict(document.target_titles)},
        counts=counts,
    )
    row.save(using=using, force_insert=True)
    CrosswalkGroup.objects.using(using).bulk_create(
        CrosswalkGroup(
            crosswalk=row,
            position=position,
            source_refs=list(group.source),
            target_refs=list(group.target),
            relation=group.relation,
            provenance=group.provenance,
            rationale=dict(group.rationale),
        )
        for position, group in enumerate(document.groups)
    )
    return _result(row, outcome="created")


def _current(using: str) -> QuerySet[Crosswalk]:
    rows = Crosswalk.objects.using(using).filter(is_current=True)
    return rows.only("source_slug", "target_slug", "files_hash", "content_hash", "counts")


def _pair(path: Path) -> Pair:
    source, _, target = path.stem.partition(MARK)
    return source, target


def _result(row: Crosswalk, *, outcome: Outcome) -> CrosswalkResult:
    return CrosswalkResult(str(row), outcome, row.content_hash, sum(row.counts["provenances"].values()))
