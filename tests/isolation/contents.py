"""What stands behind rows: hashes of words, and bytes in the storage."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assessments.files import blobs

if TYPE_CHECKING:
    from tests.isolation.world import Tenant


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def stored(t: Tenant, text: str) -> tuple[int, str]:
    """Size and hash of a file with `text` in it, kept among the organisation's blobs."""
    digest = sha256(text)
    path = t.folder / digest
    path.write_text(text)
    blobs.keep(path, organisation_id=t.pk, sha256=digest)
    return len(text.encode()), digest
