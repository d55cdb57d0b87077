"""From the catalogue's files to its tables: idempotent, all or nothing, old editions left as they are.

Runs as the role that owns the tables, like migrations: the app role may only read them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Q

from api.ids import new_id
from assessments.catalogue.crosswalk import CrosswalkDocument
from assessments.catalogue.crosswalk_sync import (
    CrosswalkResult,
    check_crosswalks,
    plan_crosswalks,
    store_crosswalks,
)
from assessments.catalogue.facts import Prose, Question
from assessments.catalogue.loader import (
    content_hash,
    files_hash,
    load_records,
    load_standard,
    load_vocabulary,
    records_hash,
    standard_folders,
)
from assessments.catalogue.models import Requirement, RequirementText, Standard, StandardText
from assessments.catalogue.outline import outline_of, theme_shares
from assessments.catalogue.schema import (
    DEFAULT_LANGUAGE,
    Alternative,
    CatalogueError,
    CatalogueFault,
    Scale,
    StandardDocument,
)
from assessments.catalogue.search.index import index_current

DATA = Path(__file__).parent / "data"
LOCK = 0x706C62636174
"""Key of the advisory lock that lets one sync at a time decide what is current."""

RECORD = "record"

Outcome = Literal["unchanged", "reworded files", "created", "switched back"]


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What became of one standard. "reworded files": other bytes, same content. Without a tree the counts are 0."""

    slug: str
    outcome: Outcome
    depth: str
    content_hash: str
    requirements: int
    assessable: int


class Synced(NamedTuple):
    """What became of every standard, records last, and of every crosswalk, by name."""

    standards: list[SyncResult]
    crosswalks: list[CrosswalkResult]


class Checked(NamedTuple):
    """Every standard of a data folder, records last, and every crosswalk beside it."""

    standards: list[StandardDocument]
    crosswalks: list[CrosswalkDocument]


def check_catalogue(data: Path = DATA) -> Checked:
    """What the files hold, or a CatalogueError with the faults of all of them."""
    faults: list[CatalogueFault] = []
    crosswalks = check_crosswalks(data, faults=faults)
    return Checked(_load(standard_folders(data), data=data, with_records=True, faults=faults), crosswalks)


def sync_catalogue(data: Path = DATA, *, using: str = "default") -> Synced:
    """Bring the tables in line with the files.

    1. Files whose hash the current row already carries are left alone: such a run reads one query, another one where
       there are crosswalks, and writes nothing.
    2. What changed is loaded and checked in full before the first write. Raises CatalogueError.
    3. In one transaction, new content becomes a new Standard or Crosswalk with its rows, and is_current moves to it.
    """
    folders = {folder.name: folder for folder in standard_folders(data)}
    hashes = {slug: files_hash(folder) for slug, folder in folders.items()}
    current = _current(folders, using=using)
    changed = [slug for slug in folders if slug not in current or current[slug].files_hash != hashes[slug]]
    listed = records_hash(data)
    relisted = bool(listed) and {row.files_hash for row in current.values() if row.depth == RECORD} != {listed}
    faults: list[CatalogueFault] = []
    plan = plan_crosswalks(data, using=using, faults=faults)
    loaded = _load([folders[slug] for slug in changed], data=data, with_records=relisted, faults=faults)
    documents = {document.slug: document for document in loaded}
    outcomes: dict[str, Outcome] = dict.fromkeys(current, "unchanged")
    crosswalks = [] if plan is None else list(plan.unchanged.values())
    if documents or plan:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            for slug, document in documents.items():
                outcomes[slug] = _store(document, files=hashes.get(slug, listed), using=using)
            if relisted:
                _strike(listed, using=using)
            if documents:
                index_current(using=using)
            if plan:
                crosswalks = store_crosswalks(plan, using=using)
        current = _current(folders, using=using)
    told = [slug for slug, row in current.items() if listed or row.depth != RECORD]
    standards = [_result(current[slug], outcome=outcomes[slug]) for slug in sorted(told, key=_order(current))]
    return Synced(standards, crosswalks)


def _order(current: Mapping[str, Standard]) -> Callable[[str], tuple[bool, str]]:
    return lambda slug: (current[slug].depth == RECORD, slug)


def _result(row: Standard, *, outcome: Outcome) -> SyncResult:
    counts = row.outline or {"requirements": 0, "assessable": 0}
    return SyncResult(
        slug=row.slug,
        outcome=outcome,
        depth=row.depth,
        content_hash=row.content_hash,
        requirements=counts["requirements"],
        assessable=counts["assessable"],
    )


def _current(slugs: Collection[str], *, using: str) -> dict[str, Standard]:
    """The current rows of the folders and all that came from records."""
    rows = Standard.public.using(using).filter(Q(slug__in=list(slugs)) | Q(depth=RECORD), is_current=True)
    return {row.slug: row for row in rows.only("slug", "depth", "content_hash", "files_hash", "outline")}


def _strike(listed: str, *, using: str) -> None:
    """What the list of records no longer holds leaves the catalogue; its row stays."""
    rows = Standard.public.using(using).filter(depth=RECORD, is_current=True)
    rows.exclude(files_hash=listed).update(is_current=False)


