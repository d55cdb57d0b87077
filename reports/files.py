"""Report files: kept with the organisation's other blobs, and hashed again each time they are read."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import uuid
from contextlib import ExitStack
from typing import IO, Final

from api.problems import Problem
from assessments.files import blobs

logger = logging.getLogger(__name__)

_IN_MEMORY: Final = 4 * 1024**2
_CHUNK: Final = 256 * 1024


def open_checked(*, organisation_id: uuid.UUID, sha256: str, size: int) -> IO[bytes]:
    """A copy of the stored file, at its beginning, whose every byte has passed the hash: none goes out before that.

    Raises Unavailable (503) when the storage does not answer, Problem (500) when it gives other bytes than were kept.
    """
    with ExitStack() as stack:
        stored = stack.enter_context(blobs.open_blob(organisation_id=organisation_id, sha256=sha256, size=size))
        digest, copy = hashlib.sha256(), tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - entered below
        unless_passed = stack.enter_context(ExitStack())
        unless_passed.enter_context(copy)
        while chunk := stored.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        if digest.hexdigest() != sha256:
            logger.error("The file of a report is damaged: %s has the hash %s.", sha256, digest.hexdigest())
            raise Problem("file-damaged", status=500, title="The stored file is not the one that was made.")
        copy.seek(0)
        unless_passed.pop_all()  # it stays open for whoever asked
        return copy
