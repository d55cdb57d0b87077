"""Pictures: opened by the one decoder their name allows, of at most 40 million pixels, and nothing behind their end."""

from __future__ import annotations

import os
import struct
from typing import IO, Final

from assessments.files.archives import is_archive_too
from assessments.files.refusals import TypeMismatch, TypeRefused

MAX_PIXELS: Final = 40_000_000
MAX_FRAMES: Final = 500
_TOO_MANY = f"The picture has more than {MAX_PIXELS // 10**6} million pixels."
_BEHIND = "There are bytes after the end of the picture."
_PROGRAMS: Final = (b"<?php", b"<script", b"<html", b"<!doctype", b"<svg", b"javascript:")
"""Never in a picture, but in the comments of one that a careless server would run. Looked for in small letters."""
_CHUNK = 1024**2


def check_image(file: IO[bytes], *, form: str) -> None:
    """`form` is `png`, `jpeg` or `webp`. The size is read from the header before any pixel is."""
    from PIL import Image  # half of the time a child for another kind of file takes to start

    try:
        file.seek(0)
        with Image.open(file, formats=[form.upper()]) as picture:
            _check_pixels(*picture.size, frames=getattr(picture, "n_frames", 1))
            if form == "jpeg":
                picture.draft("L", (1, 1))  # decoded in small, for its data is to be sound and nothing more
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TypeRefused(_TOO_MANY) from error
    except TypeRefused:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise TypeMismatch(f"The file does not open as {form.upper()}.") from error
    if is_archive_too(file):
        raise TypeMismatch("The file is a picture and an archive at once.")
    {"png": _check_end_of_png, "jpeg": _check_end_of_jpeg, "webp": _check_end_of_webp}[form](file)
    _check_programs(file)


def _check_pixels(width: int, height: int, *, frames: int) -> None:
    if width * height > MAX_PIXELS:
        raise TypeRefused(_TOO_MANY)
    if frames > MAX_FRAMES or width * height * frames > 10 * MAX_PIXELS:
        raise TypeRefused("The picture moves for longer than a record has to.")


def _check_end_of_png(file: IO[bytes]) -> None:
    size = file.seek(0, os.SEEK_END)
    at = 8
    while at + 12 <= size:
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        at += 12 + length
        if kind == b"IEND":
            break
    if at != size:
        raise TypeMismatch(_BEHIND)


def _check_end_of_webp(file: IO[bytes]) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(4)
    (length,) = struct.unpack("<I", file.read(4))
    if 8 + length + length % 2 != size and 8 + length != size:
        raise TypeMismatch(_BEHIND)


def _check_end_of_jpeg(file: IO[bytes]) -> None:
    """Walk the segments (ITU-T T.81, B.1.1). What cameras append are further pictures, so those may follow."""
    size = file.seek(0, os.SEEK_END)
    at = 0
    while at < size:
        end = _end_of_one_jpeg(file, at=at)
        if end is None:
            file.seek(at)
            if at and not file.read(size - at).strip(b"\0"):
                return
            raise TypeMismatch(_BEHIND)
        at = end


def _end_of_one_jpeg(file: IO[bytes], *, at: int) -> int | None:
    """Behind the end of the picture that begins at `at`; None where none does."""
    file.seek(at)
    data = memoryview(file.read())
    if bytes(data[:3]) != b"\xff\xd8\xff":
        return None
    here = 2
    while here + 4 <= len(data):
        if data[here] != 0xFF:
            return None
        marker = data[here + 1]
        if marker == 0xFF:
            here += 1
            continue
        here += 2 + int.from_bytes(data[here + 2 : here + 4], "big")
        if marker == 0xDA:
            break
    return _end_of_scans(data, here, at=at)


def _end_of_scans(data: memoryview, here: int, *, at: int) -> int | None:
    """Through the coded data and the tables between scans, to the mark that ends the picture."""
    raw = bytes(data)
    while (here := raw.find(b"\xff", here)) >= 0 and here + 1 < len(raw):
        marker = raw[here + 1]
        if marker == 0xD9:
            return at + here + 2
        if marker in {0x00, 0xFF} or 0xD0 <= marker <= 0xD7:
            here += 1 if marker == 0xFF else 2
        else:
            here += 2 + int.from_bytes(raw[here + 2 : here + 4], "big")
    return None


def _check_programs(file: IO[bytes]) -> None:
    file.seek(0)
    before = b""
    while chunk := file.read(_CHUNK):
        window = (before + chunk).lower()
        if any(mark in window for mark in _PROGRAMS):
            raise TypeMismatch("The picture carries a program in its comments.")
        before = chunk[-32:]
