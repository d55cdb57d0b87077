"""profile.yaml (typed facts), <language>/profile.yaml (prose) and <language>/faq.yaml."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, cast

from assessments.catalogue.facts import (
    ASSURANCES,
    COST_BANDS,
    HEADLINES,
    KINDS,
    NATURES,
    NULLABLE_FACTS,
    REQUIRED_FACTS,
    SIZES,
    STATUSES,
    SUBJECTS,
    Facts,
    Named,
    Part,
    Prose,
    Question,
)
from assessments.catalogue.loader.reading import Place, open_place, read_format
from assessments.catalogue.schema import FORMAT, MINIMUM_FAQ, CatalogueFault, Vocabulary

_DATED = ("edition", "year", "confirmed", "supersedes", "reporting_deadlines_hours")
_MEASURED = ("certificate_validity_years", "audit_cycle_months")
_PENALTY_AMOUNTS = ("maximum_amount_eur", "maximum_percent_turnover")


def _nullable(place: Place | None, read: Callable[[Place], Any]) -> Any:
    return None if place is None or place.is_null else read(place)


def _penalties(place: Place) -> dict[str, Any]:
    members = place.members(required=("statutory", "basis"), optional=("formal", *_PENALTY_AMOUNTS))
    readers: dict[str, Callable[[Place], Any]] = {
        "statutory": Place.boolean,
        "formal": Place.boolean,
        "basis": Place.text,
        **{key: (lambda amount: _nullable(amount, Place.number)) for key in _PENALTY_AMOUNTS},
    }
    return {key: read(members[key]) for key, read in readers.items() if key in members}


def _months(place: Place) -> dict[str, Any]:
    members = place.members(required=("low", "high", "estimate"))
    low, high = (members[key].number() if key in members else 0 for key in ("low", "high"))
    if low > high:
        place.fault(f"low ({low}) is above high ({high})")
    return {"low": low, "high": high, "estimate": "estimate" not in members or members["estimate"].boolean()}


def _deadlines(place: Place) -> list[dict[str, Any]]:
    read = [item.members(required=("what", "hours"), optional=("within",)) for item in place.items()]
    return [
        {"what": members["what"].text(), "hours": members["hours"].number()}
        | ({"within": members["within"].text()} if "within" in members else {})
        for members in read
        if {"what", "hours"} <= members.keys()
    ]


def _sources(place: Place) -> list[dict[str, Any]]:
    readers: dict[str, Callable[[Place], Any]] = {
        "id": Place.slug,
        "title": Place.text,
        "publisher": Place.text,
        "url": Place.url,
        "date": Place.published,
        "supports": Place.texts,
    }
    sources = []
    ids: set[str] = set()
    for item in place.items(at_least=1, mild=True):
        members = item.members(required=tuple(readers))
        source = {key: read(members[key]) for key, read in readers.items() if key in members}
        if source.get("id") in ids:
            members["id"].fault(f"duplicate source id {source['id']}")
        ids.add(source.get("id", ""))
        sources.append(source)
    return sources


FACT_READERS: dict[str, Callable[[Place], Any]] = {
    "number": lambda place: place.text(at_most=80),
    "publisher": lambda place: place.text(at_most=120),
    "edition": lambda place: place.text(at_most=40),
    "year": Place.integer,
    "status": lambda place: place.choice(STATUSES),
    "confirmed": Place.integer,
    "supersedes": Place.texts,
    "kind": lambda place: place.choice(KINDS),
    "nature": lambda place: place.choice(NATURES),
    "certifiable": Place.boolean,
    "certificate_validity_years": Place.number,
    "audit_cycle_months": Place.number,
    "assurance": lambda place: place.choices(ASSURANCES),
    "jurisdictions": Place.slugs,
    "sectors": Place.slugs,
    "subject": lambda place: place.choice(SUBJECTS),
    "scope_tags": Place.slugs,
    "risk_approach": Place.slug,
    "harmonized_structure": Place.boolean,
    "penalties": _penalties,
    "reporting_deadlines_hours": _deadlines,
    "cost_band": lambda place: place.choice(COST_BANDS),
    "months": _months,
    "organisation_sizes": lambda place: place.choices(SIZES),
    "prerequisites": Place.texts,
    "builds_on": Place.texts,
    "complements": Place.texts,
    "related": Place.slugs,
    "free_of_charge": Place.boolean,
    "languages": Place.slugs,
    "source_url": Place.url,
    "sources": _sources,
}


def shared_readers(vocabulary: Vocabulary) -> dict[str, Callable[[Place], Any]]:
    """Readers of the facts whose words stand in a list of the data folder; any other word is a fault."""
    return {
        "jurisdictions": _words_of(vocabulary.jurisdictions, file="jurisdictions.yaml", whole="international"),
        "sectors": _words_of(vocabulary.sectors, file="sectors.yaml", whole="all"),
    }


def _words_of(known: Collection[str], *, file: str, whole: str) -> Callable[[Place], list[str]]:
    """`whole` is the word that leaves nothing to add to it."""

    def word(place: Place) -> str:
        slug = place.slug()
        if slug and slug not in known:
            place.fault(f"{slug} is no word of {file}")
        return slug

    def words(place: Place) -> list[str]:
        found = place.distinct(word)
        if whole in found and len(found) > 1:
            place.fault(f"{whole} stands alone")
        return found

    return words


def read_facts(path: Path, *, root: Path, vocabulary: Vocabulary, faults: list[CatalogueFault]) -> Facts:
    """The typed facts: an absent key stays absent, null stays null where it may be."""
    place = open_place(path, root=root, faults=faults)
    if place is None:
        return {}
    required = ("format", *REQUIRED_FACTS)
    members = place.members(required=required, optional=[key for key in FACT_READERS if key not in required])
    read_format(members, known=(FORMAT,))
    return _read_facts(members, readers=FACT_READERS | shared_readers(vocabulary))


def facts_at(place: Place) -> Facts:
    """The typed facts of a draft, whose authors may be the only source there is, and name places and sectors freely."""
    required = [key for key in REQUIRED_FACTS if key != "sources"]
    optional = [key for key in FACT_READERS if key not in REQUIRED_FACTS]
    return _read_facts(place.members(required=required, optional=[*optional, "sources"]), known=("edition", "year"))


def _read_facts(
    members: Mapping[str, Place],
    *,
    readers: Mapping[str, Callable[[Place], Any]] = FACT_READERS,
    known: Collection[str] = (),
) -> Facts:
    """`known`: figures that need no source."""
    facts: dict[str, Any] = {}
    for key, read in readers.items():
        if key in members:
            facts[key] = _nullable(members[key], read) if key in NULLABLE_FACTS else read(members[key])
    _check_sources(facts, members=members, known=known)
    return cast("Facts", facts)


def figures(facts: Mapping[str, Any]) -> list[str]:
    """The keys that state a figure or a date and so need a source. Estimates and "does not apply" state none."""
    penalties = facts.get("penalties") or {}
    months = facts.get("months") or {"estimate": True}
    stated = [key for key in _DATED if facts.get(key)]
    stated += [key for key in _MEASURED if facts.get(key) is not None]
    stated += [f"penalties.{key}" for key in _PENALTY_AMOUNTS if penalties.get(key) is not None]
    return stated if months["estimate"] else [*stated, "months"]


def _check_sources(facts: Mapping[str, Any], *, members: Mapping[str, Place], known: Collection[str]) -> None:
    supported = {key for source in facts.get("sources", ()) for key in source.get("supports", ())}
    for figure in figures(facts):
        key = figure.partition(".")[0]
        if not {figure, key} & {*supported, *known}:
            members[key].mildly().fault(f"no source supports {figure}; name it in the supports of one")


def _named(place: Place) -> Named:
    members = place.members(required=("name", "text"))
    return {"name": _text(members, "name"), "text": _text(members, "text")}


def _part(place: Place, *, at_least: int, at_most: int) -> Part:
    members = place.members(required=("text", "items"))
    items = members["items"].items(at_least=at_least, at_most=at_most, mild=True) if "items" in members else []
    return {"text": _text(members, "text"), "items": [_named(item) for item in items]}


def _text(members: Mapping[str, Place], key: str) -> str:
    return members[key].text() if key in members else ""


def _texts_of(place: Place, *keys: str) -> dict[str, str]:
    members = place.members(required=keys)
    return {key: _text(members, key) for key in keys}


def _phase(place: Place) -> dict[str, Any]:
    members = place.members(required=("name", "months", "work"))
    months = [item.number() for item in members["months"].items(at_least=2, at_most=2)] if "months" in members else []
    if len(months) == 2 and months[0] > months[1]:
        members["months"].fault("low is above high")
    return {"name": _text(members, "name"), "months": months, "work": _text(members, "work")}


def _implementation(place: Place) -> dict[str, Any]:
    words = ("overview", "applies_to", "needs", "audits")
    members = place.members(required=(*words, "phases"))
    phases = members["phases"].items(at_least=4, at_most=6, mild=True) if "phases" in members else []
    return {key: _text(members, key) for key in words} | {"phases": [_phase(item) for item in phases]}


_PROSE_READERS: Mapping[str, Callable[[Place], Any]] = {
    "title": lambda place: place.text(at_most=300),
    "short_name": Place.text,
    "one_line": Place.text,
    "verdict": lambda place: _texts_of(place, "what_for", "who_adopts"),
    "definition": Place.text,
    **{key: (lambda place: _texts_of(place, "short", "text")) for key in HEADLINES},
    "key_features": lambda place: [_named(item) for item in place.items(at_least=5, at_most=5, mild=True)],
    "key_components": lambda place: _part(place, at_least=4, at_most=8),
    "why_used": lambda place: _part(place, at_least=4, at_most=6),
    "implementation": _implementation,
}


def read_prose(path: Path, *, root: Path, faults: list[CatalogueFault]) -> Prose:
    place = open_place(path, root=root, faults=faults)
    return prose_at(place) if place else cast("Prose", {})


def prose_at(place: Place) -> Prose:
    """A profile's words; a draft may lack any of them."""
    members = place.members(wanted=tuple(_PROSE_READERS))
    return cast("Prose", {key: read(members[key]) for key, read in _PROSE_READERS.items() if key in members})


def read_faq(path: Path, *, root: Path, faults: list[CatalogueFault]) -> tuple[Question, ...]:
    place = open_place(path, root=root, faults=faults)
    return faq_at(place) if place else ()


def faq_at(place: Place) -> tuple[Question, ...]:
    items = place.items(at_least=MINIMUM_FAQ, mild=True)
    return tuple(cast("Question", _texts_of(item, "question", "answer")) for item in items)
