"""How people write in a table what two requirements are to each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from assessments.catalogue.importing.result import EQUAL, INTERSECTS, SUBSET, SUPERSET

NO_RELATION: Final = "none"
_WRITTEN: Final[Mapping[str, str]] = {
    EQUAL: """equal|equals|equal to|is equal to|
        equivalent|equivalent to|is equivalent to|identical|identical to|same|
        same as|exact|exact match|exactmatch|eq|=|==|≡|⇔|↔|gleich|identisch|äquivalent|gleichwertig|
        égal|équivalent|identique|
        igual|equivalente|idéntico|uguale|identico|gelijk|gelijkwaardig|identiek|idêntico""",
    SUBSET: """subset|subset of|is subset of|is a subset of|part of|is part of|contained in|included in|⊂|⊆|<|
        teilmenge|teilmenge von|teil von|sous-ensemble|sous-ensemble de|inclus dans|subconjunto|subconjunto de|
        sottoinsieme|sottoinsieme di|deelverzameling|deelverzameling van""",
    SUPERSET: """superset|superset of|is superset of|is a superset of|contains|includes|⊃|⊇|>|obermenge|obermenge von|
        enthält|umfasst|sur-ensemble|surensemble|sur-ensemble de|contient|superconjunto|superconjunto de|contiene|
        sovrainsieme|superset van|bevat|contém""",
    INTERSECTS: """intersects|intersect|intersects with|intersection|overlap|overlaps|overlaps with|overlapping|related|
        related to|is related to|relates to|relatedmatch|partial|partially|partial match|partly|similar|similar to|∩|
        ~|≈|überschneidung|überschneidet|schnittmenge|teilweise|partiell|verwandt|ähnlich|partiel|partielle|
        partiellement|recoupe|lié|parcial|parcialmente|relacionado|parziale|parzialmente|correlato|gedeeltelijk|
        gerelateerd|deels""",
    NO_RELATION: """none|no relationship|no relation|not related|unrelated|no match|no mapping|not mapped|
        n/a|na|-|–|—|∅|
        keine|keine beziehung|aucun|aucune|ninguna|ninguno|nessuna|geen|nenhuma""",
}  # fmt: skip


def _plain(text: str) -> str:
    folded = "".join(char for char in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(char))
    return " ".join(re.sub(r"[\s_-]+", " ", folded).split()).strip(" .:!") or text.strip()


_KNOWN: Final = {_plain(word): relation for relation, words in _WRITTEN.items() for word in words.split("|")}


def relation_in(text: str) -> str:
    """One of ours, NO_RELATION, or "" for a word that is none."""
    return _KNOWN.get(_plain(text), "")


def relation_meant(text: str) -> str:
    """What a word that is none may have been meant to be, "" for nothing near."""
    near = get_close_matches(_plain(text)[:60], _KNOWN, n=1, cutoff=0.8)
    return near[0] if near else ""
