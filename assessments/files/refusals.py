"""Why a file is not taken. Pure, so that a parser in its jail can say it too."""

from __future__ import annotations


class FileRefused(Exception):
    """`slug` is for programs, `sentence` for people: it names what is wrong, and what to do where something can be."""

    slug = "type-refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TypeRefused(FileRefused):
    """A kind of file that is not taken from anybody: not on the list, or with something in it that is not."""


class TypeMismatch(FileRefused):
    """Bytes that belie the name: the parser for that extension does not agree, or another one does too."""

    slug = "type-mismatch"
