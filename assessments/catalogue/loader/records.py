"""records.yaml: standards known by a few facts each, in one list beside the folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from assessments.catalogue.facts import Facts, Prose
from assessments.catalogue.loader.hashes import CONTENT_VERSION
from assessments.catalogue.loader.profile import FACT_READERS, shared_readers
from assessments.catalogue.loader.reading import Place, open_place, read_format
from assessments.catalogue.loader.structure import refuse_own_slug
from assessments.catalogue.schema import (
    DEFAULT_LANGUAGE,
    FORMAT,
    CatalogueError,
    CatalogueFault,
    Scoring,
    StandardDocument,
    Vocabulary,
)

RECORDS_FILE = "records.yaml"
LONGEST_SLUG = 80
_FACTS = ("number", "publisher", "edition", "year", "status", "kind", "nature", "certifiable", "sectors")
_OPTIONAL_FACTS = ("subject", "jurisdictions")
_SOURCE = ("title", "publisher", "url")


def load_records(data: Path, *, folders: Collection[str], vocabulary: Vocabulary) -> list[StandardDocument]:
    """The records in order of the file; none without it. Raises CatalogueError.

    `folders` are the slugs that have a folder: a standard is told in one place.
    """
    path = data / RECORDS_FILE
    if not path.exists():
        return []
    faults: list[CatalogueFault] = []
    place = open_place(path, root=data, faults=faults)
    members = place.members(required=("format", "records")) if place else {}
    read_format(members, known=(FORMAT,))
    readers = FACT_READERS | shared_readers(vocabulary)
    found: dict[str, StandardDocument] = {}
    for item in members["records"].items() if "records" in members else ():
        record = _read_record(item, readers=readers)
        if record.slug in found:
            item.fault(f"{record.slug} stands twice")
        if record.slug in folders:
            item.fault(f"{record.slug} has a folder of its own; take the record away")
        found[record.slug] = record
    if faults:
        raise CatalogueError(faults)
    return list(found.values())


def records_hash(data: Path) -> str:
    """sha256 over the bytes of records.yaml, "" without it."""
    path = data / RECORDS_FILE
    return hashlib.sha256(f"{CONTENT_VERSION}\0".encode() + path.read_bytes()).hexdigest() if path.exists() else ""


def _read_record(place: Place, *, readers: Mapping[str, Callable[[Place], Any]]) -> StandardDocument:
    members = place.members(required=("slug", "title", "source", *_FACTS), optional=(*_OPTIONAL_FACTS, "note"))
    slug = members["slug"].slug() if "slug" in members else ""
    if "slug" in members:
        refuse_own_slug(members["slug"])
    if len(slug) > LONGEST_SLUG:
        members["slug"].fault(f"must have at most {LONGEST_SLUG} characters, not {len(slug)}")
    place = replace(place, name=slug or place.name)
    facts: dict[str, Any] = {key: readers[key](members[key]) for key in (*_FACTS, *_OPTIONAL_FACTS) if key in members}
    facts["sources"] = [_read_source(members["source"], supports=list(facts))] if "source" in members else []
    prose: Mapping[str, Any] = {
        "title": members["title"].text(at_most=300) if "title" in members else "",
        "one_line": members["note"].text() if "note" in members else "",
    }
    return StandardDocument(
        slug=slug,
        depth="record",
        scale=None,
        scoring=Scoring(),
        facts=cast("Facts", facts),
        requirements=(),
        texts={},
        prose={DEFAULT_LANGUAGE: cast("Prose", prose)},
        faq={DEFAULT_LANGUAGE: ()},
    )


def _read_source(place: Place, *, supports: list[str]) -> dict[str, Any]:
    members = place.members(required=_SOURCE, optional=("date",))
    readers: Mapping[str, Callable[[Place], str]] = {
        "title": Place.text,
        "publisher": Place.text,
        "url": Place.url,
        "date": Place.published,
    }
    source: dict[str, Any] = {key: read(members[key]) for key, read in readers.items() if key in members}
    return {"id": "record", **source, "supports": supports}
