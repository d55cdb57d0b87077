"""The child that looks into a file: `… parsing <file name>`, the file as standard input.

Answers with one line of JSON: {} for a file its parser agrees with, {"slug", "sentence"} for one that is refused. Any
other end (a signal, a traceback, nothing said) means that the file could not be read.
"""

from __future__ import annotations

import json
import sys
from typing import Final

from assessments.files.kinds import kind_of, look_into
from assessments.files.refusals import FileRefused
from assessments.jail.inside import Limits, close_the_doors

SECONDS: Final = 30
LIMITS: Final = Limits(cpu_seconds=SECONDS, memory_bytes=512 * 1024**2, file_bytes=64 * 1024, files=16)


def import_parsers(file_name: str) -> None:
    """Everything the parser of this kind imports on its way: behind the closed doors no file can be opened."""
    from encodings import cp437, idna, latin_1, utf_8_sig, utf_16_be, utf_16_le  # noqa: F401

    match kind_of(file_name).media_type:
        case "application/pdf":
            import pypdf._codecs
            import pypdf.filters
            import pypdf.generic
            import pypdf.xmp  # noqa: F401
        case media_type if media_type.startswith("image/"):
            from PIL import Image

            Image.init()


def main(file_name: str) -> None:
    """Exit code 0 with a verdict; anything else is none."""
    import_parsers(file_name)
    close_the_doors(LIMITS, readable=None)
    answer: dict[str, str] = {}
    try:
        look_into(sys.stdin.buffer, file_name=file_name)
    except FileRefused as refusal:
        answer = {"slug": refusal.slug, "sentence": refusal.sentence}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
