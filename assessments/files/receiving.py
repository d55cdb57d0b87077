"""Files on their way in: counted while they arrive, and looked at once they are here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from assessments.files.kinds import media_type_of


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
    """A file that has passed: `size` in bytes, `sha256` in hex, `path` good until the request ends."""

    path: Path
    file_name: str
    media_type: str
    size: int
    sha256: str


def examine(file: TemporaryUploadedFile) -> ReceivedFile:
    """Check the kind and take the hash. Raises TypeRefused or TypeMismatch (415)."""
    path, name = Path(file.temporary_file_path()), file.name or ""
    media_type = media_type_of(path, file_name=name)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return ReceivedFile(path=path, file_name=name, media_type=media_type, size=path.stat().st_size, sha256=digest)
