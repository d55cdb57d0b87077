"""One way an answer can come: from the same requirement elsewhere, from another state of it, or over a crosswalk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from assessments.catalogue.crosswalk import COVERS_TARGET, LinkGroup
from assessments.inheritance.mapping import carried_level

FULL: Final = "full"
PARTIAL: Final = "partial"
Kind = Literal["same", "unchanged", "crosswalk", "reworded"]
KINDS: Final[tuple[Kind, ...]] = ("same", "unchanged", "crosswalk", "reworded")
"""Best first: the very requirement, its words unchanged in another state of the standard, linked, reworded."""

CAPPED: Final = "The link covers this requirement in part only, so the level is held to the middle of the scale."
MOVED: Final = "The scales differ: the level is the highest one that stands no further up its scale than the source's."
LOWEST: Final = "Several answers are meant together; the lowest of them is carried."
REWORDED: Final = "The requirement's words have changed since. Look again before you confirm."
SUCCESSION: Final = "The two are editions of one framework."


@dataclass(frozen=True, slots=True)
class Given:
    """An answer given in another assessment. `level` is the validated one where a reviewer gave it."""

    answer_id: UUID
    assessment_id: UUID
    assessment_name: str
    standard: str
    number: str
    standard_id: UUID
    ref: str
    level: float | None
    applicable: bool
    reason: str
    note: str
    state: str
    validated: bool
    answered_at: str
    scale: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Requirement:
    """The requirement an offer is for, and the scale its answer is given on."""

    ref: str
    scale: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """How an answer comes here. `relation` reads from what was answered to this requirement.

    carries     full: confirming claims what was answered; partial: a beginning, to be looked at
    missing     refs that the link means as well and that nobody has answered
    words       what was done to the level, in sentences
    """

    kind: Kind
    carries: str
    level: float | None
    applicable: bool
    reason: str
    givens: tuple[Given, ...]
    relation: str | None = None
    crosswalk: str | None = None
    crosswalk_of: str | None = None
    group: int | None = None
    rationale: str = ""
    missing: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def validated(self) -> bool:
        return all(given.validated for given in self.givens)

    @property
    def grade(self) -> str:
        """high: full, and a reviewer saw what it rests on; medium: full, self-assessed; low: partial."""
        if self.carries != FULL:
            return "low"
        return "high" if self.validated else "medium"

    @property
    def confidence(self) -> str:
        seen = "validated by a reviewer" if self.validated else "self-assessed"
        said = _SAYS[self.kind] if self.carries == FULL else _SAYS_PARTLY[self.kind]
        if self.crosswalk_of == "own":
            said = said.replace(_REVIEWED, _OWN)
        return f"{said}, {seen}."

    @property
    def rank(self) -> tuple[Any, ...]:
        """Smaller is better: full before partial, the nearer kind, seen by a reviewer, the more."""
        newest = max(given.answered_at for given in self.givens)
        return (
            self.carries != FULL,
            KINDS.index(self.kind),
            not self.validated,
            len(self.missing),
            -(self.level or 0),
            _backwards(newest),
            self.group or 0,
        )


_REVIEWED: Final = "A reviewed link"
_OWN: Final = "A link that the organisation has reviewed itself"
_SAYS: Final[Mapping[Kind, str]] = {
    "same": "The same requirement of the same edition",
    "unchanged": "The same requirement, its words unchanged",
    "crosswalk": f"{_REVIEWED} says that meeting the source meets this requirement",
    "reworded": "An earlier wording of this requirement",
}
_SAYS_PARTLY: Final[Mapping[Kind, str]] = {
    **_SAYS,
    "crosswalk": f"{_REVIEWED} covers this requirement in part",
}


def route_from_itself(given: Given, *, to: Requirement, unchanged: bool, same_edition: bool) -> Route:
    """From the requirement of the same ref, in this edition's state or another one."""
    kind: Kind = "same" if same_edition else "unchanged" if unchanged else "reworded"
    level, words = _carried([given], to=to, partial=False)
    if kind == "reworded":
        words = (*words, REWORDED)
    carries = PARTIAL if kind == "reworded" else FULL
    return Route(kind, carries, level, given.applicable, given.reason, (given,), words=words)


def route_over_link(  # what a link consists of
    group: LinkGroup,
    *,
    name: str,
    of: str,
    number: int,
    givens: Sequence[Given],
    missing: Sequence[str],
    rationale: str,
    succession: bool,
    to: Requirement,
) -> Route | None:
    """Over a group read from what was answered to this requirement; None where no answer has a level.

    It is full where meeting the group's left side meets its right side and all of the left side is answered.
    """
    levelled = [given for given in givens if given.level is not None]
    if not levelled:
        return None
    partial = group.relation not in COVERS_TARGET or bool(missing)
    level, words = _carried(levelled, to=to, partial=partial)
    if succession:
        words = (*words, SUCCESSION)
    return Route(
        kind="crosswalk",
        carries=PARTIAL if partial else FULL,
        level=level,
        applicable=True,
        reason="",
        givens=tuple(levelled),
        relation=group.relation,
        crosswalk=name,
        crosswalk_of=of,
        group=number,
        rationale=rationale,
        missing=tuple(missing),
        words=words,
    )


def _carried(givens: Sequence[Given], *, to: Requirement, partial: bool) -> tuple[float | None, tuple[str, ...]]:
    mapped = [
        carried_level(given.level, of=given.scale, to=to.scale, partial=partial)
        for given in givens
        if given.level is not None
    ]
    if not mapped:
        return None, ()
    words = []
    if len(mapped) > 1:
        words.append(LOWEST)
    if any(found.moved for found in mapped):
        words.append(MOVED)
    if any(found.capped for found in mapped):
        words.append(CAPPED)
    return float(min(found.level for found in mapped)), tuple(words)


def _backwards(moment: str) -> tuple[int, ...]:
    """Sorts ISO texts newest first."""
    return tuple(-ord(character) for character in moment)
