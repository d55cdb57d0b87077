"""Sentences from templates, several per kind of row, so that pages do not read alike.

The variant is chosen by a hash of the pair in alphabetical order, and sentences name the standards in that order too:
both orders of a pair read the same sentence, and a page reads the same every time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from assessments.catalogue.comparison.attributes import nature_words
from assessments.catalogue.comparison.profiles import StandardProfile
from assessments.catalogue.comparison.words import sectors_words

_MARK = re.compile(r"\[([^|\]]*)\|([^|\]]*)\]")

DIFFER = (
    "{a} {x}, while {b} {y}.",
    "{a} {x}; {b}, by contrast, {y}.",
    "Where {a} {x}, {b} {y}.",
    "{a} {x}, whereas {b} {y}.",
)
SAME = (
    "Both {both}.",
    "{a} and {b} agree here: both {both}.",
    "No difference here: both {both}.",
)
ONLY = (
    "{known} {x}; for {unknown} this is not stated.",
    "{known} {x}, and nothing of the kind is stated for {unknown}.",
    "For {unknown} this is not stated; {known} {x}.",
)
SHORT = (
    "{label}: for {a}, {x}; for {b}, {y}.",
    "{label} of {a}: {x}. {label} of {b}: {y}.",
)
VERDICT = (
    "{name}, {nature} for {sectors}, is for {what_for}; it is adopted by {who_adopts}.",
    "As {nature} for {sectors}, {name} is for {what_for}; it is adopted by {who_adopts}.",
    "{name} is {nature} for {sectors}: it is for {what_for}, and it is adopted by {who_adopts}.",
)


VERDICT_OF_FEW = (
    "{name} is {nature} for {sectors}, published by {publisher}; what it is for is not stated here yet.",
    "As {nature} for {sectors}, {name} comes from {publisher}; its purpose is not stated here yet.",
)
"""For standards known by a few facts only."""


def singular(phrase: str) -> str:
    return _MARK.sub(r"\1", phrase)


def plural(phrase: str) -> str:
    return _MARK.sub(r"\2", phrase)


def choose(variants: Sequence[str], *, pair: tuple[str, str], about: str) -> str:
    """One of the variants, the same for both orders of the pair."""
    digest = hashlib.sha256("|".join([*sorted(pair), about]).encode()).digest()
    return variants[int.from_bytes(digest[:4], "big") % len(variants)]


def differ_sentence(a: StandardProfile, b: StandardProfile, *, about: str, phrases: tuple[str, str]) -> str:
    (first, x), (second, y) = sorted([(a, phrases[0]), (b, phrases[1])], key=lambda side: side[0].slug)
    template = choose(DIFFER, pair=(a.slug, b.slug), about=about)
    return template.format(a=first.name, b=second.name, x=singular(x), y=singular(y))


def same_sentence(a: StandardProfile, b: StandardProfile, *, about: str, phrase: str) -> str:
    first, second = sorted([a, b], key=lambda side: side.slug)
    template = choose(SAME, pair=(a.slug, b.slug), about=about)
    return template.format(a=first.name, b=second.name, both=plural(phrase))


def only_sentence(known: StandardProfile, unknown: StandardProfile, *, about: str, phrase: str) -> str:
    template = choose(ONLY, pair=(known.slug, unknown.slug), about=about)
    return template.format(known=known.name, unknown=unknown.name, x=singular(phrase))


def short_sentence(a: StandardProfile, b: StandardProfile, *, about: str, label: str, shorts: tuple[str, str]) -> str:
    (first, x), (second, y) = sorted([(a, shorts[0]), (b, shorts[1])], key=lambda side: side[0].slug)
    template = choose(SHORT, pair=(a.slug, b.slug), about=about)
    return template.format(label=label, a=first.name, b=second.name, x=_inside(x), y=_inside(y))


def verdict_sentence(side: StandardProfile, other: StandardProfile) -> str:
    """What the standard is for and who adopts it, from nature, sectors and the profile's two verdict parts."""
    template = choose(VERDICT, pair=(side.slug, other.slug), about=f"verdict of {side.slug}")
    nature, sectors = nature_words(side.facts["nature"]), sectors_words(side.facts["sectors"])
    if not side.has_prose:
        template = choose(VERDICT_OF_FEW, pair=(side.slug, other.slug), about=f"verdict of {side.slug}")
        return template.format(name=side.name, nature=nature, sectors=sectors, publisher=side.facts["publisher"])
    verdict = side.prose["verdict"]
    return template.format(
        name=side.name,
        nature=nature,
        sectors=sectors,
        what_for=verdict["what_for"].rstrip("."),
        who_adopts=verdict["who_adopts"].rstrip("."),
    )


def _inside(fragment: str) -> str:
    """A table-cell fragment within a sentence: first letter lower unless the first word is a name or an acronym."""
    text = fragment.rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
