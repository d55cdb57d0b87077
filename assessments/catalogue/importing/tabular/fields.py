"""Which column is what: proposed from headings in several languages, or told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.importing.wording import language_code

FIELDS: Final = (
    "ref",
    "parent",
    "depth",
    "title",
    "summary",
    "question",
    "evidence",
    "weight",
    "assessable",
    "selections",
)
"""And `level N` for the criteria of a level. `title`, `summary` and `question` may carry a language: `title[fr]`."""
TRANSLATED: Final = frozenset({"title", "summary", "question"})
TEMPLATE: Final = ("ref", "parent", "title", "summary", "question", "evidence", "weight", "assessable", "selections")
"""The headings of our own template, in this order; only ref or title must have something in it."""
_HEADINGS: Final[Mapping[str, str]] = {
    "ref": """ref|ref id|ref_id|reference|id|identifier|control id|control number|control no|control|requirement id|
        requirement number|req id|number|no|nr|clause|article|section|paragraph|control ref|code|key|safeguard|
        cis safeguard|subcategory id|kennung|nummer|referenz|ziffer|artikel|abschnitt|anforderungsnummer|référence|
        numéro|n°|identifiant|exigence n°|referencia|número|identificador|código|riferimento|numero|identificativo|
        codice|referentie|kenmerk|nummering|referência|viide|reference number|element identifier""",
    "parent": """parent|parent ref|parent id|parent_ref|parent_id|parent reference|belongs to|übergeordnet|eltern|
        oberpunkt|parent de|référence parente|exigence parente|padre|referencia padre|genitore|bovenliggend|ouder""",
    "depth": "depth|level of hierarchy|hierarchy|hierarchy level|outline level|indent|tiefe|ebene|gliederungsebene|"
    "profondeur|profundidad|profondità|diepte|profundidade",
    "title": """title|name|short title|heading|requirement name|control name|control title|topic|titel|bezeichnung|
        überschrift|titre|nom|intitulé|libellé|título|nombre|titolo|nome|naam|pealkiri|nimi""",
    "summary": """summary|description|text|requirement|requirement text|control specification|control text|statement|
        control description|requirement description|specification|detail|details|beschreibung|anforderung|
        anforderungstext|wortlaut|maßnahme|description de l exigence|exigence|texte|descripción|requisito|texto|
        descrizione|testo|
        omschrijving|beschrijving|eis|descrição|kirjeldus""",
    "question": "question|questions|assessment question|audit question|frage|prüffrage|pregunta|domanda|vraag|pergunta",
    "evidence": """evidence|typical evidence|typical_evidence|expected evidence|examples of evidence|artifacts|nachweis|
        nachweise|preuve|preuves|preuves attendues|evidencia|evidencias|evidenza|evidenze|bewijs|evidência""",
    "weight": "weight|weighting|gewicht|gewichtung|poids|pondération|peso|ponderación|gewicht|weging",
    "assessable": "assessable|is assessable|scored|bewertbar|évaluable|evaluable|valutabile|beoordeelbaar|avaliável",
    "selections": """selections|selection|implementation groups|implementation_groups|implementation group|groups|group|
        profile|profiles|baseline|baselines|applicability|ig|umsetzungsgruppe|umsetzungsgruppen|profil|groupes|perfil|
        perfiles|profilo|groepen|perfis""",
}
_LEVEL: Final = re.compile(
    r"(?:level|maturity level|score|stufe|reifegrad|niveau|nivel|nível|livello|criteria|criterion|ml)\s*(\d{1,3})"
)
_LANGUAGE: Final = re.compile(r"(.*?)\s*\[([A-Za-z_-]{2,10})\]")


def plain(heading: str) -> str:
    """A heading in small letters without accents and signs."""
    text = unicodedata.normalize("NFKD", heading).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w°]+", " ", text.replace("_", " ")).split())


KNOWN: Final[Mapping[str, tuple[str, int]]] = {
    plain(word): (name, rank)
    for name, words in reversed(list(_HEADINGS.items()))
    for rank, word in reversed(list(enumerate(words.split("|"))))
}
"""Plain heading → the field of a requirement it says, and how well."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Field → number of its column, from 0."""

    numbers: Mapping[str, int]
    headings: tuple[str, ...]

    def of(self, name: str) -> int | None:
        return self.numbers.get(name)

    def named(self) -> dict[str, str]:
        return {name: self.headings[number] for name, number in self.numbers.items()}

    def unused(self) -> tuple[str, ...]:
        used = set(self.numbers.values())
        return tuple(heading for number, heading in enumerate(self.headings) if heading and number not in used)

    def levels(self) -> dict[int, int]:
        return {
            int(name.removeprefix("level ")): number
            for name, number in self.numbers.items()
            if name.startswith("level ")
        }

    def languages(self) -> tuple[str, ...]:
        found = [match[2] for name in self.numbers if (match := _LANGUAGE.fullmatch(name))]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the columns of a kind of table may be. `needs`: of each set of fields one, and what that is in words."""

    is_field: Callable[[str], bool]
    field_of: Callable[[str], tuple[str, int] | None]
    """The field that a heading proposes, and how good a proposal it is (0 best)."""
    needs: tuple[tuple[frozenset[str], str], ...]


def is_field(name: str) -> bool:
    base, language = split_language(name)
    if re.fullmatch(r"level \d{1,3}", base) and not language:
        return True
    return base in FIELDS and (not language or (base in TRANSLATED and language_code(language) == language))


def field_of(heading: str) -> tuple[str, int] | None:
    """The field that a heading proposes, and how good a proposal it is (0 best)."""
    base, language = split_language(heading)
    words = plain(base)
    if found := _LEVEL.fullmatch(words):
        return f"level {int(found[1])}", 0
    known = KNOWN.get(words)
    if known is None:
        return None
    name, rank = known
    if not language:
        return name, rank
    code = language_code(language)
    return (f"{name}[{code}]", rank) if code and name in TRANSLATED else None


STANDARD: Final = Vocabulary(
    is_field, field_of, ((frozenset({"ref", "title", "summary"}), "reference, title or text"),)
)


def propose(headings: Sequence[str], *, vocabulary: Vocabulary = STANDARD) -> Columns:
    """Each field's best heading, the first of equals."""
    found: dict[str, tuple[int, int]] = {}
    for number, heading in enumerate(headings):
        if proposed := vocabulary.field_of(heading):
            name, rank = proposed
            if name not in found or rank < found[name][0]:
                found[name] = (rank, number)
    numbers = {name: number for name, (_, number) in found.items()}
    if "title" not in numbers and "summary" not in numbers and "question" in numbers:
        numbers["summary"] = numbers.pop("question")
    return Columns(numbers, tuple(headings))


def split_language(name: str) -> tuple[str, str]:
    """`title[fr]` as `title` and `fr`."""
    match = _LANGUAGE.fullmatch(name.strip())
    return (match[1], match[2]) if match else (name.strip(), "")
