"""Standards and refs as files of others name them, found among ours. Pure.

What tells one name from another is the order of its letters and numbers (`search.references`): `iso27001-2022`, the end
of a URN, is `iso-27001-2022`, `ac-2.1` is `AC-2(1)`, and `5.1.a` is `Art. 5(1)(a)`. A name that could be two of ours is
none of them: somebody has to say which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from assessments.catalogue.crosswalk import Side
from assessments.catalogue.drafts.content import ContentFault
from assessments.catalogue.drafts.values import LONGEST
from assessments.catalogue.importing.result import MOST_REFS
from assessments.catalogue.own_crosswalks.checking import MOST_PAIRS, wrong_ref
from assessments.catalogue.own_crosswalks.states import SUGGESTED
from assessments.catalogue.search.references import NAMING_WORDS, reference_key
from assessments.exporting.oscal import ref_of

_OUR_ADDRESS: Final = re.compile(r"/standards/([a-z0-9.-]+)/")
_ENDING: Final = re.compile(r"\.(json|xml|ya?ml|csv|xlsx)$", re.IGNORECASE)
_PUBLISHERS: Final = frozenset({"iso", "iec", "en", "din"})
SIDES: Final = ("source", "target")


@dataclass(frozen=True, slots=True)
class Named:
    """A standard that could be meant."""

    slug: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class MatchedCrosswalk:
    """`body` as `checking.check` reads it, with the groups that could be matched; what could not be is in `lost`."""

    body: dict[str, Any]
    lost: tuple[ContentFault, ...]


def standard_meant(side: Mapping[str, Any], *, among: Iterable[Named]) -> str:
    """The slug of the one standard that a side of an imported crosswalk names, "" for none or several.

    `side`: {name, title, slug?}: an address, URN or file name, a title, and the slug where the file tells it.
    """
    known = {entry.slug: entry for entry in among}
    told = str(side.get("slug") or "")
    address = _OUR_ADDRESS.search(str(side.get("name") or ""))
    for slug in (told, address[1] if address else ""):
        if slug in known:
            return slug
    wanted = {_name_key(text) for text in _names_of(side)} - {""}
    found = {
        entry.slug
        for entry in known.values()
        if wanted & {_name_key(entry.slug), _name_key(entry.number), _name_key(entry.title)}
    }
    return found.pop() if len(found) == 1 else ""


def match_crosswalk(imported: Mapping[str, Any], *, source: Side, target: Side) -> MatchedCrosswalk:
    """An imported crosswalk (`importing.packing.crosswalk_as_json`) with our slugs and refs, all of it suggested.

    Left out, with its place in the file: a ref that the standard does not have, a group with nothing left on one side,
    a pair of refs that an earlier group has linked already, and what is more than a crosswalk may hold.
    """
    lost: list[ContentFault] = []
    has_ids = not imported.get("exact")
    finders = (RefFinder(source, has_ids=has_ids), RefFinder(target, has_ids=has_ids))
    told_titles = imported.get("titles") or {}
    titles: tuple[dict[str, str], dict[str, str]] = ({}, {})
    pairs: set[tuple[str, str]] = set()
    groups = []
    for number, entry in enumerate(imported["groups"]):
        place = str(entry.get("place") or f"/groups/{number}")
        sides = []
        for side, finder, refs, named in zip(SIDES, finders, (entry["from"], entry["to"]), titles, strict=True):
            found, missing = finder.find(refs)
            lost += [ContentFault(place, ref, why) for ref, why in missing]
            if not finder.side.has_tree:
                named.update({ref: told_titles.get(side, {}).get(ref, ref) for ref in found})
            # A group says what its refs mean together: without one of them nobody knows what the others mean.
            sides.append(() if missing else found)
        left, right = sides
        if not left or not right:
            continue
        if unfit := _too_many(left, right, linked=len(pairs)):
            lost.append(ContentFault(place, left[0], unfit))
            continue
        if twice := next(((a, b) for a in left for b in right if (a, b) in pairs), None):
            lost.append(ContentFault(place, twice[0], f"{twice[0]} and {twice[1]} are linked before; the first counts"))
            continue
        pairs |= {(a, b) for a in left for b in right}
        rationale = {language: words[:4000] for language, words in entry.get("rationale", {}).items()}
        groups.append(
            {"from": list(left), "to": list(right), "relation": entry["relation"], "provenance": SUGGESTED}
            | ({"rationale": rationale} if rationale else {})
        )
    method = str(imported.get("method") or "")[:4000]
    named_refs = {
        key: {ref for group in groups for ref in group[name]} for key, name in (("source", "from"), ("target", "to"))
    }
    body = {
        "source": source.slug,
        "target": target.slug,
        "provenance": SUGGESTED,
        "titles": {
            key: {ref: title for ref, title in named.items() if ref in named_refs[key]}
            for key, named in zip(("source", "target"), titles, strict=True)
        },
        "groups": groups,
    }
    return MatchedCrosswalk(body | ({"method": {"en": method}} if method else {}), tuple(lost))


def _too_many(left: Sequence[str], right: Sequence[str], *, linked: int) -> str:
    """Why a group cannot be kept beside the pairs `linked` so far; asked before its own pairs are made."""
    if (most := max(len(left), len(right))) > MOST_REFS:
        return f"has {most:,} references on one side, and a link may have {MOST_REFS}"
    if linked + len(left) * len(right) > MOST_PAIRS:
        return f"would be past the {MOST_PAIRS:,} pairs of references that a crosswalk may link"
    return ""


class RefFinder:
    """The refs of one standard by every way to write them. `has_ids`: ids of OSCAL may stand for them."""

    def __init__(self, side: Side, *, has_ids: bool) -> None:
        self.side = side
        self._has_ids = has_ids
        self._by_key: dict[str, set[str]] = {}
        for ref in {**side.leaves, **side.withdrawn}:
            for key in _ref_keys(ref):
                self._by_key.setdefault(key, set()).add(ref)

    def find(self, given: Sequence[str]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
        """Refs of ours, and (as it was written, why not) of those that are none."""
        found, missing = [], []
        for written in given:
            ref, why = self._one(written)
            if why:
                missing.append((written[: LONGEST["ref"]], why))
            else:
                found.append(ref)
        return tuple(dict.fromkeys(found)), missing

    def _one(self, written: str) -> tuple[str, str]:
        ways = (written, ref_of(written)) if self._has_ids else (written,)
        if not self.side.has_tree:
            ref = ways[-1].strip()
            return (ref, "") if 0 < len(ref) <= LONGEST["ref"] else ("", f"“{written[:60]}” is too long for a ref")
        known = self.side.leaves.keys() | self.side.withdrawn.keys()
        for ref in ways:
            if ref in known:
                return ref, wrong_ref(ref, side=self.side, titles={})
        for key in dict.fromkeys(key for way in ways for key in _ref_keys(way)):
            found = self._by_key.get(key, set())
            if len(found) == 1:
                [ref] = found
                return ref, wrong_ref(ref, side=self.side, titles={})
            if found:
                some = ", ".join(sorted(found)[:3])
                return "", f"“{written[:60]}” could be {some} of {self.side.slug}"
        return "", f"{self.side.slug} has no “{written[:60]}”"


def _ref_keys(ref: str) -> list[str]:
    """The letters and numbers of a ref, and the same without words as `Art.`, which are left out as often as not."""
    key = reference_key(ref)
    short = ".".join(token for token in key.split(".") if token not in NAMING_WORDS)
    return [one for one in dict.fromkeys((key, short)) if one]


def _names_of(side: Mapping[str, Any]) -> list[str]:
    name, title = str(side.get("name") or "")[:1000], str(side.get("title") or "")[:1000]
    last = _ENDING.sub("", re.split(r"[:/\\#]", name.rstrip("/"))[-1])
    return [last, title, title.partition(":")[0] if title.count(":") > 1 else title]


def _name_key(text: str) -> str:
    """`ISO/IEC 27001:2022` and `iso27001-2022` alike."""
    tokens = reference_key(text).split(".")
    if "iso" in tokens:
        tokens = [token for token in tokens if token not in _PUBLISHERS]
        return ".".join(["iso", *tokens])
    return ".".join(tokens)
