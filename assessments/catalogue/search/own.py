"""Search over an organisation's own standards, beside the public ones.

Own rows stand behind row-level security, where the words' index may not be asked (see `SearchEntry`); they are few
enough to be read: words are looked for as they stand, in title, summary and question.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Case, FloatField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from assessments.catalogue.models import RequirementText, Standard
from assessments.catalogue.search.finding import REFERENCE, WORDS, Hit, names
from assessments.catalogue.search.references import Reading, readings, reference_keys
from assessments.catalogue.selectors import CURRENT, Current, to_current
from tenants.scope import current_organisation

_ROW: Final = ("requirement_id", "requirement__standard_id", "requirement__ref", "title", "summary", "language",
               "requirement__assessable")  # fmt: skip


def own_current() -> tuple[Current, ...]:
    """The current standards of the organisation in scope, by slug; one query."""
    rows = Standard.objects.filter(organisation_id=current_organisation(), is_current=True).order_by("slug")
    return tuple(to_current(row) for row in rows.values(*CURRENT))


def called(query: str, *, standards: tuple[Current, ...]) -> tuple[Current, ...]:
    """Those whose number, title and slug hold all the words."""
    words = query.split()
    return tuple(entry for entry in standards if words and names([word.casefold() for word in words], entry))


def find_own(query: str, *, standards: tuple[Current, ...], language: str, most: int) -> tuple[Hit, ...]:
    """At most `most` requirements of the organisation's standards: by reference, then by words; each once."""
    if not standards or not query.split():
        return ()
    by_id = {entry.id: entry for entry in standards}
    texts = RequirementText.objects.filter(
        requirement__standard__in=list(by_id), requirement__withdrawn__isnull=True
    ).order_by("requirement__standard_id", "requirement__position")
    found: dict[tuple[Any, str], Hit] = {}
    for match, rank, row in [*_by_reference(texts, query, by_id), *_by_words(texts, query, most)]:
        standard = by_id[row[1]]
        if row[5] == standard.language(language):
            found.setdefault((row[1], row[2]), _hit(row, standard=standard, match=match, rank=rank))
    return tuple(list(found.values())[:most])


def _hit(row: tuple[Any, ...], *, standard: Current, match: str, rank: float) -> Hit:
    _, _, ref, title, summary, language, assessable = row
    return Hit(
        standard=standard, ref=ref, title=title, summary=summary, language=language, assessable=assessable,
        match=match, rank=round(rank, 4),
    )  # fmt: skip


def _by_reference(
    texts: QuerySet[RequirementText], query: str, standards: dict[Any, Current]
) -> list[tuple[str, float, Any]]:
    ways = readings(query)
    if not ways:
        return []
    refs = texts.values_list("requirement__standard_id", "requirement__ref").distinct()
    meant = [ref for standard, ref in refs.order_by() if _is_meant(ref, standards[standard], ways)]
    rows = texts.filter(requirement__ref__in=meant).values_list(*_ROW) if meant else ()
    return [(REFERENCE, 1.0, row) for row in rows if _is_meant(row[2], standards[row[1]], ways)]


def _is_meant(ref: str, standard: Current, ways: tuple[Reading, ...]) -> bool:
    keys = reference_keys(ref)
    return any(way.key in keys and names(way.standard_words, standard) for way in ways)


def _by_words(texts: QuerySet[RequirementText], query: str, most: int) -> list[tuple[str, float, Any]]:
    everywhere, in_title = Q(), Q()
    for word in query.split():
        everywhere &= Q(words__icontains=word)
        in_title &= Q(title__icontains=word)
    rows = (
        texts.alias(words=Concat("title", Value(" "), "summary", Value(" "), "question", output_field=TextField()))
        .filter(everywhere)
        .annotate(rank=Case(When(in_title, then=Value(0.9)), default=Value(0.5), output_field=FloatField()))
        .order_by("-rank", "requirement__standard_id", "requirement__position")
    )
    return [(WORDS, row[-1], row[:-1]) for row in rows.values_list(*_ROW, "rank")[: 2 * most]]
