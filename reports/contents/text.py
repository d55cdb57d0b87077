"""Text from people, made safe to set: what cannot be printed or would mislead a reader is taken out.

Escaping is not done here: the template escapes on output.  This only removes characters that have no
place in a printed line (they break XML, or turn a file name around).
"""

import re

# Control characters, surrogates and non-characters are not allowed in XML, and the PDF's metadata is XML.
# Bidirectional overrides and isolates can make "gpj.exe" read as "exe.jpg" in a register of evidence.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\n{3,}")

# Setting a word takes time with the square of its length: 20,000 letters without a blank took a minute.  A place to
# break inside (zero-width space) mends that, and shows only where the word would not have fitted anyway.
_ENDLESS_WORD = re.compile("[^\\s\u200b]{65,}")
_WORD_PART = re.compile(r".{1,20}", re.DOTALL)
_BREAK = "\u200b"


def _soften(value: str) -> str:
    return _ENDLESS_WORD.sub(lambda word: _BREAK.join(_WORD_PART.findall(word[0])), value)


def clean_line(value: str) -> str:
    """Return the text on one line, without unprintable characters and doubled blanks."""
    return _soften(" ".join(_UNPRINTABLE.sub("", value.replace("\r", "\n")).split()))


def clean_paragraphs(value: str) -> str:
    """Return the text with its line breaks (at most one empty line running), without unprintable characters."""
    lines = _UNPRINTABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    lines = "\n".join(_BLANKS.sub(" ", line).strip() for line in lines.split("\n"))
    return _soften(_GAPS.sub("\n\n", lines).strip())


def shorten(value: str, *, limit: int) -> str:
    """Cut a line to at most `limit` characters, at a word where one is near, and mark the cut with an ellipsis."""
    if len(value) <= limit:
        return value
    head = value[: limit - 1]
    word_end = head.rfind(" ")
    if word_end > limit * 2 // 3:
        head = head[:word_end]
    return head.rstrip(" ,;:.–-") + "…"


def count_of(count: int, noun: str, *, plural: str | None = None) -> str:
    """Return "1 requirement", "3 requirements", "no requirements"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count or 'no'} {plural or noun + 's'}"


def join_words(words: list[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def capitalise(sentence: str) -> str:
    """Return the sentence with its first letter large and the rest untouched."""
    return sentence[:1].upper() + sentence[1:]
