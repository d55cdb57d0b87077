"""Why a file is not taken. Both are 415; programs tell them apart by their slug."""

from __future__ import annotations

from typing import Any

from api.problems import Problem


class TypeRefused(Problem):
    """A kind of file that is not taken from anybody: not on the list, or with something in it that is not."""

    def __init__(self, detail: str, *, accepted: tuple[str, ...] = ()) -> None:
        members: dict[str, Any] = {"accepted": list(accepted)} if accepted else {}
        super().__init__(
            "type-refused", status=415, title="That kind of file is not accepted.", detail=detail, **members
        )


class TypeMismatch(Problem):
    """Bytes that belie the name: the parser for that extension does not agree, or another one does too."""

    def __init__(self, detail: str) -> None:
        super().__init__("type-mismatch", status=415, title="The file is not what its name says.", detail=detail)
