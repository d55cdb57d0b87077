"""What was sent as a crosswalk, held against both standards: a document without faults, or every fault. Pure.

The shape is that of the catalogue's files (assessments/catalogue/FORMAT.md) as JSON, with less that is needed: only the
two standards and the groups must be there. Places are JSON pointers into what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from assessments.catalogue.crosswalk import RELATIONS, CrosswalkDocument, CrosswalkSource, LinkGroup, Side
from assessments.catalogue.drafts.content import ContentFault
from assessments.catalogue.drafts.values import LONGEST, Value
from assessments.catalogue.importing.result import MOST_LINKS, MOST_REFS
from assessments.catalogue.own_crosswalks.states import OWN_PROVENANCES, REVIEWED, SUGGESTED

MOST_GROUPS: Final = MOST_LINKS
MOST_PAIRS: Final = 50_000
MOST_SOURCES: Final = 100
LONGEST_WORDS: Final = 4_000
"""Of a rationale or method in one language."""
MEMBERS: Final = (
    "source", "target", "provenance", "method", "reviewed_on", "sources", "succession", "titles", "groups",
)  # fmt: skip
_GROUP: Final = ("from", "to", "relation", "provenance", "rationale")
_SOURCE: Final = ("id", "title", "publisher", "url", "date", "supports")
_SLUG: Final = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_URL: Final = re.compile(r"https?://[^\s/]+\S*")

Sides = Mapping[str, Side]
"""Slug → standard, of those that the organisation sees."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`document` is there where nothing is at fault; what only had better be there is a warning."""

    document: CrosswalkDocument | None
    faults: tuple[ContentFault, ...]
    warnings: tuple[ContentFault, ...]


def slugs_in(body: Mapping[str, Any]) -> list[str]:
    """The standards that a body names, as far as they can be read: those that `check` wants to be given."""
    return [slug for slug in (body.get("source"), body.get("target")) if isinstance(slug, str) and len(slug) <= 80]


def check(body: Mapping[str, Any], *, sides: Sides, today: date) -> Checked:
    """Hold a crosswalk as it was sent against the standards it names. Nothing is raised for what is wrong."""
    checker = _Checker(sides=sides, today=today)
    document = checker.read(Value(body, "", checker.faults))
    return Checked(None if checker.faults else document, tuple(checker.faults), tuple(checker.warnings))


def body_of(document: CrosswalkDocument) -> dict[str, Any]:
    """A document as it would be sent: `check` reads it back."""
    body: dict[str, Any] = {
        "source": document.source,
        "target": document.target,
        "provenance": document.provenance,
        "method": dict(document.method),
        "reviewed_on": document.reviewed_on or None,
        "sources": [dict(source) for source in document.sources],
        "succession": document.succession,
        "titles": {"source": dict(document.source_titles), "target": dict(document.target_titles)},
        "groups": [
            {
                "from": list(group.source),
                "to": list(group.target),
                "relation": group.relation,
                "provenance": group.provenance,
                "rationale": dict(group.rationale),
            }
            for group in document.groups
        ],
    }
    return body


