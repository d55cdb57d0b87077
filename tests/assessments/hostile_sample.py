"""One hostile file, and what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.assessments import evidence_samples as samples

End = Literal["refused", "rejected", "ready", "either"]
WORD = f"{samples.OFFICE}.wordprocessingml.document.main+xml"


@dataclass(frozen=True, slots=True)
class Hostile:
    """`end`: refused at the door (4xx), rejected by the worker, ready and harmless (handed out as what it is, as an
    attachment), or either of the last two (a mutation that may have hit nothing that counts).
    """

    label: str
    name: str
    content: bytes
    end: End


def zeros(size: int) -> bytes:
    return b"\0" * size
