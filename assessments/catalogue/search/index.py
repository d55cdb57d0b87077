"""Keeps `SearchEntry` in line with what is current. Runs in the transaction that changes it, as the tables' owner."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add
from typing import Any, Final

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from assessments.catalogue.models import RequirementText, SearchEntry, Standard
from assessments.catalogue.search.references import reference_keys

CONFIGURATIONS: Final = {
    "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
"""Language → PostgreSQL's text search configuration; a language without one is searched by its bare words."""

_AT_ONCE: Final = 500
_STATE: Final = ("requirement_id", "requirement__standard_id", "requirement__ref", "language", "title", "summary",
                 "question", "evidence")  # fmt: skip


def configuration(language: str) -> str:
    """The text search configuration of a language such as `en` or `pt-BR`."""
    return CONFIGURATIONS.get(language.partition("-")[0], "simple")


def index_current(*, using: str = "default") -> int:
    """Drop entries of what is no longer current, and make those that are missing. Returns how many were made."""
    current = Standard.public.using(using).filter(is_current=True)
    entries = SearchEntry.objects.using(using)
    entries.exclude(standard__in=current).delete()
    missing = current.exclude(pk__in=entries.values("standard"))
    rows = RequirementText.public.using(using).filter(
        requirement__standard__in=missing, requirement__withdrawn__isnull=True
    )
    made = entries.bulk_create(_entries(rows.values_list(*_STATE)), batch_size=_AT_ONCE)
    return len(made)


def _entries(rows: Iterable[tuple[Any, ...]]) -> list[SearchEntry]:
    return [
        SearchEntry(
            requirement_id=requirement,
            standard_id=standard,
            language=language,
            keys=list(reference_keys(ref)),
            title=title,
            words=_vector(language, title, summary, question, " ".join(evidence)),
        )
        for requirement, standard, ref, language, title, summary, question, evidence in rows
    ]


def _vector(language: str, title: str, summary: str, question: str, evidence: str) -> Any:
    config = configuration(language)
    weighted = zip("ABCD", (title, summary, question, evidence), strict=True)
    return reduce(add, [SearchVector(Value(text), weight=weight, config=config) for weight, text in weighted])
