"""The words that standards share, beside their folders: themes, scales, conditions, jurisdictions and sectors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assessments.catalogue.loader.reading import Place, open_place, read_format
from assessments.catalogue.schema import (
    FORMAT,
    CatalogueError,
    CatalogueFault,
    Scale,
    ScaleLevel,
    Vocabulary,
)

VOCABULARY_FILES = ("themes.yaml", "scales.yaml", "applicability.yaml", "jurisdictions.yaml", "sectors.yaml")


def load_vocabulary(data: Path) -> Vocabulary:
    """The vocabulary of a data folder. Raises CatalogueError."""
    faults: list[CatalogueFault] = []
    themes = _words(data / "themes.yaml", root=data, key="themes", faults=faults)
    conditions = _words(data / "applicability.yaml", root=data, key="conditions", faults=faults)
    jurisdictions, sectors = (
        _words(data / f"{key}.yaml", root=data, key=key, faults=faults) for key in ("jurisdictions", "sectors")
    )
    scales = {}
    if members := _open(data / "scales.yaml", root=data, key="scales", faults=faults):
        scales = {slug: read_scale(place, slug=slug) for slug, _, place in members.entries()}
    if faults:
        raise CatalogueError(faults)
    return Vocabulary(themes=themes, scales=scales, conditions=conditions, jurisdictions=jurisdictions, sectors=sectors)


def _open(path: Path, *, root: Path, key: str, faults: list[CatalogueFault]) -> Place | None:
    place = open_place(path, root=root, faults=faults)
    if place is None:
        return None
    members = place.members(required=("format", key))
    read_format(members, known=(FORMAT,))
    return members.get(key)


def _words(path: Path, *, root: Path, key: str, faults: list[CatalogueFault]) -> dict[str, Mapping[str, str]]:
    place = _open(path, root=root, key=key, faults=faults)
    return {slug: name.by_language() for slug, _, name in place.entries()} if place else {}


def read_scale(place: Place, *, slug: str) -> Scale:
    """{name, levels}"""
    members = place.members(required=("name", "levels"))
    levels = [_level(item) for item in members["levels"].items(at_least=2)] if "levels" in members else []
    numbers = [level.level for level in levels]
    if numbers != sorted(set(numbers)):
        place.fault("the levels must ascend, each standing once")
    _check_worths(place, worths=[level.worth for level in levels])
    return Scale(
        slug=slug,
        name=members["name"].by_language() if "name" in members else {},
        levels=tuple(levels),
    )


def _level(place: Place) -> ScaleLevel:
    members = place.members(required=("level", "name"), wanted=("criteria",), optional=("worth",))
    return ScaleLevel(
        level=members["level"].integer() if "level" in members else 0,
        name=members["name"].by_language() if "name" in members else {},
        criteria=members["criteria"].by_language() if "criteria" in members else {},
        worth=members["worth"].number() if "worth" in members else None,
    )


def _check_worths(place: Place, *, worths: list[float | None]) -> None:
    """Either no level says what it is worth, or all do, ascending from 0 to 1."""
    told = [worth for worth in worths if worth is not None]
    if told and (len(told) != len(worths) or told != sorted(set(told)) or (told[0], told[-1]) != (0, 1)):
        place.fault("worth must stand at every level, ascending from 0 to 1, or at none")