@dataclass
class _Checker:
    sides: Sides
    today: date
    faults: list[ContentFault] = field(default_factory=list)
    warnings: list[ContentFault] = field(default_factory=list)
    _pairs: dict[tuple[str, str], int] = field(default_factory=dict)
    _named: dict[str, set[str]] = field(default_factory=lambda: {"source": set(), "target": set()})

    def read(self, place: Value) -> CrosswalkDocument:
        members = place.members(*MEMBERS, required=("source", "target", "groups"))
        sides = {key: self._side(members.get(key)) for key in ("source", "target")}
        if sides["source"] and sides["source"] is sides["target"]:
            members["target"].fault("a standard has no crosswalk to itself")
        provenance = self._choice(members.get("provenance"), OWN_PROVENANCES) or SUGGESTED
        titles = self._titles(members.get("titles"), sides=sides)
        groups = self._groups(members.get("groups"), sides=sides, titles=titles, provenance=provenance)
        self._check_titles(members.get("titles"), titles=titles)
        method = self._words(members.get("method"))
        if not method:
            self._warn(place, "method", "says nothing of how the relations were judged")
        return CrosswalkDocument(
            source=_text(members.get("source")),
            target=_text(members.get("target")),
            provenance=REVIEWED if any(group.counts for group in groups) else SUGGESTED,
            method=method,
            reviewed_on=self._reviewed_on(members.get("reviewed_on"), groups=groups),
            sources=self._sources(members.get("sources")),
            groups=tuple(groups),
            succession=members["succession"].boolean() if "succession" in members else False,
            source_titles=titles["source"],
            target_titles=titles["target"],
        )

    def _warn(self, place: Value, key: str | int, message: str, *, ref: str = "") -> None:
        self.warnings.append(ContentFault(place.at(key, None).pointer, ref, message))

    def _side(self, place: Value | None) -> Side | None:
        if place is None:
            return None
        slug = place.text(at_most=LONGEST["slug"])
        side = self.sides.get(slug)
        if side is None and slug:
            place.fault(f"there is no standard {slug}, in the catalogue or among your own")
        return side

    def _choice(self, place: Value | None, choices: Sequence[str]) -> str:
        if place is None:
            return ""
        told = place.text(at_most=LONGEST["word"])
        if told in choices:
            return told
        near = get_close_matches(told.lower(), choices, n=1)
        meant = f"; {near[0]} may be meant" if near else ""
        place.fault(f"must be one of {', '.join(choices)}{meant}")
        return ""

    def _words(self, place: Value | None) -> dict[str, str]:
        if place is None:
            return {}
        words = place.by_language(lambda value: value.text(at_most=LONGEST_WORDS))
        return {language: text for language, text in words.items() if text}

    def _reviewed_on(self, place: Value | None, *, groups: Sequence[LinkGroup]) -> str:
        """Today unless told; empty where no group is reviewed."""
        reviewed = any(group.counts for group in groups)
        if place is None or place.value is None:
            return self.today.isoformat() if reviewed else ""
        told = self._date(place)
        if told and told > self.today:
            place.fault("lies in the future")
        if not reviewed:
            self.warnings.append(ContentFault(place.pointer, "", "no group is reviewed, so this is left out"))
            return ""
        return told.isoformat() if told else ""

    def _date(self, place: Value) -> date | None:
        try:
            return date.fromisoformat(place.text(at_most=10))
        except ValueError:
            place.fault("must be a date as 2026-11-23")
            return None

    def _sources(self, place: Value | None) -> tuple[CrosswalkSource, ...]:
        found: list[CrosswalkSource] = []
        for item in place.items(at_most=MOST_SOURCES) if place else ():
            members = item.members(*_SOURCE, required=[name for name in _SOURCE if name != "date"])
            source: CrosswalkSource = {}
            for key, value in members.items():
                if key == "date":
                    told = self._date(value)
                    source["date"] = told.isoformat() if told else ""
                else:
                    source[key] = value.text(at_most=1000)  # type: ignore[literal-required] # of _SOURCE
            if "id" in source and not _SLUG.fullmatch(source["id"]):
                members["id"].fault("must be small letters, digits and hyphens")
            if any(other.get("id") == source.get("id") for other in found):
                item.fault(f"{source.get('id')} stands twice")
            if "url" in source and not _URL.fullmatch(source["url"]):
                members["url"].fault("must be an http(s) address")
            found.append(source)
        return tuple(found)

    def _titles(self, place: Value | None, *, sides: Mapping[str, Side | None]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {"source": {}, "target": {}}
        for key, of_side in (place.members("source", "target") if place else {}).items():
            side = sides[key]
            if not isinstance(of_side.value, dict):
                of_side.fault("must be an object with a title for each ref")
            elif side and side.has_tree and of_side.value:
                of_side.fault(f"{side.slug} has its titles in the catalogue; take these away")
            else:
                for ref, title in of_side.value.items():
                    found[key][ref] = of_side.at(ref, title).text(at_most=LONGEST["title"])
        return found

    def _check_titles(self, place: Value | None, *, titles: Mapping[str, Mapping[str, str]]) -> None:
        """A title of a ref that no group names is one for a ref that was mistyped, or forgotten."""
        for key, of_side in titles.items():
            for ref in of_side:
                if ref not in self._named[key] and place is not None:
                    self._warn(place.at(key, None), ref, "no group names this ref", ref=ref)

    def _groups(
        self,
        place: Value | None,
        *,
        sides: Mapping[str, Side | None],
        titles: Mapping[str, Mapping[str, str]],
        provenance: str,
    ) -> list[LinkGroup]:
        items = place.items(at_most=MOST_GROUPS) if place else []
        if place is not None and place.value == []:
            place.fault("must not be empty")
        groups = []
        for number, item in enumerate(items):
            members = item.members(*_GROUP, required=("from", "to", "relation"))
            refs = {
                key: self._refs(members.get(name), side=sides[key], titles=titles[key], key=key)
                for key, name in (("source", "from"), ("target", "to"))
            }
            self._note_pairs(item, number=number, source=refs["source"], target=refs["target"])
            rationale = self._words(members.get("rationale"))
            if not rationale:
                self._warn(item, "rationale", "says nothing of why the two relate so")
            told = self._choice(members.get("provenance"), OWN_PROVENANCES) or provenance
            relation = self._choice(members.get("relation"), RELATIONS)
            groups.append(LinkGroup(refs["source"], refs["target"], relation, told, rationale))
        if len(self._pairs) > MOST_PAIRS and place is not None:
            place.fault(f"link {len(self._pairs):,} pairs of refs, and at most {MOST_PAIRS:,} are kept")
        return groups

    def _refs(self, place: Value | None, *, side: Side | None, titles: Mapping[str, str], key: str) -> tuple[str, ...]:
        found: list[str] = []
        for item in place.items(at_most=MOST_REFS) if place else ():
            ref = item.text(at_most=LONGEST["ref"])
            if ref in found:
                item.fault(f"{ref} stands here twice")
            elif side is not None and (wrong := wrong_ref(ref, side=side, titles=titles)):
                self.faults.append(ContentFault(item.pointer, ref, wrong))
            found.append(ref)
        if place is not None and place.value == []:
            place.fault("must not be empty")
        self._named[key] |= set(found)
        return tuple(dict.fromkeys(found))

    def _note_pairs(self, item: Value, *, number: int, source: Sequence[str], target: Sequence[str]) -> None:
        if len(self._pairs) > MOST_PAIRS:
            return
        for pair in ((a, b) for a in source for b in target):
            if pair in self._pairs:
                message = f"{pair[0]} and {pair[1]} are already linked at /groups/{self._pairs[pair]}"
                self.faults.append(ContentFault(item.pointer, pair[0], message))
            self._pairs.setdefault(pair, number)


def wrong_ref(ref: str, *, side: Side, titles: Mapping[str, str]) -> str:
    """What keeps a ref from being linked; "" for nothing."""
    if not ref:
        return "must not be empty"
    if not side.has_tree:
        return "" if titles.get(ref) else f"{side.slug} has no list of requirements here, so {ref} needs a title"
    if ref in side.withdrawn:
        instead = ", ".join(side.withdrawn[ref])
        return f"{ref} is withdrawn from {side.slug}, {f'use {instead}' if instead else 'without a successor'}"
    if ref not in side.leaves:
        return f"{side.slug} has no {ref}"
    if not side.leaves[ref]:
        return f"nothing assessable stands under {ref} of {side.slug}"
    return ""


def _text(place: Value | None) -> str:
    return place.value if place is not None and isinstance(place.value, str) else ""
