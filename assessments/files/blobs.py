"""Where the bytes are: in the default storage, named by organisation and content.

The name is <organisation id>/<first two of sha256>/<sha256>: made by the server, the same for equal files of one
organisation and never shared between two. A blob is written before the row that names it; when the transaction fails
the blob stays as an orphan that no row and so no address leads to, and that the next upload of the same file takes up.

Bytes nobody has looked at lie apart, as <organisation id>/quarantine/<id of their row>: nothing but the check reads
there, and each can be deleted without asking who else has the same bytes.

What is sent past the API, straight to the storage, comes in as <organisation id>/incoming/<id of its upload>. It is
counted and hashed before it counts as received.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage, storages

from api.problems import Problem, Unavailable
from assessments.files import buckets
from assessments.files.buckets import Stored

logger = logging.getLogger(__name__)

_CHUNK = 1024**2


class BlobDamaged(Exception):
    """The storage answers, but what it holds is not what was sent: nothing will mend that but sending it again."""


def blob_name(*, organisation_id: uuid.UUID, sha256: str) -> str:
    return f"{organisation_id}/{sha256[:2]}/{sha256}"


def quarantine_name(*, organisation_id: uuid.UUID, version_id: uuid.UUID) -> str:
    return f"{organisation_id}/quarantine/{version_id}"


def incoming_name(*, organisation_id: uuid.UUID, upload_id: uuid.UUID) -> str:
    return f"{organisation_id}/incoming/{upload_id}"


def keep(path: Path, *, organisation_id: uuid.UUID, sha256: str) -> None:
    """Store the file at `path` unless it is there. Raises Unavailable (503) when the storage does not answer."""
    _store(path, name=blob_name(organisation_id=organisation_id, sha256=sha256))


def set_aside(path: Path, *, organisation_id: uuid.UUID, version_id: uuid.UUID) -> None:
    """Store the file at `path` in quarantine. Raises Unavailable (503)."""
    _store(path, name=quarantine_name(organisation_id=organisation_id, version_id=version_id))


def discard_aside(*, organisation_id: uuid.UUID, version_id: uuid.UUID) -> None:
    """Delete it from quarantine, if it is there. Raises Unavailable (503)."""
    discard(quarantine_name(organisation_id=organisation_id, version_id=version_id))


def put_in_incoming(path: Path, *, organisation_id: uuid.UUID, upload_id: uuid.UUID) -> None:
    """Store what was sent for an upload. Raises Unavailable (503). Whether something is there is asked before."""
    _store(path, name=incoming_name(organisation_id=organisation_id, upload_id=upload_id))


def discard_damaged(*, organisation_id: uuid.UUID, sha256: str) -> None:
    """Delete a kept file that does not have the hash it is named by: nobody could be handed it. Raises Unavailable."""
    name = blob_name(organisation_id=organisation_id, sha256=sha256)
    if digest_of(name) not in {None, sha256}:
        logger.error("blob %s is damaged, and deleted to be stored anew", name)
        discard(name)


def discard(name: str) -> None:
    """Delete a blob, if it is there. Raises Unavailable (503)."""
    try:
        default_storage.delete(name)
    except Exception as error:
        logger.exception("blob %s could not be deleted", name)
        raise Unavailable from error


@contextmanager
def opened_aside(*, organisation_id: uuid.UUID, version_id: uuid.UUID, size: int, sha256: str) -> Iterator[Path]:
    """A copy of a quarantined file on this machine, every byte of it under the hash, until the block ends.

    Raises BlobDamaged, and Unavailable (503) when the storage does not answer.
    """
    with opened(
        quarantine_name(organisation_id=organisation_id, version_id=version_id), size=size, sha256=sha256
    ) as path:
        yield path


@contextmanager
def opened(name: str, *, size: int, sha256: str) -> Iterator[Path]:
    """As `opened_aside`, for the blob of any name."""
    with tempfile.NamedTemporaryFile(prefix="evidence-") as copy:
        try:
            there = default_storage.exists(name)
            digest = _copy(name, to=copy) if there else ""
        except Exception as error:
            logger.exception("blob %s could not be opened", name)
            raise Unavailable from error
        if digest != sha256 or copy.tell() != size:
            raise BlobDamaged(name)
        copy.flush()
        yield Path(copy.name)


def _copy(name: str, *, to: IO[bytes]) -> str:
    """Copy a blob; returns the sha256 of what was read, in hex."""
    digest = hashlib.sha256()
    with default_storage.open(name) as stored:
        while chunk := stored.read(_CHUNK):
            digest.update(chunk)
            to.write(chunk)
    return digest.hexdigest()


def _store(path: Path, *, name: str) -> None:
    size = path.stat().st_size
    try:
        if default_storage.exists(name) and default_storage.size(name) == size:
            return
        if storage := buckets.bucket():
            buckets.put_once(storage, path, name=name)
        else:
            _write(path, to=_local(name))
    except Problem:
        raise
    except Exception as error:
        # Each kind of storage has exceptions of its own; all of them mean that the file is not kept.
        logger.exception("blob %s could not be stored", name)
        raise Unavailable from error


def size_of(name: str) -> int | None:
    """Bytes of a blob, or None where there is none. Raises Unavailable (503)."""
    try:
        return int(default_storage.size(name)) if default_storage.exists(name) else None
    except Exception as error:
        logger.exception("blob %s could not be asked for", name)
        raise Unavailable from error


def digest_of(name: str) -> str | None:
    """The SHA-256 of a blob, read whole, in hex; None where there is none. Raises Unavailable (503)."""
    try:
        if not default_storage.exists(name):
            return None
        with default_storage.open(name) as found:
            digest = hashlib.sha256()
            while chunk := found.read(_CHUNK):
                digest.update(chunk)
            return digest.hexdigest()
    except Exception as error:
        logger.exception("blob %s could not be read", name)
        raise Unavailable from error


def stored(organisation_id: uuid.UUID) -> Iterator[Stored]:
    """Everything the storage holds of an organisation, in no order. Raises Unavailable (503)."""
    try:
        if storage := buckets.bucket():
            yield from buckets.listed(storage, folder=str(organisation_id))
        else:
            yield from _listed(_local(str(organisation_id)))
    except Exception as error:
        logger.exception("the blobs of %s could not be listed", organisation_id)
        raise Unavailable from error


def _listed(folder: Path) -> Iterator[Stored]:
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # gone meanwhile
            if path.is_file():
                told = path.stat()
                name = str(path.relative_to(folder.parent))
                yield Stored(name, told.st_size, datetime.fromtimestamp(told.st_mtime, tz=UTC))


def open_blob(*, organisation_id: uuid.UUID, sha256: str, size: int) -> File[Any]:
    """The stored file, open for reading. Raises Unavailable (503) when it is not there whole: a fault, and logged."""
    name = blob_name(organisation_id=organisation_id, sha256=sha256)
    try:
        file: File[Any] = default_storage.open(name)
        if file.size != size:
            file.close()
            raise OSError(f"{file.size} bytes, should be {size}")  # noqa: TRY301 - one place tells of all faults
    except Exception as error:
        logger.exception("blob %s could not be opened", name)
        raise Unavailable from error
    return file


def _local(name: str) -> Path:
    return Path(storages["default"].path(name))


def _write(path: Path, *, to: Path) -> None:
    """Whole or not at all: beside its place first, to the disk, then renamed."""
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f".{to.name}.{uuid.uuid4().hex}.part")
    try:
        with path.open("rb") as source, part.open("xb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
            target.flush()
            os.fsync(target.fileno())
        part.chmod(0o640)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(to.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
