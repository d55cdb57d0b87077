"""Standards as cards of a list: what a visitor searches, and how pairs are picked to be shown first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final
from uuid import UUID

from django.db.models import F, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from assessments.catalogue.bounded import Bounded
from assessments.catalogue.comparison.attributes import nature_words
from assessments.catalogue.comparison.profiles import called
from assessments.catalogue.comparison.words import sectors_words, slugs_joined
from assessments.catalogue.models import StandardText
from assessments.catalogue.schema import DEFAULT_LANGUAGE, DEPTHS
from assessments.catalogue.selectors import ALL_SECTORS, Current

_STATE: Final = ("slug", "number", "publisher", "year", "nature", "sectors", "depth", "outline")


CHOSEN: Final = (
    ("eu-nis2", "iso-27001-2022"),
    ("eu-dora", "eu-nis2"),
    ("iso-27001-2022", "nist-csf-2.0"),
    ("iso-13485-2016", "iso-9001-2015"),
    ("eu-ai-act", "iso-42001-2023"),
    ("cis-controls-v8.1", "eu-nis2"),
    ("eu-gdpr", "iso-27701-2025"),
    ("eu-aeo", "iso-28000-2022"),
    ("fssc-22000-v6", "iso-22000-2018"),
)
"""What people come for, over as many fields as the catalogue has: pairs in alphabetical order of their slugs."""


@dataclass(frozen=True, slots=True)
class Card:
    """One standard in a list. `assessable` counts its requirements here, None where there is no tree."""

    slug: str
    number: str
    title: str
    short_name: str
    one_line: str
    publisher: str
    year: int
    nature: str
    sectors: tuple[str, ...]
    depth: str
    assessable: int | None
    related: frozenset[str]

    @property
    def name(self) -> str:
        """What people call it."""
        return called(self.number, short_name=self.short_name)

    @property
    def nature_words(self) -> str:
        return nature_words(self.nature)

    @property
    def sectors_words(self) -> str:
        return slugs_joined(self.sectors)

    @property
    def kind_words(self) -> str:
        """As "a law for all sectors"."""
        return f"{self.nature_words} for {sectors_words(self.sectors)}"

    def has(self, words: Sequence[str]) -> bool:
        """Whether each of the words, lower case, stands somewhere on the card."""
        text = f"{self.number} {self.title} {self.short_name} {self.one_line} {self.publisher} {self.slug}".lower()
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class PairLink:
    """A comparison to go to, in canonical order."""

    a: Card
    b: Card

    @property
    def names(self) -> tuple[str, str]:
        """What people call the two; their numbers where that is one name."""
        return (self.a.name, self.b.name) if self.a.name != self.b.name else (self.a.number, self.b.number)

    @property
    def address(self) -> str:
        return pair_address(self.a.slug, self.b.slug)

    @property
    def is_near(self) -> bool:
        """Whether both can be assessed, or one names the other as related."""
        both_full = self.a.depth == self.b.depth == "full"
        return both_full or self.a.slug in self.b.related or self.b.slug in self.a.related


_cards: Bounded[tuple[UUID, ...], tuple[Card, ...]] = Bounded(size=4)


def forget_cards() -> None:
    """Empty the cache; for tests and measurements."""
    _cards.clear()


def cards_of(catalogue: Sequence[Current]) -> tuple[Card, ...]:
    """A card for every standard of the catalogue, by name; from memory or with one query."""
    ids = tuple(entry.id for entry in catalogue)
    return _cards.get_or_make(ids, lambda: _read(ids))


def _read(ids: tuple[UUID, ...]) -> tuple[Card, ...]:
    rows = StandardText.public.filter(standard__in=ids, language=DEFAULT_LANGUAGE).values_list(
        *(f"standard__{name}" for name in _STATE),
        Cast(KT("profile__title"), TextField()),
        Cast(KT("profile__short_name"), TextField()),
        Cast(KT("profile__one_line"), TextField()),
        F("standard__profile__related"),
    )
    found = [
        Card(
            slug=slug,
            number=number,
            title=title,
            short_name=short_name or number,
            one_line=one_line,
            publisher=publisher,
            year=year,
            nature=nature,
            sectors=tuple(sectors),
            depth=depth,
            assessable=outline["assessable"] if outline else None,
            related=frozenset(related or ()),
        )
        for slug, number, publisher, year, nature, sectors, depth, outline, title, short_name, one_line, related in rows
    ]
    return tuple(sorted(found, key=lambda card: (card.name.casefold(), card.slug)))


def cards_called(words: str, *, cards: Sequence[Card]) -> tuple[Card, ...]:
    """The cards with all the words."""
    return filtered(cards, words=words, sector="", nature="")


def filtered(cards: Sequence[Card], *, words: str, sector: str, nature: str) -> tuple[Card, ...]:
    """The cards with all the words, of the sector or of every sector, and of the nature; an empty text asks nothing."""
    wanted = words.lower().split()
    return tuple(
        card
        for card in cards
        if card.has(wanted)
        and (not sector or sector in card.sectors or ALL_SECTORS in card.sectors)
        and (not nature or nature == card.nature)
    )


def by_depth(cards: Sequence[Card]) -> tuple[Card, ...]:
    """What can be assessed before what can be read, and that before what a few facts are known of."""
    return tuple(sorted(cards, key=lambda card: DEPTHS.index(card.depth)))


def featured(cards: Sequence[Card], *, most: int) -> tuple[PairLink, ...]:
    """The chosen pairs that the catalogue has; then of standards told in full those whose profiles name each other."""
    by_slug = {card.slug: card for card in cards}
    chosen = [PairLink(by_slug[a], by_slug[b]) for a, b in CHOSEN if {a, b} <= by_slug.keys()]
    full = sorted((card for card in cards if card.depth == "full"), key=lambda card: card.slug)
    pairs = [PairLink(a, b) for a, b in combinations(full, 2) if (a.slug, b.slug) not in CHOSEN]
    pairs.sort(key=lambda pair: -(pair.b.slug in pair.a.related) - (pair.a.slug in pair.b.related))
    return tuple([*chosen, *pairs][:most])


def pairs_with(cards: Sequence[Card], *, slug: str, but: str = "", most: int | None = None) -> tuple[PairLink, ...]:
    """The comparisons of one standard: with what it names as related first, then with what is told in full."""
    by_slug = {card.slug: card for card in cards}
    own = by_slug[slug]
    others = [card for card in cards if card.slug not in {slug, but}]
    others.sort(key=lambda card: (card.slug not in own.related, card.depth != "full"))
    pairs = [sorted((own, other), key=lambda card: card.slug) for other in others[:most]]
    return tuple(PairLink(a, b) for a, b in pairs)


def pair_address(a: str, b: str) -> str:
    """The one address of a pair: slugs in alphabetical order."""
    first, second = sorted((a, b))
    return f"/compare/{first}-vs-{second}/"
