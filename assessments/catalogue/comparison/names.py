"""Two standards under two names, also where people call both the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from assessments.catalogue.comparison.profiles import StandardProfile
from assessments.catalogue.facts import Facts, Prose


def told_apart(a: StandardProfile, b: StandardProfile) -> tuple[StandardProfile, StandardProfile]:
    """Both as they are, or by their numbers where people call both the same; by their slugs where those are one too."""
    if a.slug == b.slug or a.name != b.name:
        return a, b
    if a.number != b.number:
        return _by_number(a), _by_number(b)
    return _by_slug(a), _by_slug(b)


def _by_number(side: StandardProfile) -> StandardProfile:
    prose: dict[str, Any] = {key: value for key, value in side.prose.items() if key != "short_name"}
    return replace(side, prose=cast("Prose", prose))


def _by_slug(side: StandardProfile) -> StandardProfile:
    facts: dict[str, Any] = {**side.facts, "number": f"{side.number} ({side.slug})"}
    return _by_number(replace(side, facts=cast("Facts", facts)))
