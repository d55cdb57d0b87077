"""Texts as they come: cleaned, shortened, made into slugs, and their language judged. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from assessments.catalogue.drafts.values import LANGUAGE, LONGEST

_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_BLANKS: Final = re.compile(r"[ \t\u00a0]+")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONGEST_TITLE_FROM_TEXT = 120
_FREQUENT: Final = {
    "en": "the and of to in is are for with that be by or as on shall must should which from",
    "de": "der die das und ist sind für mit von den dem des ein eine werden muss müssen nicht auf oder zu im",
    "fr": "le la les des et est sont pour avec que une du dans doit être par sur aux ou au en il",
    "es": "el la los las y es son para con que una del en debe ser por se al o como",
    "it": "il la le gli e è sono per con che una del della di deve essere dei nel o alla",
    "nl": "de het een en is zijn voor met van dat in moet worden op of te aan niet door bij",
    "pt": "o a os as e é são para com que uma do da em deve ser por não ou dos das",
    "da": "og er for med af at en et den det skal til på som ikke eller de i",
    "sv": "och är för med av att en ett den det ska till på som inte eller de i",
    "pl": "i w z na do jest są dla oraz nie się przez lub być że od po",
    "tr": "ve bir bu için ile olarak veya olan gibi da de ne en",
    "et": "ja on ei et ning või kui ka tuleb peab mis see oma",
}
_STOPWORDS: Final = {language: frozenset(words.split()) for language, words in _FREQUENT.items()}
_SAMPLE = 4000
_LEAST_WORDS = 30


def storable(text: str) -> str:
    """The text without characters that no database keeps, in composed form, with plain line ends."""
    if _UNSTORABLE.search(text):
        text = _UNSTORABLE.sub("", text)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    return " ".join(text.split())


def tidy(text: str) -> str:
    """Runs of blanks within lines become one, of empty lines at most one is kept."""
    lines = [_indented(line) for line in text.strip("\n").rstrip().split("\n")]
    out: list[str] = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out)


def _indented(line: str) -> str:
    """Blanks within a line become one; those before it, which show what is part of what, stay."""
    words = line.replace("\t", "  ").replace("\u00a0", " ").rstrip()
    inner = words.lstrip(" ")
    return words[: len(words) - len(inner)] + _BLANKS.sub(" ", inner)


def shorten(text: str, *, at_most: int) -> str:
    """Cut at a word's end, with an ellipsis."""
    if len(text) <= at_most:
        return text
    cut = text[: at_most - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > at_most // 2 else cut).rstrip(" ,;:.") + "…"


def title_from(text: str) -> str:
    """What a requirement may be called that has words but no title: its first sentence or line, shortened."""
    line = next((one_line(line) for line in text.split("\n") if line.strip()), "")
    sentence = re.split(r"(?<=[.;:!?])\s", line, maxsplit=1)[0].rstrip(".;:")
    return shorten(sentence or line, at_most=_LONGEST_TITLE_FROM_TEXT)


def slug_from(text: str, *, otherwise: str = "imported", at_most: int = LONGEST["slug"]) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")
    slug = re.sub(r"\.+-|-\.+|\.{2,}", "-", slug)
    return slug[:at_most].strip("-.") or otherwise


def language_code(told: str) -> str:
    """`en`, `pt-BR` from `EN`, `pt_br`, `en-US` and the like; "" if it is none. Usual countries are dropped."""
    head, _, tail = told.strip().replace("_", "-").partition("-")
    code = f"{head.lower()}-{tail.upper()}" if tail else head.lower()
    if code in {"en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL", "pt-PT"}:
        code = head.lower()
    return code if LANGUAGE.fullmatch(code) else ""


def judge_language(texts: Iterable[str]) -> str:
    """The language of texts by their most frequent small words; "" where that is not clear."""
    counts = dict.fromkeys(_STOPWORDS, 0)
    seen = 0
    for text in texts:
        for word in _WORD.findall(text.lower()[:2000]):
            seen += 1
            for language, words in _STOPWORDS.items():
                counts[language] += word in words
        if seen > _SAMPLE:
            break
    ranked = sorted(counts.items(), key=lambda entry: -entry[1])
    (best, most), (_, second) = ranked[0], ranked[1]
    return best if seen >= _LEAST_WORDS and most >= seen * 0.1 and most >= second * 1.2 else ""
