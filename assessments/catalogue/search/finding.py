"""Requirements by reference, by words, and by words with slips in them; in this order, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import F, Q, QuerySet

from assessments.catalogue.models import RequirementText, SearchEntry
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.search.index import configuration
from assessments.catalogue.search.references import fold, readings
from assessments.catalogue.selectors import Current

LONGEST_QUERY: Final = 200
_WEIGHTS: Final = [0.1, 0.3, 0.5, 1.0]
"""Of evidence, question, summary and title."""
_BY_LENGTH: Final = 2
"""ts_rank's normalisation that divides by the length of the text."""
_ROW: Final = ("requirement_id", "standard_id", "language", "requirement__ref", "requirement__assessable", "title",
               "rank")  # fmt: skip

REFERENCE, WORDS, ALMOST = "reference", "words", "almost"
MATCHES: Final = (REFERENCE, WORDS, ALMOST)


@dataclass(frozen=True, slots=True)
class Hit:
    """A requirement that was found. `match`: by its reference, by words, or almost (a title with similar words).

    `rank` compares hits of one answer: 1 for a reference, above 0 for the others.
    """

    standard: Current
    ref: str
    title: str
    summary: str
    language: str
    assessable: bool
    match: str
    rank: float


def find(
    query: str, *, catalogue: Sequence[Current], language: str = DEFAULT_LANGUAGE, within: str = "", most: int = 20
) -> tuple[Hit, ...]:
    """At most `most` requirements of the current standards, each once: those a reference names, those with all the
    words, those with the words of a standard that other words name (`27001 access rights`), those almost called so.

    Words are looked for in the wanted language, and in the default one for what is not told in the wanted one.
    `within`: the slug of the one standard to look in.
    """
    standards = {entry.id: entry for entry in catalogue if not within or entry.slug == within}
    entries = SearchEntry.objects.filter(language__in={language, DEFAULT_LANGUAGE})
    if within:
        entries = entries.filter(standard__in=list(standards))
    found: dict[Any, tuple[Any, ...]] = {}
    if not query.split():
        return ()
    for look in (_by_reference, _by_words, _by_words_of_a_standard, _by_likeness):
        if len(found) >= most:
            break
        _add(found, look(entries, query, language, standards, most), language=language)
    return _hits(list(found.values())[:most], standards=standards)


def _add(found: dict[Any, tuple[Any, ...]], rows: Iterable[tuple[Any, ...]], *, language: str) -> None:
    """Each requirement stays where it was found first, told in the wanted language if there is a choice."""
    for row in rows:
        known = found.get(row[0])
        if known is None or (known[2] != language == row[2]):
            found[row[0]] = row


Look = Callable[[QuerySet[SearchEntry], str, str, dict[Any, Current], int], Iterable[tuple[Any, ...]]]


def _by_reference(
    entries: QuerySet[SearchEntry], query: str, language: str, standards: dict[Any, Current], most: int
) -> Iterable[tuple[Any, ...]]:
    ways = readings(query)
    if not ways:
        return []
    order = {way.key: place for place, way in reversed(list(enumerate(ways)))}
    rows = entries.filter(keys__overlap=list(order)).values_list(*_ROW[:-1], "keys")
    fitting = []
    for row in rows:
        standard, keys = standards.get(row[1]), row[-1]
        if standard and any(way.key in keys and names(way.standard_words, standard) for way in ways):
            fitting.append((min(order[key] for key in keys if key in order), standard.number, row))
    return [(*row[:-1], REFERENCE, 1.0) for _, _, row in sorted(fitting, key=lambda item: item[:2])]


def names(words: Sequence[str], standard: Current) -> bool:
    """Whether each of the words, folded, stands in what the standard is called."""
    text = fold(f"{standard.number} {standard.title} {standard.slug} {standard.slug.replace('-', ' ')}")
    return all(word in text for word in words)


def _by_words(
    entries: QuerySet[SearchEntry], query: str, language: str, standards: dict[Any, Current], most: int
) -> Iterable[tuple[Any, ...]]:
    asked = {spoken: _query(query, language=spoken) for spoken in {language, DEFAULT_LANGUAGE}}
    condition = Q()
    for spoken, words in asked.items():
        condition |= Q(language=spoken, words=words)
    rank = SearchRank(F("words"), asked[language], weights=_WEIGHTS, normalization=_BY_LENGTH)
    rows = entries.filter(condition).annotate(rank=rank).order_by("-rank", "standard_id", "requirement__position")
    return [(*row[:-1], WORDS, row[-1]) for row in rows.values_list(*_ROW)[: 2 * most] if row[1] in standards]


def _by_words_of_a_standard(
    entries: QuerySet[SearchEntry], query: str, language: str, standards: dict[Any, Current], most: int
) -> Iterable[tuple[Any, ...]]:
    words = query.split()
    for end in range(len(words) - 1, 0, -1):
        for naming, others in ((words[:end], words[end:]), (words[-end:], words[:-end])):
            named = [entry.id for entry in standards.values() if names([fold(word) for word in naming], entry)]
            if named:
                some = entries.filter(standard__in=named)
                return _by_words(some, " ".join(others), language, standards, most)
    return []


def _query(text: str, *, language: str) -> SearchQuery:
    """The words as a search engine takes them ("a phrase", -without, or), the last one also as a beginning."""
    config = configuration(language)
    whole = SearchQuery(text, search_type="websearch", config=config)
    words = text.split()
    last = "".join(letter for letter in words[-1] if letter.isalnum()) if words else ""
    plain = len(last) >= 3 and words[-1] == last
    if not plain:
        return whole
    beginning = SearchQuery(f"{last}:*", search_type="raw", config=config)
    if words[:-1]:
        beginning = SearchQuery(" ".join(words[:-1]), search_type="websearch", config=config) & beginning
    return whole | beginning


def _by_likeness(
    entries: QuerySet[SearchEntry], query: str, language: str, standards: dict[Any, Current], most: int
) -> Iterable[tuple[Any, ...]]:
    rows = (
        entries.filter(title__trigram_word_similar=query)
        .annotate(rank=TrigramWordSimilarity(query, "title"))
        .order_by("-rank", "standard_id", "requirement__position")
    )
    return [(*row[:-1], ALMOST, row[-1]) for row in rows.values_list(*_ROW)[: 2 * most] if row[1] in standards]


def _hits(rows: Sequence[tuple[Any, ...]], *, standards: dict[Any, Current]) -> tuple[Hit, ...]:
    texts = RequirementText.public.filter(requirement__in=[row[0] for row in rows])
    summaries = {(text[0], text[1]): text[2] for text in texts.values_list("requirement_id", "language", "summary")}
    return tuple(
        Hit(
            standard=standards[standard],
            ref=ref,
            title=title,
            summary=summaries.get((requirement, language), ""),
            language=language,
            assessable=assessable,
            match=match,
            rank=round(rank, 4),
        )
        for requirement, standard, language, ref, assessable, title, match, rank in rows
    )
