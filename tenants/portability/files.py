"""An organisation's files in the storage, whoever of the floors above put them there: all below its own folder."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from django.core.files import File
from django.core.files.storage import default_storage

from tenants.portability.canonical import StoredFile

EXPORTS: Final = "exports"
"""The folder of the exports themselves, which is no part of an export."""
PASSING: Final = "quarantine"
"""The folder of files nobody has looked at yet: they may go while an export is under way."""
INCOMING: Final = "incoming"
"""The folder of what is being sent straight to the storage: no file of the organisation yet, so it never travels."""
NAME: Final = re.compile(r"[0-9a-z][0-9a-z._-]{0,99}(?:/[0-9a-z][0-9a-z._-]{0,99}){0,3}")
"""Names a file may have below its organisation's folder: no way up, nothing hidden."""
_BY_CONTENT: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")
CHUNK: Final = 1024**2

Expected = Callable[[], Iterator[str]]
_expected: Final[list[Expected]] = []


def expect_files(source: Expected) -> Expected:
    """Floors above say which files (by sha256) the rows of the organisation in scope name."""
    _expected.append(source)
    return source


def expected_files() -> set[str]:
    return {f"{sha256[:2]}/{sha256}" for source in _expected for sha256 in source()}


def file_names(organisation_id: uuid.UUID, *, exports: bool = False) -> list[str]:
    """Names below the organisation's folder, sorted. Those of exports, of what is coming in, and halves of files whose
    writer was lost, only where `exports` asks for everything.
    """
    found = _walk(str(organisation_id))
    wanted = (
        name
        for name in found
        if exports or (NAME.fullmatch(name) and not name.startswith((f"{EXPORTS}/", f"{INCOMING}/")))
    )
    return sorted(wanted)


def copy_out(name: str, *, organisation_id: uuid.UUID, to: IO[bytes]) -> StoredFile:
    """Copy a file out of the storage; raises FileNotFoundError, and ValueError when it is not what its name says."""
    digest, size = hashlib.sha256(), 0
    with default_storage.open(f"{organisation_id}/{name}") as stored:
        while chunk := stored.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            to.write(chunk)
    if is_named_by_content(name) and not name.endswith(digest.hexdigest()):
        raise ValueError(f"The stored file {name} is damaged: it has the hash {digest.hexdigest()}.")
    return StoredFile(name, size, digest.hexdigest())


def is_named_by_content(name: str) -> bool:
    return _BY_CONTENT.fullmatch(name) is not None


def put(name: str, *, organisation_id: uuid.UUID, content: IO[bytes]) -> None:
    """Store a file under exactly this name, in the place of what was there."""
    full = f"{organisation_id}/{name}"
    if default_storage.exists(full):
        default_storage.delete(full)
    saved = default_storage.save(full, File(content))
    if saved != full:
        default_storage.delete(saved)
        raise FileExistsError(full)


def open_file(name: str, *, organisation_id: uuid.UUID) -> File[Any]:
    stored: File[Any] = default_storage.open(f"{organisation_id}/{name}")
    return stored


def delete_file(name: str, *, organisation_id: uuid.UUID) -> None:
    default_storage.delete(f"{organisation_id}/{name}")


def delete_all(organisation_id: uuid.UUID) -> tuple[int, int]:
    """Delete every file of the organisation, and its folders; how many there were, and their bytes."""
    count = size = 0
    for name in file_names(organisation_id, exports=True):
        full = f"{organisation_id}/{name}"
        size += default_storage.size(full)
        default_storage.delete(full)
        count += 1
    _delete_folders(str(organisation_id))
    return count, size


def _walk(folder: str, below: str = "") -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        if name:
            yield below + name
    for name in folders:
        if name:
            yield from _walk(f"{folder}/{name}", f"{below}{name}/")


def _delete_folders(folder: str) -> None:
    """Where the storage has folders (a disk), empty ones go too; a bucket has none."""
    try:
        folders, _ = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in folders:
        _delete_folders(f"{folder}/{name}")
    default_storage.delete(folder)
