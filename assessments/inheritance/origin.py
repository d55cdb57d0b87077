"""Where an answer that was confirmed from others came from, from the offer that is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def stands_as_it_came(offer: Row, *, level: float | None, applicable: bool) -> bool:
    """Whether an answer still says what was confirmed. Sending, assigning and reviewing it change nothing in that."""
    return bool(offer["level"] == level and offer["applicable"] == applicable)


def origin_of(offer: Row) -> dict[str, Any]:
    """The way an answer came, without ids: {kind, carries, relation, crosswalk, sources}, as snapshots keep it.

    `sources`: [{standard (its number), ref, assessment (its name), level (None: does not apply), validated}].
    """
    route = offer["routes"][0]
    return {
        **{name: route[name] for name in ("kind", "carries", "relation", "crosswalk")},
        "sources": [
            {
                "standard": answer["standard"]["number"],
                "ref": answer["ref"],
                "assessment": answer["assessment"]["name"],
                "level": answer["level"],
                "validated": answer["validated"],
            }
            for answer in route["answers"]
        ],
    }
