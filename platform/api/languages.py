"""Languages by their codes: which are well-formed, which is read where several are there, how words are stemmed. Pure.

A code is `en` or `pt-BR` (BCP 47: a language, perhaps with a region).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
"""A whole code; for `fullmatch`."""

STEMMED: Final = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Language → PostgreSQL's text search configuration, of those that come with it; others are searched by bare words."""

_APART: Final = {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
                 "ł": "l", "Ł": "L", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}  # fmt: skip
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_HYPHENS: Final = re.compile(r"(\w)-(?=\w)")


def primary(code: str) -> str:
    """The language of a code without its region."""
    return code.partition("-")[0]


def is_stemmed(code: str) -> bool:
    return primary(code) in STEMMED


def configuration(code: str) -> str:
    """PostgreSQL's text search configuration for a language."""
    return STEMMED.get(primary(code), "simple")


def first_spoken(wanted: Sequence[str | None], *, among: Sequence[str]) -> str:
    """The first wanted language that is there, whatever its region where not that very one is; else the first there."""
    for code in wanted:
        if code is not None and code in among:
            return code
        if code is not None and (near := [found for found in among if primary(found) == primary(code)]):
            return near[0]
    return among[0]


def spelled_plainly(text: str) -> str:
    """Without accents, and with what hyphens join in one word: `Qualité` gives `Qualite`, `IT-Risiko` `ITRisiko`.

    The database's `catalogue_search_words` indexes words in this spelling too.
    """
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    for letter, others in _APART.items():
        bare = bare.replace(letter, others)
    return _HYPHENS.sub(r"\1", unicodedata.normalize("NFC", bare))
