"""Requirements by reference, by words, and by words with slips in them; in this order, best first.

Public ones are looked for in `SearchEntry`, an organisation's own in their texts (`search.own`), by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Q, QuerySet, When

from api.languages import configuration, primary, spelled_plainly
from assessments.catalogue.models import RequirementText, SearchEntry
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.search.references import Reading, fold, readings
from assessments.catalogue.selectors import Current

LONGEST_QUERY: Final = 200
_WEIGHTS: Final = [0.1, 0.3, 0.5, 1.0]
"""Of evidence, question, summary and title."""
_BY_LENGTH: Final = 2
"""ts_rank's normalisation that divides by the length of the text."""
_ROW: Final = ("requirement_id", "standard_id", "language", "title", "rank")
"""Nothing of the requirement itself: to join thousands of rows to it before the best are known costs most of all."""
ROW_OF_A_REFERENCE: Final = _ROW[:-1]

_TEXT: Final = ("requirement_id", "language", "summary", "requirement__ref", "requirement__assessable")

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


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: `languages` are those of the texts that are looked through."""

    query: str
    standards: Mapping[Any, Current]
    languages: Sequence[str]
    most: int


Row = tuple[Any, ...]
"""_ROW; the rank is last, before it the kind of match."""
Entries = QuerySet[Any]
"""Rows with what _ROW names, `words` and `title`."""
Look = Callable[[Entries, Search], Iterable[Row]]


def find(
    query: str,
    *,
    catalogue: Sequence[Current],
    languages: Sequence[str | None] = (DEFAULT_LANGUAGE,),
    within: str = "",
    most: int = 20,
) -> tuple[Hit, ...]:
    """At most `most` requirements of the current standards, each once: those a reference names, those with all the
    words, those with the words of a standard that other words name (`27001 access rights`), those almost called so.

    Words are looked for in the wanted languages, each with its own stemming, and where a standard has none of them in
    what it is read in. `within`: the slug of the one standard to look in.
    """
    standards = {entry.id: entry for entry in catalogue if not within or entry.slug == within}
    search = Search(query, standards, spoken_in(standards.values(), languages=languages), most)
    entries = SearchEntry.objects.filter(language__in=search.languages)
    if within:
        entries = entries.filter(standard__in=list(standards))
    return look_through(entries, search, wanted=languages, by_reference=_by_reference, by_likeness=by_likeness)


def look_through(
    entries: Entries, search: Search, *, wanted: Sequence[str | None], by_reference: Look, by_likeness: Look
) -> tuple[Hit, ...]:
    """Each kind of match until there are enough; a requirement stays where it was found first."""
    found: dict[Any, Row] = {}
    if not search.query.split() or not search.standards:
        return ()
    for look in (by_reference, _by_words, _by_words_of_a_standard, by_likeness):
        if len(found) >= search.most:
            break
        _add(found, look(entries, search), search=search, wanted=wanted)
    return _hits(list(found.values())[: search.most], standards=search.standards)


def spoken_in(standards: Iterable[Current], *, languages: Sequence[str | None]) -> tuple[str, ...]:
    """The languages to look in: the wanted ones of any region, and of each standard the one it is read in."""
    wanted = {primary(code) for code in languages if code is not None}
    found: set[str] = set()
    for standard in standards:
        found |= {code for code in standard.languages if primary(code) in wanted}
        found.add(standard.language(*languages))
    return tuple(sorted(found))


def _add(found: dict[Any, Row], rows: Iterable[Row], *, search: Search, wanted: Sequence[str | None]) -> None:
    """Told in the language that its standard is read in, where it was found in that one too."""
    for row in rows:
        known = found.get(row[0])
        if known is None or (known[2] != row[2] == search.standards[row[1]].language(*wanted)):
            found[row[0]] = row


def _by_reference(entries: Entries, search: Search) -> Iterable[Row]:
    ways = readings(search.query)
    if not ways:
        return []
    order = {way.key: place for place, way in reversed(list(enumerate(ways)))}
    rows = entries.filter(keys__overlap=list(order)).values_list(*_ROW[:-1], "keys")
    return meant(rows, search=search, ways=ways)


def meant(rows: Iterable[Row], *, search: Search, ways: Sequence[Reading]) -> list[Row]:
    """Those of the rows (_ROW, keys in the place of the rank) that a reading names, the likeliest first."""
    order = {way.key: place for place, way in reversed(list(enumerate(ways)))}
    fitting = []
    for row in rows:
        standard, keys = search.standards.get(row[1]), row[-1]
        if standard and any(way.key in keys and names(way.standard_words, standard) for way in ways):
            fitting.append((min(order[key] for key in keys if key in order), standard.number, row))
    return [(*row[:-1], REFERENCE, 1.0) for _, _, row in sorted(fitting, key=lambda item: item[:2])]


def names(words: Sequence[str], standard: Current) -> bool:
    """Whether each of the words, folded, stands in what the standard is called."""
    text = fold(f"{standard.number} {standard.title} {standard.slug} {standard.slug.replace('-', ' ')}")
    return all(word in text for word in words)


def _by_words(entries: Entries, search: Search) -> Iterable[Row]:
    asked = {spoken: _query(search.query, language=spoken) for spoken in search.languages}
    condition, ranks = Q(), []
    for spoken, words in asked.items():
        condition |= Q(language=spoken, words=words)
        rank = SearchRank(F("words"), words, weights=_WEIGHTS, normalization=_BY_LENGTH)
        ranks.append(When(language=spoken, then=rank))
    rows = entries.filter(condition).annotate(rank=Case(*ranks, output_field=FloatField()))
    return _best(rows, search, match=WORDS)


def _best(rows: Entries, search: Search, *, match: str) -> list[Row]:
    """The first by rank: enough for a requirement to be found in each of the languages. Ids are in document order."""
    ordered = rows.order_by("-rank", "standard_id", "requirement_id").values_list(*_ROW)
    most = search.most * (1 + len(search.languages))
    return [(*row[:-1], match, row[-1]) for row in ordered[:most] if row[1] in search.standards]


def _by_words_of_a_standard(entries: Entries, search: Search) -> Iterable[Row]:
    words = search.query.split()
    for end in range(len(words) - 1, 0, -1):
        for naming, others in ((words[:end], words[end:]), (words[-end:], words[:-end])):
            named = [entry.id for entry in search.standards.values() if names([fold(word) for word in naming], entry)]
            if named:
                return _by_words(entries.filter(standard_id__in=named), replace(search, query=" ".join(others)))
    return []


def _query(text: str, *, language: str) -> CombinedSearchQuery | SearchQuery:
    """The words as a search engine takes them ("a phrase", -without, or), the last one also as a beginning; as they
    are spelled, and without accents and hyphens.
    """
    plain = spelled_plainly(text)
    query = _as_spelled(text, config=configuration(language))
    return query if plain == text else query | _as_spelled(plain, config=configuration(language))


def _as_spelled(text: str, *, config: str) -> CombinedSearchQuery | SearchQuery:
    whole = SearchQuery(text, search_type="websearch", config=config)
    words = text.split()
    last = "".join(letter for letter in words[-1] if letter.isalnum()) if words else ""
    plain = len(last) >= 3 and words[-1] == last
    if not plain:
        return whole
    beginning = SearchQuery(f"{last}:*", search_type="raw", config=config)
    if words[:-1]:
        return whole | (SearchQuery(" ".join(words[:-1]), search_type="websearch", config=config) & beginning)
    return whole | beginning


def by_likeness(entries: Entries, search: Search) -> Iterable[Row]:
    """Those with a title in which words stand that are nearly those of the query (word similarity over 0.6)."""
    likeness = TrigramWordSimilarity(search.query, "title")
    return _best(entries.filter(title__trigram_word_similar=search.query).annotate(rank=likeness), search, match=ALMOST)


def _hits(rows: Sequence[Row], *, standards: Mapping[Any, Current]) -> tuple[Hit, ...]:
    texts = RequirementText.objects.filter(requirement__in=[row[0] for row in rows])
    summaries, requirements = {}, {}
    for requirement, language, summary, *told in texts.values_list(*_TEXT):
        summaries[requirement, language], requirements[requirement] = summary, told
    return tuple(
        Hit(
            standard=standards[standard],
            ref=requirements[requirement][0],
            title=title,
            summary=summaries.get((requirement, language), ""),
            language=language,
            assessable=requirements[requirement][1],
            match=match,
            rank=round(rank, 4),
        )
        for requirement, standard, language, title, match, rank in rows
        if requirement in requirements
    )
