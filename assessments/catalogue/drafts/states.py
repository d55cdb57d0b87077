"""Where a draft came from, and how far it is. Pure."""

from __future__ import annotations

from typing import Final

AUTHORED: Final = "authored"
ADAPTED: Final = "adapted"
IMPORTED: Final = "imported"
ORIGINS: Final = (AUTHORED, ADAPTED, IMPORTED)

DRAFT: Final = "draft"
PUBLISHED: Final = "published"
STATES: Final = (DRAFT, PUBLISHED)
