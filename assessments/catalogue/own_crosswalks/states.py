"""Where an organisation's crosswalk came from, and how far its links are trusted. Pure."""

from __future__ import annotations

from typing import Final

AUTHORED: Final = "authored"
IMPORTED: Final = "imported"
ORIGINS: Final = (AUTHORED, IMPORTED)

REVIEWED: Final = "reviewed"
SUGGESTED: Final = "suggested"
OWN_PROVENANCES: Final = (REVIEWED, SUGGESTED)
"""`official` is the word of a publisher, which no organisation gives."""
