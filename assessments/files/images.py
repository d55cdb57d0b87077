"""Pictures: opened by the one decoder their name allows, never decoded, at most 40 million pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

from assessments.files.archives import is_archive_too
from assessments.files.refusals import TypeMismatch, TypeRefused

MAX_PIXELS: Final = 40_000_000
_TOO_MANY = f"The picture has more than {MAX_PIXELS // 10**6} million pixels."


def check_image(path: Path, *, form: str) -> None:
    """`form` is `png`, `jpeg` or `webp`. The size is read from the header before any pixel is."""
    try:
        with Image.open(path, formats=[form.upper()]) as picture:
            _check_pixels(*picture.size)
            picture.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TypeRefused(_TOO_MANY) from error
    except TypeRefused:
        raise
    except Exception as error:
        raise TypeMismatch(f"The file does not open as {form.upper()}.") from error
    if is_archive_too(path):
        raise TypeMismatch("The file is a picture and an archive at once.")


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise TypeRefused(_TOO_MANY)
