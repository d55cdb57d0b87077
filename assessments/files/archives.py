"""ZIP archives, judged by their central directory before anything is expanded.

The rules and their sources: at most 2,000 entries, 200 MiB expanded and fifty times the archive's own size (CISO
Assistant's figures); no overlapping entries (Fifield, "A better zip bomb", 2019); nothing before the first entry or
after the last record, so that a file is never two kinds at once.
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

from assessments.files.refusals import TypeMismatch, TypeRefused

MAX_ENTRIES: Final = 2_000
MAX_EXPANDED_BYTES: Final = 200 * 1024**2
MAX_RATIO: Final = 50
MAX_DIRECTORY_BYTES: Final = 1024**2
"""Read into memory whole, so bounded before it is read; real documents need about 100 bytes an entry."""

_FIRST, _END, _END_64 = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"
_END_RECORD = struct.Struct("<4s4H2LH")
_LOCAL_HEADER_BYTES = 30
_MAX_COMMENT = 0xFFFF
_ENCRYPTED = 0x1
_CHUNK = 256 * 1024
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose directory has passed. `names` in the order of the directory."""

    opened: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, name: str, *, at_most: int) -> bytes:
        """One small entry. TypeMismatch when it is missing, larger than `at_most` bytes, or damaged."""
        if name not in self.names:
            raise TypeMismatch(f"The part {name} is missing.")
        entry = self.opened.getinfo(name)
        if entry.file_size > at_most:
            raise TypeMismatch(f"The part {name} is larger than such a part ever is.")
        try:
            return self.opened.read(entry)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
            raise TypeMismatch(f"The part {name} cannot be read.") from error
        except Exception as error:  # zlib.error and whatever else hostile bytes bring out of the decoder
            raise TypeMismatch(f"The part {name} is damaged.") from error

    def chunks(self, name: str) -> Iterator[bytes]:
        """One entry, expanded piece by piece. TypeMismatch when its bytes are not what the directory says of them."""
        try:
            with self.opened.open(name) as entry:
                while chunk := entry.read(_CHUNK):
                    yield chunk
        except MemoryError:
            raise
        except Exception as error:
            raise TypeMismatch(f"The part {name[:80]} is damaged.") from error


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Archive]:
    """The archive in `file`, its directory checked. Raises TypeRefused and TypeMismatch."""
    size = file.seek(0, os.SEEK_END)
    directory_at = _check_end(file, size=size)
    try:
        archive = zipfile.ZipFile(file)
    except Exception as error:
        raise TypeMismatch("The file is not a sound archive.") from error
    with archive:
        _check_entries(archive.infolist(), directory_at=directory_at, size=size)
        yield Archive(archive, tuple(entry.filename for entry in archive.infolist()))


def is_archive_too(file: IO[bytes]) -> bool:
    """Whether a ZIP reader would open this file of another kind: then it is two files in one."""
    try:
        file.seek(0)
        return zipfile.is_zipfile(file)
    except Exception:  # noqa: BLE001 - only a reader that says yes is of interest
        return False


def _check_end(file: IO[bytes], *, size: int) -> int:
    """Where the central directory begins, from the end record alone: zipfile believes its sizes, so they come first."""
    file.seek(0)
    if file.read(4) != _FIRST:
        raise TypeMismatch("The file does not begin like an archive.")
    tail_at = max(0, size - _END_RECORD.size - _MAX_COMMENT)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise TypeMismatch("The archive is cut off.")
    _, disk, first_disk, entries_here, entries, directory, directory_at, comment = _END_RECORD.unpack_from(tail, at)
    if tail[max(0, at - 20) : at].startswith(_END_64):
        raise TypeRefused("The archive is written for sizes no document has.")
    if entries > MAX_ENTRIES or directory > MAX_DIRECTORY_BYTES:
        raise TypeRefused(f"The archive has more than {MAX_ENTRIES} entries.")
    if disk or first_disk or entries_here != entries or directory_at + directory != tail_at + at:
        raise TypeMismatch("The archive's directory does not fit the file.")
    if at + _END_RECORD.size + comment != len(tail):
        raise TypeMismatch("There are bytes after the end of the archive.")
    file.seek(0)
    return int(directory_at)


def _check_entries(entries: list[zipfile.ZipInfo], *, directory_at: int, size: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise TypeRefused(f"The archive has more than {MAX_ENTRIES} entries.")
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise TypeMismatch("The archive has two entries of one name.")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise TypeRefused("The file is encrypted, so nobody could check it.")
        if entry.compress_type not in _METHODS:
            raise TypeRefused("The archive is compressed in a way documents are not.")
        parts = entry.filename.split("/")
        if entry.filename.startswith("/") or ".." in parts or "\\" in entry.filename or ":" in entry.filename:
            raise TypeRefused("The archive has an entry that points outside of it.")
    _check_sizes(entries, directory_at=directory_at, size=size)


def _check_sizes(entries: list[zipfile.ZipInfo], *, directory_at: int, size: int) -> None:
    expanded = sum(entry.file_size for entry in entries)
    if expanded > MAX_EXPANDED_BYTES:
        raise TypeRefused(f"Expanded, the file would have more than {MAX_EXPANDED_BYTES // 1024**2} MiB.")
    if expanded > MAX_RATIO * size:
        raise TypeRefused(f"Expanded, the file would be more than {MAX_RATIO} times as large.")
    ends_at = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < ends_at:
            raise TypeRefused("Entries of the archive overlap.")
        ends_at = entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size
    if ends_at > directory_at:
        raise TypeRefused("Entries of the archive overlap its directory.")
