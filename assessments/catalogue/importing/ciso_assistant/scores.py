"""Score definitions as a scale."""

from __future__ import annotations

from typing import Final

from assessments.catalogue.drafts.content import DEFAULT_SCALE, DraftLevel, DraftScale
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.wording import language_code, one_line, slug_from

_MOST_LEVELS: Final = 101
_MOST_UNNAMED: Final = 10
_DEFAULT_LEVELS: Final = frozenset(range(6))


def read_scale(framework: Located, *, language: str) -> str | DraftScale:
    """A scale of its own where scores are defined, or few enough to be levels; otherwise the default one (told)."""
    found: dict[int, DraftLevel] = {}
    for entry in framework.objects("scores_definition"):
        score = entry.number("score")
        if score is None or score != int(score) or score < 0:
            entry.warning("a score is a whole number from 0; this one is left out", at="score")
        elif int(score) in found:
            entry.warning(f"the score {int(score)} is defined twice; the first counts", at="score")
        else:
            found[int(score)] = _level(int(score), entry, language=language)
    low, high = framework.number("min_score"), framework.number("max_score")
    if not found:
        return _unnamed(framework, low=low, high=high, language=language)
    levels = [found[score] for score in sorted(found)]
    for bound, level, word in ((low, levels[0], "lowest"), (high, levels[-1], "highest")):
        if bound is not None and bound != level.level:
            framework.warning(
                f"the {word} score is {bound}, but the {word} defined is {level.level}; the defined ones are the scale"
            )
    if not 2 <= len(levels) <= _MOST_LEVELS:
        framework.warning(
            f"{len(levels)} scores are defined; a scale has 2 to {_MOST_LEVELS} levels, so {DEFAULT_SCALE} is used"
        )
        return DEFAULT_SCALE
    return DraftScale(slug=_slug(framework), name={language: _name(framework)}, levels=tuple(levels))


def levels_of(scale: str | DraftScale) -> frozenset[int]:
    return _DEFAULT_LEVELS if isinstance(scale, str) else frozenset(level.level for level in scale.levels)


def _unnamed(framework: Located, *, low: float | None, high: float | None, language: str) -> str | DraftScale:
    if low is None or high is None:
        framework.note(f"defines no scores; {DEFAULT_SCALE} is used")
        return DEFAULT_SCALE
    if low != int(low) or high != int(high) or low < 0 or high <= low:
        framework.warning(f"the scores {low} to {high} are no scale; {DEFAULT_SCALE} is used", at="max_score")
        return DEFAULT_SCALE
    if high - low > _MOST_UNNAMED:
        nodes = len(framework.objects("requirement_nodes"))
        why = "as many as there are nodes" if high == nodes else "without names for their levels"
        framework.warning(f"scores run from {low} to {high}, {why}; {DEFAULT_SCALE} is used", at="max_score")
        return DEFAULT_SCALE
    framework.note(f"the levels {low} to {high} have no names; their numbers stand for them", at="max_score")
    levels = tuple(DraftLevel(level, {language: str(level)}) for level in range(int(low), int(high) + 1))
    return DraftScale(slug=_slug(framework), name={language: _name(framework)}, levels=levels)


def _slug(framework: Located) -> str:
    return slug_from(framework.text("ref_id") or framework.text("name"), otherwise="imported", at_most=48) + "-scale"


def _name(framework: Located) -> str:
    return one_line(framework.text("name")) or framework.text("ref_id") or "Scores"


def _level(score: int, entry: Located, *, language: str) -> DraftLevel:
    names = {language: one_line(entry.text("name")) or str(score)}
    criteria = {language: words} if (words := entry.text("description") or entry.text("description_doc")) else {}
    translations = entry.object("translations")
    for told in translations or {}:
        inner = translations.object(told) if translations else None
        if inner and (code := language_code(told)) and code not in names and (name := one_line(inner.text("name"))):
            names[code] = name
            if words := inner.text("description"):
                criteria[code] = words
    return DraftLevel(score, names, criteria)
