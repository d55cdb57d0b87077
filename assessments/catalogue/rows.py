"""A standard's document as rows: the one way into the catalogue's tables, for files and for what organisations make.

Rows are the organisation's in whose scope this runs; outside of every scope they are public, and written by the role
that owns the tables.
"""

from __future__ import annotations

from typing import Any, Final, Literal
from uuid import UUID

from api.ids import new_id
from assessments.catalogue.facts import Prose, Question
from assessments.catalogue.loader import content_hash
from assessments.catalogue.models import Requirement, RequirementText, Standard, StandardText
from assessments.catalogue.outline import outline_of, theme_shares
from assessments.catalogue.schema import Alternative, Scale, StandardDocument

Outcome = Literal["unchanged", "reworded files", "created", "switched back"]
_AT_ONCE: Final = 2000


def store_document(document: StandardDocument, *, files: str = "", using: str = "default") -> tuple[Outcome, UUID]:
    """Make the document's row the current one of its slug, writing it where it is new. Returns the row's id.

    `files`: the hash of the files it came from; an organisation's standard comes from none.
    """
    rows = Standard.objects.using(using).filter(slug=document.slug)
    hashed = content_hash(document)
    known = rows.filter(content_hash=hashed).only("id", "is_current").first()
    if known and known.is_current:
        if files:
            rows.filter(id=known.id).update(files_hash=files)
        return "reworded files", known.id
    rows.filter(is_current=True).update(is_current=False)
    if known:
        rows.filter(id=known.id).update(is_current=True, **({"files_hash": files} if files else {}))
        return "switched back", known.id
    return "created", _create(document, hashed=hashed, files=files, using=using)


def _create(document: StandardDocument, *, hashed: str, files: str, using: str) -> UUID:
    facts = document.facts
    standard = Standard(
        slug=document.slug,
        content_hash=hashed,
        files_hash=files,
        is_current=True,
        number=facts["number"],
        title=document.prose[document.language]["title"],
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
    Requirement.objects.using(using).bulk_create(
        _requirements(document, standard=standard, ids=ids), batch_size=_AT_ONCE
    )
    RequirementText.objects.using(using).bulk_create(
        (
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
        ),
        batch_size=_AT_ONCE,
    )
    StandardText.objects.using(using).bulk_create(
        StandardText(standard=standard, language=language, profile=prose, faq=faq)
        for language, (prose, faq) in _prose(document).items()
    )
    return standard.id


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
            document.prose.get(language, document.prose[document.language]),
            list(document.faq.get(language, document.faq[document.language])),
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
