"""Where the bytes are: in the default storage, named by organisation and content.

The name is <organisation id>/<first two of sha256>/<sha256>: made by the server, the same for equal files of one
organisation and never shared between two. A blob is written before the row that names it; when the transaction fails
the blob stays as an orphan that no row and so no address leads to, and that the next upload of the same file takes up.
"""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage, storages

from api.problems import Problem, Unavailable

logger = logging.getLogger(__name__)


def blob_name(*, organisation_id: uuid.UUID, sha256: str) -> str:
    return f"{organisation_id}/{sha256[:2]}/{sha256}"


def keep(path: Path, *, organisation_id: uuid.UUID, sha256: str) -> None:
    """Store the file at `path` unless it is there. Raises Unavailable (503) when the storage does not answer."""
    name, size = blob_name(organisation_id=organisation_id, sha256=sha256), path.stat().st_size
    try:
        if default_storage.exists(name) and default_storage.size(name) == size:
            return
        if local := _local(name):
            _write(path, to=local)
        else:
            _send(path, name=name)
    except Problem:
        raise
    except Exception as error:
        # Each kind of storage has exceptions of its own; all of them mean that the file is not kept.
        logger.exception("blob %s could not be stored", name)
        raise Unavailable from error


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


def _local(name: str) -> Path | None:
    """The path of a blob in a folder; None in a bucket."""
    storage = storages["default"]
    return Path(storage.path(name)) if isinstance(storage, FileSystemStorage) else None


def _write(path: Path, *, to: Path) -> None:
    """Whole or not at all: beside its place first, to the disk, then renamed."""
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f".{to.name}.{uuid.uuid4().hex}.part")
    try:
        with path.open("rb") as source, part.open("xb") as target:
            shutil.copyfileobj(source, target, 1024**2)
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


def _send(path: Path, *, name: str) -> None:
    """To a bucket, where a PUT is whole or not at all. A damaged namesake is replaced; a twin made meanwhile stays."""
    if default_storage.exists(name):
        default_storage.delete(name)
    with path.open("rb") as source:
        saved = default_storage.save(name, File(source))
    if saved != name:
        default_storage.delete(saved)
