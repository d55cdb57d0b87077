"""How much two standards have in common, and what that may save.

Counted from a reviewed or official crosswalk where there is one; else estimated by theme, and called an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assessments.catalogue.comparison.crossing import Crossing, swap_crossing
from assessments.catalogue.comparison.profiles import StandardProfile

BASIS = "theme estimate"
NOTE = (
    "There is no reviewed crosswalk between these two standards yet, so the overlap is estimated from themes: for each "
    "theme the smaller of the two shares of assessable requirements, added up."
)
SUGGESTED_NOTE = (
    "What links these two standards so far are suggestions that nobody has reviewed, and they enter no figure. The "
    "overlap is estimated from themes: for each theme the smaller of the two shares of assessable requirements, added "
    "up."
)
REVIEWED_BASIS = "reviewed crosswalk"
OFFICIAL_BASIS = "official crosswalk"
COUNTED_NOTE = (
    "Counted from the {basis} between these two standards: the requirements on both sides that at least one link "
    "touches, over all assessable requirements of both."
)
ONE_TREE_NOTE = (
    "There is a {basis} between these two standards. At least one of them has no list of requirements here, so what is "
    "linked is counted and no share of the whole is told."
)
NO_BASIS = "none"
NO_NOTE = "At least one of these two standards has no list of requirements here, so no overlap is estimated."
EFFORT_NOTE = "Estimate: typical months x (1 - 0.7 x overlap)."
COUNTED_EFFORT_NOTE = (
    "Estimate: typical months x (1 - 0.7 x share of the second standard that links from the first touch)."
)
REUSE = 0.7
"""The part of covered work that is taken to be reusable; an assumption, stated with every figure made from it."""
TOP_THEMES = 8


@dataclass(frozen=True, slots=True)
class ThemeShare:
    """A theme's share of the assessable requirements of each side, 0 to 1."""

    theme: str
    name: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class EffortSpan:
    """Months for a standard when the other is in place already; always an estimate."""

    low: float
    high: float
    estimate: bool = True


@dataclass(frozen=True, slots=True)
class Overlap:
    """`share` is 0 to 1: with a crosswalk what both sides have touched over what both have, else the theme estimate.
    `strict_share` counts what a crosswalk covers wholly instead; no theme tells that.

    It is None where a side has no tree. The effort for a side is None where its coverage is unknown, and where its
    months are not stated or do not apply. `crosswalk` is None where none is in the catalogue; with suggestions alone in
    it, it is told and nothing rests on it.
    """

    basis: str
    note: str
    share: float | None
    shared_themes: tuple[ThemeShare, ...]
    themes_only_a: tuple[ThemeShare, ...]
    themes_only_b: tuple[ThemeShare, ...]
    a_after_b: EffortSpan | None
    b_after_a: EffortSpan | None
    effort_note: str
    crosswalk: Crossing | None = None
    strict_share: float | None = None

    @property
    def is_counted(self) -> bool:
        """Whether it rests on a crosswalk, and not on themes."""
        return self.crosswalk is not None and self.crosswalk.counted > 0


def overlap_of(
    a: StandardProfile, b: StandardProfile, *, theme_names: Mapping[str, str], crossing: Crossing | None = None
) -> Overlap:
    """The overlap of two standards; `crossing` is the crosswalk between them, read from a to b."""
    found = _by_theme(a, b, theme_names=theme_names)
    if crossing is None:
        return found
    if not crossing.counted:
        note = SUGGESTED_NOTE if found.basis == BASIS else found.note
        return replace(found, note=note, crosswalk=crossing)
    basis = REVIEWED_BASIS if crossing.reviewed else OFFICIAL_BASIS
    note = (ONE_TREE_NOTE if crossing.share is None else COUNTED_NOTE).format(basis=basis)
    return replace(
        found,
        basis=basis,
        note=note,
        share=crossing.share,
        a_after_b=_effort(a, covered=crossing.a.touched_share),
        b_after_a=_effort(b, covered=crossing.b.touched_share),
        effort_note=COUNTED_EFFORT_NOTE,
        crosswalk=crossing,
        strict_share=crossing.strict_share,
    )


def _by_theme(a: StandardProfile, b: StandardProfile, *, theme_names: Mapping[str, str]) -> Overlap:
    if a.outline is None or b.outline is None:
        return Overlap(NO_BASIS, NO_NOTE, None, (), (), (), None, None, EFFORT_NOTE)
    shares = [
        ThemeShare(theme, theme_names.get(theme, theme), a.themes.get(theme, 0.0), b.themes.get(theme, 0.0))
        for theme in sorted({*a.themes, *b.themes})
    ]
    share = min(1.0, round(sum(min(theme.a, theme.b) for theme in shares), 4))
    shared = sorted((theme for theme in shares if theme.a and theme.b), key=lambda theme: -min(theme.a, theme.b))
    return Overlap(
        basis=BASIS,
        note=NOTE,
        share=share,
        shared_themes=tuple(shared[:TOP_THEMES]),
        themes_only_a=tuple(sorted((theme for theme in shares if not theme.b), key=lambda theme: -theme.a)),
        themes_only_b=tuple(sorted((theme for theme in shares if not theme.a), key=lambda theme: -theme.b)),
        a_after_b=_effort(a, covered=share),
        b_after_a=_effort(b, covered=share),
        effort_note=EFFORT_NOTE,
    )


def swap_overlap(overlap: Overlap) -> Overlap:
    def turned(themes: tuple[ThemeShare, ...]) -> tuple[ThemeShare, ...]:
        return tuple(replace(theme, a=theme.b, b=theme.a) for theme in themes)

    return replace(
        overlap,
        shared_themes=turned(overlap.shared_themes),
        themes_only_a=turned(overlap.themes_only_b),
        themes_only_b=turned(overlap.themes_only_a),
        a_after_b=overlap.b_after_a,
        b_after_a=overlap.a_after_b,
        crosswalk=swap_crossing(overlap.crosswalk) if overlap.crosswalk else None,
    )


def _effort(side: StandardProfile, *, covered: float | None) -> EffortSpan | None:
    months = side.facts.get("months")
    if months is None or covered is None:
        return None
    left = 1 - REUSE * covered
    return EffortSpan(low=round(months["low"] * left, 1), high=round(months["high"] * left, 1))
