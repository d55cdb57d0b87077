"""requirements-*.yaml: the words of every requirement in one language, held against the tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assessments.catalogue.loader.reading import Place, open_place
from assessments.catalogue.schema import CatalogueFault, RequirementNode, RequirementText, Scale

LONGEST_TITLE = 300
_HEADING = ("title", "summary")
_ASSESSED = ("question", "evidence", "levels")


def read_texts(
    folder: Path, *, root: Path, nodes: Mapping[str, RequirementNode], scale: Scale, faults: list[CatalogueFault]
) -> dict[str, RequirementText]:
    """Text by ref over all files of one language folder. Orphans and a ref told twice are faults."""
    texts: dict[str, RequirementText] = {}
    told: dict[str, str] = {}
    for path in sorted(folder.glob("requirements-*.yaml")):
        place = open_place(path, root=root, faults=faults)
        for ref, line, text in place.entries() if place else []:
            file = text.file
            if ref in told:
                faults.append(CatalogueFault(file, line, f"{ref}: has a text in {told[ref]} already"))
            elif ref not in nodes:
                faults.append(CatalogueFault(file, line, f"{ref}: orphan text, structure.yaml has no such ref"))
            else:
                texts[ref] = read_text(text, node=nodes[ref], scale=scale)
            told.setdefault(ref, f"{file}:{line}")
    return texts


def read_text(place: Place, *, node: RequirementNode, scale: Scale) -> RequirementText:
    """The words of one requirement in one language."""
    if not node.assessable:
        return _read_heading(place, node=node)
    wanted, optional = ((), _ASSESSED) if node.brief else (_ASSESSED, ())
    members = place.members(required=("title",), wanted=("summary", *wanted), optional=optional)
    return RequirementText(
        title=_text(members, "title", at_most=LONGEST_TITLE),
        summary=_text(members, "summary"),
        question=_text(members, "question"),
        evidence=tuple(_texts(members["evidence"])) if "evidence" in members else (),
        levels=_read_levels(members["levels"], scale=scale) if "levels" in members else {},
    )


def _read_heading(place: Place, *, node: RequirementNode) -> RequirementText:
    wanted = () if node.withdrawn is not None else ("summary",)
    members = place.members(required=("title",), wanted=wanted, optional=(*_HEADING, *_ASSESSED))
    for key in _ASSESSED:
        if key in members:
            members[key].fault(f"a heading has no {key}: only assessable requirements do")
    return RequirementText(title=_text(members, "title", at_most=LONGEST_TITLE), summary=_text(members, "summary"))


def _read_levels(place: Place, *, scale: Scale) -> dict[int, str]:
    levels = {int(key): text.text() for key, _, text in place.entries(numbered=True)}
    wanted = set(scale.written_levels)
    if missing := sorted(wanted - set(levels)):
        place.mildly().fault(f"criteria are missing for level {', '.join(map(str, missing))}")
    if unknown := sorted(set(levels) - wanted):
        place.fault(f"no level {', '.join(map(str, unknown))} is written on the scale {scale.slug}")
    return dict(sorted(levels.items()))


def _text(members: Mapping[str, Place], key: str, *, at_most: int = 0) -> str:
    return members[key].text(at_most=at_most) if key in members else ""


def _texts(place: Place) -> list[str]:
    return place.texts() if place.items(at_least=1) else []
