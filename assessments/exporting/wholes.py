"""The assessment itself in properties, and back: whose it is, on what standard and scale, how it scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assessments.exporting.oscal import Json, Props, prop, props
from assessments.exporting.record import Scale, Whole

_TEXTS: Final = {
    "assessment": "id", "assessment-name": "name", "scope": "scope", "organisation": "organisation",
    "organisation-slug": "organisation_slug", "assessment-state": "state", "profile": "profiles",
    "selection": "selection", "language": "language", "standard": "standard", "number": "number",
    "content-hash": "content_hash", "method": "method", "taken-at": "taken_at",
}  # fmt: skip
"""Property → member of Whole that is text, always there or else empty; `profiles` are several."""
_OPTIONAL: Final = {
    "period-start": "period_start", "period-end": "period_end", "lead": "lead", "approved-by": "approved_by",
    "approved-at": "approved_at",
}  # fmt: skip
_SCORE: Final = "score-"


def whole_props(whole: Whole) -> list[Json]:
    made = props({name: getattr(whole, member) for name, member in (_TEXTS | _OPTIONAL).items()})
    made += props({"revision": whole.revision, "target-level": whole.target})
    made += [prop("option", option, group=f"option-{way}") for way, option in whole.options]
    made += [prop(f"{_SCORE}{measure}", value) for measure, value in whole.scores]
    scale = whole.scale
    made += props(
        {
            "scale": scale.slug, "scale-name": scale.name, "scale-minimum": scale.minimum,
            "scale-maximum": scale.maximum,
        }
    )  # fmt: skip
    for level, name, criteria in scale.levels:
        said = {"scale-level": level, "scale-level-name": name, "scale-level-criteria": criteria}
        made += props(said, group=f"level-{level:g}")
    return made


def read_whole(said: Props, *, holder: Mapping[str, Any]) -> Whole:
    """The whole as it was written. Raises NotOurs."""
    groups = list(dict.fromkeys(entry["group"] for entry in holder["props"] if "group" in entry))
    levels = [Props(holder, group=group) for group in groups if group.startswith("level-")]
    texts: dict[str, Any] = {member: said.text(name) for name, member in _TEXTS.items()}
    texts |= {member: said.text_or_none(name) for name, member in _OPTIONAL.items()}
    return Whole(
        **texts | {"profiles": said.texts("profile")},
        revision=said.whole("revision"),
        target=said.number("target-level"),
        options=tuple(
            (group.removeprefix("option-"), Props(holder, group=group).text("option"))
            for group in groups
            if group.startswith("option-")
        ),
        scores=tuple(
            (entry["name"].removeprefix(_SCORE), float(entry["value"]))
            for entry in holder["props"]
            if entry["name"].startswith(_SCORE)
        ),
        scale=Scale(
            slug=said.text("scale"),
            name=said.text("scale-name"),
            minimum=said.number("scale-minimum") or 0.0,
            maximum=said.number("scale-maximum") or 0.0,
            levels=tuple(
                (level.number("scale-level") or 0.0, level.text("scale-level-name"), level.text("scale-level-criteria"))
                for level in levels
            ),
        ),
    )
