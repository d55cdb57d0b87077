"""References as people write them. Pure.

AC-2 (1), ac-2.1 and AC-02(01) are one reference, as are Art. 21(2)(d), Article 21 2 d and 21.2.d: what tells one
requirement from another is the order of its letters and numbers. `reference_key` keeps that and drops the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_WORDS: Final = 12
"""Of a query, read as standard and reference; longer ones are searched as words alone."""

NAMING_WORDS: Final = frozenset({
    "art", "article", "articles", "artikel", "articolo", "artículo", "item", "section", "sec", "clause", "clauses",
    "control", "controls", "annex", "anhang", "annexe", "para", "paragraph", "absatz", "abs", "point", "lit", "letter",
    "requirement", "practice", "safeguard", "subcategory", "category", "no", "nr", "ziffer", "kapitel", "chapter",
})  # fmt: skip
"""Words that say what a reference is and are left out as often as not."""

_TOKENS: Final = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to take a query: a reference by its key, in the standards that all of `standard_words` name."""

    key: str
    standard_words: tuple[str, ...] = ()


def reference_key(ref: str) -> str:
    """The letters and numbers of a reference: `AC-02(01)` gives `ac.2.1`. Empty where it has none."""
    return ".".join(_tokens(ref))


def reference_keys(ref: str) -> tuple[str, ...]:
    """All keys a requirement is found by: its own and, where a colon parts a source from the rest, the rest's.

    `IA:28(1)(f)` gives `ia.28.1.f` and `28.1.f`.
    """
    _, _, rest = ref.partition(":")
    return tuple(dict.fromkeys(key for key in (reference_key(ref), reference_key(rest)) if key))


def readings(query: str) -> tuple[Reading, ...]:
    """Every way a query may name one requirement, the likeliest first: the whole of it, then with words before the
    reference that name the standard, then with words behind it.
    """
    words = query.split()
    if not words or len(words) > MOST_WORDS:
        return ()
    return tuple(dict.fromkeys(_readings(words)))


def _readings(words: list[str]) -> Iterator[Reading]:
    for first in range(len(words)):
        yield from _keyed(words[first:], others=words[:first])
    for end in range(len(words) - 1, 0, -1):
        yield from _keyed(words[:end], others=words[end:])


def _keyed(reference: list[str], *, others: list[str]) -> Iterator[Reading]:
    tokens = _tokens(" ".join(reference))
    named = tuple(fold(word) for word in others if fold(word) not in NAMING_WORDS)
    for kept in (tokens, [token for token in tokens if token not in NAMING_WORDS]):
        if kept:
            yield Reading(key=".".join(kept), standard_words=named)


def fold(text: str) -> str:
    """Small letters, and one form for each character."""
    return unicodedata.normalize("NFKC", text).casefold()


def _tokens(text: str) -> list[str]:
    return [str(int(token)) if token.isdecimal() else token for token in _TOKENS.findall(fold(text)[:200])]
