"""What a catalogue of ours says of the whole standard: facts, scale, scoring, and the parts one may choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assessments.catalogue.drafts.content import (
    DEFAULT_METHOD,
    DEFAULT_SCALE,
    DraftAlternative,
    DraftLevel,
    DraftOption,
    DraftScale,
    DraftScoring,
    DraftSelection,
)
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal.own import own_props, read_as, value, value_of, values_of

_METHOD: Final = "method-"
_FACTS: Final = ("edition", "status", "kind", "nature")


def own_facts(metadata: Located) -> dict[str, Any]:
    """Those facts that every row of the catalogue has."""
    facts: dict[str, Any] = {name: told for name in _FACTS if (told := value(metadata, name))}
    if (year := read_as(int, metadata, "year", None)) is not None:
        facts["year"] = year
    if certifiable := value(metadata, "certifiable"):
        facts["certifiable"] = certifiable == "true"
    if sectors := values_of(metadata, "sector"):
        facts["sectors"] = sectors
    return facts


def own_scale(metadata: Located, *, language: str) -> str | DraftScale:
    """The scale with its levels, or its slug alone where they are not told."""
    return _scale(metadata, prefix="", language=language) or DEFAULT_SCALE


def own_scoring(metadata: Located, *, language: str) -> DraftScoring:
    parameters: dict[str, float] = {}
    for prop in own_props(metadata):
        if (name := prop.text("name")).startswith(_METHOD):
            number = read_as(float, metadata, name, None)
            if number is not None:
                parameters[name.removeprefix(_METHOD)] = number
    result = _scale(metadata, prefix="result-", language=language)
    return DraftScoring(value(metadata, "method") or DEFAULT_METHOD, parameters, result)


def own_selections(metadata: Located, *, language: str) -> tuple[DraftSelection, ...]:
    slugs, titles = values_of(metadata, "selection"), values_of(metadata, "selection-name")
    return tuple(DraftSelection(slug, {language: title}) for slug, title in zip(slugs, titles, strict=False))


def own_alternatives(metadata: Located, *, language: str) -> tuple[DraftAlternative, ...]:
    names: dict[str, str] = {}
    options: dict[str, list[DraftOption]] = {}
    for told in _grouped(metadata, prefix="option-").values():
        slug, option = _first(told, "alternative"), _first(told, "option")
        if not slug or not option:
            continue
        names.setdefault(slug, _first(told, "alternative-name"))
        refs = tuple(told.get("option-ref", ()))
        options.setdefault(slug, []).append(DraftOption(option, {language: _first(told, "option-name")}, refs))
    return tuple(DraftAlternative(slug, {language: names[slug]}, tuple(found)) for slug, found in options.items())


def _scale(metadata: Located, *, prefix: str, language: str) -> str | DraftScale | None:
    slug = value(metadata, f"{prefix}scale")
    if not slug:
        return None
    levels = []
    for told in _grouped(metadata, prefix=f"{prefix}level-").values():
        number, worth = _first(told, "scale-level"), _first(told, "scale-level-worth")
        try:
            level, height = int(number), float(worth) if worth else None
        except ValueError:
            metadata.warning(f"the level {number[:20]} of the scale {slug} cannot be read and is left out")
            continue
        name, criteria = _first(told, "scale-level-name"), _first(told, "scale-level-criteria")
        levels.append(DraftLevel(level, {language: name}, {language: criteria} if criteria else {}, height))
    if not levels:
        return slug
    return DraftScale(slug, {language: value(metadata, f"{prefix}scale-name") or slug}, tuple(levels))


def _grouped(metadata: Located, *, prefix: str) -> Mapping[str, Mapping[str, list[str]]]:
    """Group → name → values, of our properties whose group begins so, in their order."""
    found: dict[str, dict[str, list[str]]] = {}
    for prop in own_props(metadata):
        if (group := prop.text("group")).startswith(prefix):
            found.setdefault(group, {}).setdefault(prop.text("name"), []).append(value_of(prop))
    return found


def _first(told: Mapping[str, list[str]], name: str) -> str:
    return next(iter(told.get(name, ())), "")
