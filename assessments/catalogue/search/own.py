"""Search over an organisation's own standards, by the rules of `search.finding`.

Own rows stand behind row-level security, where an index of words may not be asked (PostgreSQL tests a row's policy
before an operator that is not leak-proof, and @@ is none). They are few enough to be gone through: their words were
stemmed when they were written (`RequirementText.own_words`), and nothing is kept of them elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import F, Func, TextField

from assessments.catalogue.bounded import Bounded
from assessments.catalogue.editions import EDITIONS_KEPT
from assessments.catalogue.models import Requirement, RequirementText, Standard
from assessments.catalogue.search.finding import (
    ROW_OF_A_REFERENCE,
    Entries,
    Hit,
    Row,
    Search,
    by_likeness,
    look_through,
    meant,
    names,
    spoken_in,
)
from assessments.catalogue.search.references import readings, reference_keys
from assessments.catalogue.selectors import CURRENT, Current, to_current
from tenants.scope import current_organisation

LIKE_ENOUGH: Final = 0.6
"""pg_trgm.word_similarity_threshold, as PostgreSQL has it unless told."""
MOST_NEAR: Final = 1_000
"""Requirements that the database compares with the query: those that share the most with it."""
_TRIGRAMS: Final = Func(F("title"), function="show_trgm", output_field=ArrayField(TextField()))


def own_current() -> tuple[Current, ...]:
    """The current standards of the organisation in scope, by slug; one query."""
    rows = Standard.objects.filter(organisation_id=current_organisation(), is_current=True).order_by("slug")
    return tuple(to_current(row) for row in rows.values(*CURRENT))


def called(query: str, *, standards: tuple[Current, ...]) -> tuple[Current, ...]:
    """Those whose number, title and slug hold all the words."""
    words = query.split()
    return tuple(entry for entry in standards if words and names([word.casefold() for word in words], entry))


def find_own(
    query: str, *, standards: tuple[Current, ...], languages: Sequence[str | None], most: int
) -> tuple[Hit, ...]:
    """At most `most` requirements of the organisation's standards, each once, found and ranked as public ones are."""
    by_id: dict[Any, Current] = {entry.id: entry for entry in standards}
    search = Search(query, by_id, spoken_in(standards, languages=languages), most)
    texts = RequirementText.objects.filter(
        organisation_id=current_organisation(),
        requirement__standard__in=list(by_id),
        requirement__withdrawn__isnull=True,
        language__in=search.languages,
    ).annotate(standard_id=F("requirement__standard_id"), words=F("own_words"))
    return look_through(texts, search, wanted=languages, by_reference=_by_reference, by_likeness=_by_likeness)


_keys: Bounded[UUID, Mapping[str, Sequence[UUID]]] = Bounded(size=EDITIONS_KEPT)


def _by_key(standard_id: UUID) -> Mapping[str, Sequence[UUID]]:
    """Key → requirements. An edition never changes, and who asks has it from their own scope."""

    def make() -> Mapping[str, Sequence[UUID]]:
        found: dict[str, list[UUID]] = {}
        for row, ref in Requirement.objects.filter(standard_id=standard_id).values_list("id", "ref"):
            for key in reference_keys(ref):
                found.setdefault(key, []).append(row)
        return found

    return _keys.get_or_make(standard_id, make)


def _by_reference(texts: Entries, search: Search) -> Iterable[Row]:
    ways = readings(search.query)
    keys = {way.key for way in ways}
    called_so = [found for standard in search.standards for key in keys for found in _by_key(standard).get(key, ())]
    rows = (
        texts.filter(requirement__in=called_so).values_list(*ROW_OF_A_REFERENCE, "requirement__ref")
        if called_so
        else ()
    )
    return meant([(*row[:-1], reference_keys(row[-1])) for row in rows], search=search, ways=ways)


_titles: Bounded[UUID, Mapping[str, Sequence[UUID]]] = Bounded(size=EDITIONS_KEPT)


def _by_trigram(standard_id: UUID) -> Mapping[str, Sequence[UUID]]:
    """Trigram → requirements, once for each title that has it; kept as `_by_key` is."""

    def make() -> Mapping[str, Sequence[UUID]]:
        found: dict[str, list[UUID]] = {}
        rows = RequirementText.objects.filter(requirement__standard=standard_id).annotate(trigrams=_TRIGRAMS)
        for row, parts in rows.values_list("requirement_id", "trigrams"):
            for trigram in parts:
                found.setdefault(trigram, []).append(row)
        return found

    return _titles.get_or_make(standard_id, make)


def _by_likeness(texts: Entries, search: Search) -> Iterable[Row]:
    """As among public titles, without asking the database to compare each: no index may help it here.

    A title that is as like as asked for has that share of the query's trigrams.
    """
    asked = trigrams(search.query)
    shared = Counter(
        row for standard in search.standards for one in asked for row in _by_trigram(standard).get(one, ())
    )
    near = [row for row, count in shared.items() if count >= LIKE_ENOUGH * len(asked)]
    return by_likeness(texts.filter(requirement__in=near), search) if near else ()


def trigrams(text: str) -> list[str]:
    """As the database has them, whose idea of a letter depends on how it was set up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT show_trgm(%s)", [text])
        found: list[str] = cursor.fetchone()[0]
        return found
