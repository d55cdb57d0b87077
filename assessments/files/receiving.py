"""Files on their way in: counted while they arrive, and turned away at the door when name and first bytes disagree."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from api.problems import Problem
from assessments.files.kinds import ACCEPTED, check_at_the_door
from assessments.files.refusals import FileRefused, TypeRefused


class SizeLimit(FileUploadHandler):
    """Stands before the handler that stores, and stops the reading at `most` bytes of files: a length may be a lie."""

    def __init__(self, *, most: int) -> None:
        super().__init__()
        self.most = most
        self.seen = 0

    @property
    def exceeded(self) -> bool:
        return self.seen > self.most

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.seen += len(raw_data)
        if self.exceeded:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file that was let in and not yet looked into: `size` in bytes, `sha256` in hex.

    `path` is good until the request ends.
    """

    path: Path
    file_name: str
    media_type: str
    size: int
    sha256: str


def take_in(file: TemporaryUploadedFile) -> ReceivedFile:
    """Look at name and first bytes and take the hash. Raises a Problem (415). The file itself is for the worker."""
    path, name = Path(file.temporary_file_path()), file.name or ""
    try:
        media_type = check_at_the_door(path, file_name=name)
    except FileRefused as refusal:
        raise refused(refusal) from refusal
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return ReceivedFile(path=path, file_name=name, media_type=media_type, size=path.stat().st_size, sha256=digest)


def refused(refusal: FileRefused) -> Problem:
    """The refusal as the answer to a request."""
    if isinstance(refusal, TypeRefused):
        title = "That kind of file is not accepted."
        return Problem(refusal.slug, status=415, title=title, detail=refusal.sentence, accepted=list(ACCEPTED))
    return Problem(refusal.slug, status=415, title="The file is not what its name says.", detail=refusal.sentence)