def _load(
    folders: Collection[Path], *, data: Path, with_records: bool, faults: list[CatalogueFault]
) -> list[StandardDocument]:
    """The standards, or a CatalogueError with their faults and those found before."""
    documents: list[StandardDocument] = []
    if folders:
        vocabulary = load_vocabulary(data)
        for folder in folders:
            try:
                documents.append(load_standard(folder, vocabulary=vocabulary))
            except CatalogueError as error:
                faults += error.faults
    if with_records:
        try:
            documents += load_records(data, folders={folder.name for folder in standard_folders(data)})
        except CatalogueError as error:
            faults += error.faults
    if faults:
        raise CatalogueError(faults)
    return documents


def _store(document: StandardDocument, *, files: str, using: str) -> Outcome:
    """Make the document's row the current one of its slug, writing it where it is new."""
    rows = Standard.public.using(using).filter(slug=document.slug)
    hashed = content_hash(document)
    known = rows.filter(content_hash=hashed).only("id", "is_current").first()
    if known and known.is_current:
        rows.filter(id=known.id).update(files_hash=files)
        return "reworded files"
    rows.filter(is_current=True).update(is_current=False)
    if known:
        rows.filter(id=known.id).update(is_current=True, files_hash=files)
        return "switched back"
    _create(document, hashed=hashed, files=files, using=using)
    return "created"


def _create(document: StandardDocument, *, hashed: str, files: str, using: str) -> None:
    facts = document.facts
    standard = Standard(
        slug=document.slug,
        content_hash=hashed,
        files_hash=files,
        is_current=True,
        number=facts["number"],
        title=document.prose[DEFAULT_LANGUAGE]["title"],
        publisher=facts["publisher"],
        edition=facts["edition"],
        year=facts["year"],
        status=facts["status"],
        kind=facts["kind"],
        nature=facts["nature"],
        sectors=facts["sectors"],
        depth=document.depth,
        scale_slug=document.scale.slug if document.scale else "",
        scale=_scale(document.scale),
        method=document.method,
        parameters=dict(document.scoring.parameters),
        result_scale=_scale(document.scoring.result),
        selections=[{"slug": selection.slug, "name": selection.name} for selection in document.selections],
        alternatives=[_alternative(alternative) for alternative in document.alternatives],
        profile=facts,
        languages=document.languages,
        outline=outline_of(document.requirements) if document.requirements else None,
        themes=theme_shares(document.requirements),
    )
    standard.save(using=using, force_insert=True)
    ids = {node.ref: new_id() for node in document.requirements}
    Requirement.objects.using(using).bulk_create(_requirements(document, standard=standard, ids=ids))
    RequirementText.objects.using(using).bulk_create(
        RequirementText(
            requirement_id=ids[ref],
            language=language,
            title=text.title,
            summary=text.summary,
            question=text.question,
            evidence=list(text.evidence),
            levels={str(level): words for level, words in text.levels.items()},
        )
        for language, texts in document.texts.items()
        for ref, text in texts.items()
    )
    StandardText.objects.using(using).bulk_create(
        StandardText(standard=standard, language=language, profile=prose, faq=faq)
        for language, (prose, faq) in _prose(document).items()
    )


def _requirements(document: StandardDocument, *, standard: Standard, ids: dict[str, UUID]) -> list[Requirement]:
    return [
        Requirement(
            id=ids[node.ref],
            standard=standard,
            parent_id=ids[node.parent] if node.parent is not None else None,
            ref=node.ref,
            position=node.position,
            depth=node.depth,
            assessable=node.assessable,
            weight=node.weight,
            themes=list(node.themes),
            applies_if=node.applies_if,
            own_answer_rule=node.own_answer_rule,
            withdrawn=None if node.withdrawn is None else list(node.withdrawn),
            brief=node.brief,
            points=node.points,
            partial_points=node.partial_points,
            stage=node.stage,
            selections=None if node.selections is None else list(node.selections),
            target=node.target,
            critical=node.critical,
        )
        for node in document.requirements
    ]


def _prose(document: StandardDocument) -> dict[str, tuple[Prose, list[Question]]]:
    """Prose and FAQ per language; a language that lacks one of the two has the default language's."""
    return {
        language: (
            document.prose.get(language, document.prose[DEFAULT_LANGUAGE]),
            list(document.faq.get(language, document.faq[DEFAULT_LANGUAGE])),
        )
        for language in document.languages
    }


def _alternative(alternative: Alternative) -> dict[str, Any]:
    options = [{"slug": option.slug, "name": option.name, "refs": option.refs} for option in alternative.options]
    return {"slug": alternative.slug, "name": alternative.name, "options": options}


def _scale(scale: Scale | None) -> dict[str, Any] | None:
    if scale is None:
        return None
    return {
        "slug": scale.slug,
        "name": scale.name,
        "minimum": scale.minimum,
        "maximum": scale.maximum,
        "levels": [
            {"level": level.level, "name": level.name, "criteria": level.criteria}
            | ({} if level.worth is None else {"worth": level.worth})
            for level in scale.levels
        ],
    }
