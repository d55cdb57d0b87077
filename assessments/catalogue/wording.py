"""What the columns of a standard say in many languages, told in one.

Where that has no words they are those of the default language, and of whatever language there is where a standard of an
organisation's own has none of that either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assessments.catalogue.schema import DEFAULT_LANGUAGE


def scale_in(scale: Mapping[str, Any], *, language: str) -> dict[str, Any]:
    return {
        "slug": scale["slug"],
        "name": _word(scale["name"], language=language),
        "minimum": scale["minimum"],
        "maximum": scale["maximum"],
        "levels": [
            {
                "level": level["level"],
                "name": _word(level["name"], language=language),
                "criteria": _word(level["criteria"], language=language),
            }
            for level in scale["levels"]
        ],
    }


def named_in(selection: Mapping[str, Any], *, language: str) -> dict[str, Any]:
    """{slug, name} in one language."""
    return {"slug": selection["slug"], "name": _word(selection["name"], language=language)}


def alternative_in(alternative: Mapping[str, Any], *, language: str) -> dict[str, Any]:
    """{slug, name, options [{slug, name, refs}]} in one language; the first option is the one taken unless told."""
    options = [
        {**named_in(option, language=language), "refs": list(option["refs"])} for option in alternative["options"]
    ]
    return {**named_in(alternative, language=language), "options": options}


def _word(words: Mapping[str, str], *, language: str) -> str:
    return words.get(language) or words.get(DEFAULT_LANGUAGE) or next(iter(words.values()), "")
