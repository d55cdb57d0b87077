"""A table of links held against its two standards: each reference becomes the ref it means, or a fault at its place.

A file of others that brings a crosswalk along is taken as far as it goes (`matching`); in a table of one's own every
row counts, so that nothing of it is kept where one is wrong. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from assessments.catalogue.crosswalk import Side
from assessments.catalogue.importing.report import FAULT, Report
from assessments.catalogue.own_crosswalks.checking import MOST_PAIRS, check
from assessments.catalogue.own_crosswalks.matching import SIDES, RefFinder, match_crosswalk

_GROUP: Final = re.compile(r"/groups/(\d+)(?:/(from|to))?.*")
_SIDE_OF: Final = {"from": "source", "to": "target"}
_PAST_ALL: Final = f"all rows together link more than {MOST_PAIRS:,} pairs of references, and that many are kept"
MOST_FAULTS: Final = 5_000
"""After so many nobody reads on, and the rest of the table is not looked at."""
_NO_MORE: Final = f"more than {MOST_FAULTS:,} references are unknown; from here on none is looked at"

Group = dict[str, Any]


@dataclass
class LinkTable:
    """A table of links as the reader of imports told it, and the two standards it is about.

    `columns`: field → heading (`importing.tabular.link_fields`).
    """

    imported: Mapping[str, Any]
    source: Side
    target: Side
    columns: Mapping[str, str]
    file: str
    report: Report = field(default_factory=Report)

    def held(self, *, today: date) -> dict[str, Any]:
        """The crosswalk with refs of the two standards, each pair of them once. What is wrong stands in `report`."""
        finders = {
            side: RefFinder(standard, has_ids=False)
            for side, standard in zip(SIDES, (self.source, self.target), strict=True)
        }
        titles: dict[str, dict[str, str]] = {side: {} for side in SIDES}
        first: dict[tuple[str, str], Group] = {}
        groups: list[Group] = []
        pairs = 0
        for entry in self.imported["groups"]:
            found = {key: self._found(entry, key, finders[side], titles[side]) for key, side in _SIDE_OF.items()}
            group = {**entry, **{key: list(refs) for key, refs in found.items()}}
            if self.report.counts[FAULT] > MOST_FAULTS:
                self.report.fault(_NO_MORE, file=self.file, place=group["place"])
                break
            pairs += len(group["from"]) * len(group["to"])
            if pairs > MOST_PAIRS:
                self.report.fault(_PAST_ALL, file=self.file, place=group["place"])
                break
            if all(found.values()) and not self._is_said(group, first):
                first |= {(a, b): group for a in group["from"] for b in group["to"]}
                groups.append(group)
        held = {**self.imported, "groups": groups, "titles": titles}
        if not self.report.refused:
            self._check(held, today=today)
        return held

    def _found(self, entry: Group, key: str, finder: RefFinder, titles: dict[str, str]) -> tuple[str, ...]:
        """What the references of one cell mean; nothing where one of them means nothing."""
        side = _SIDE_OF[key]
        found, missing = finder.find(entry[key])
        for _, why in missing:
            self.report.fault(why, file=self.file, place=self._place(entry, side))
        if not finder.side.has_tree:
            told = self.imported.get("titles", {}).get(side, {})
            titles.update({ref: told[ref] for ref in found if ref in told})
        return () if missing else found

    def _is_said(self, group: Group, first: Mapping[tuple[str, str], Group]) -> bool:
        """Whether an earlier row links any of its pairs; which of the two counts is told."""
        twice = next(((a, b) for a in group["from"] for b in group["to"] if (a, b) in first), None)
        if twice is None:
            return False
        other = first[twice]
        where, what = other["place"], f"{twice[0]} and {twice[1]}"
        if any(set(group[key]) != set(other[key]) for key in _SIDE_OF):
            words = f"{what} are linked in {where} already; that counts, and this row is left out"
            self.report.warning(words, file=self.file, place=group["place"], kind="rows that link again")
        elif group["relation"] != other["relation"]:
            words = f"{what} are {other['relation']} in {where}; that counts, and {group['relation']} is left out"
            self.report.warning(words, file=self.file, place=group["place"], kind="rows that contradict another")
        else:
            words = f"says what {where} says; it is left out"
            self.report.note(words, file=self.file, place=group["place"], kind="rows that stand twice")
        return True

    def _check(self, held: Mapping[str, Any], *, today: date) -> None:
        """What the checks of own crosswalks find wrong with the whole, told at the places of the table."""
        body = match_crosswalk(held, source=self.source, target=self.target).body
        sides = {self.source.slug: self.source, self.target.slug: self.target}
        for fault in check(body, sides=sides, today=today).faults:
            place = ""
            if named := _GROUP.fullmatch(fault.pointer):
                group = held["groups"][int(named[1])]
                place = self._place(group, _SIDE_OF[named[2]]) if named[2] else group["place"]
            self.report.fault(fault.message, file=self.file, place=place or fault.pointer)

    def _place(self, entry: Group, side: str) -> str:
        return f"{entry['place']}, column {self.columns.get(f'{side}_ref', side)}"
