"""The list of all comparisons: every pair of current standards, a page at a time.

Pairs are not rows, so their cursor names the pair it stands at; a new standard shifts nothing for who is reading on.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from assessments.catalogue.selectors import Current

Cursor = tuple[str, str, str]
"""("after" or "before", a, b)"""


@dataclass(frozen=True, slots=True)
class PairPage:
    pairs: tuple[tuple[Current, Current], ...]
    next: str | None
    previous: str | None


def page_of_pairs(standards: Sequence[Current], *, cursor: Cursor | None, size: int, of: str | None = None) -> PairPage:
    """One page of pairs in alphabetical order of slugs; `of` keeps the pairs with that standard in them."""
    ordered = sorted(standards, key=lambda standard: standard.slug)
    pairs = [pair for pair in combinations(ordered, 2) if of is None or of in (pair[0].slug, pair[1].slug)]
    keys = [(a.slug, b.slug) for a, b in pairs]
    if cursor is None:
        start = 0
    elif cursor[0] == "after":
        start = bisect_right(keys, cursor[1:])
    else:
        start = max(0, bisect_left(keys, cursor[1:]) - size)
    end = min(start + size, len(pairs))
    if cursor and cursor[0] == "before":
        end = min(end, bisect_left(keys, cursor[1:]))
    return PairPage(
        pairs=tuple(pairs[start:end]),
        next=write_cursor("after", keys[end - 1]) if 0 < end < len(pairs) else None,
        previous=write_cursor("before", keys[start]) if 0 < start < len(pairs) else None,
    )


def write_cursor(side: str, key: tuple[str, str]) -> str:
    return base64.urlsafe_b64encode("|".join((side, *key)).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """The cursor, or None for a text that is none."""
    try:
        parts = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and parts[0] in {"after", "before"} else None
