"""The child that reads files from outside: `… child`, what `packing.pack` wrote as standard input.

Answers with one line of JSON (`packing.answer_of`). Any other end means that the files could not be read.
"""

from __future__ import annotations

import io
import sys
from typing import Final

import orjson

from assessments.catalogue.importing.importer import import_files
from assessments.catalogue.importing.packing import answer_of, unpack
from assessments.catalogue.importing.result import SourceFile
from assessments.jail.inside import Limits, close_the_doors

SECONDS: Final = 90
ANSWER_BYTES: Final = 64 * 1024**2
MEMORY_BYTES: Final = 640 * 1024**2
"""Of addresses, which are more than what is used: 10 MB of XML uses about 220 MiB."""
LIMITS: Final = Limits(cpu_seconds=SECONDS, memory_bytes=MEMORY_BYTES, file_bytes=ANSWER_BYTES, files=16)
_XML: Final = b'<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"><group><p>a</p></group></catalog>'


def import_parsers() -> None:
    """Everything that reading imports on its way, by reading a little of each: no file can be opened afterwards."""
    from encodings import cp437, cp1252, idna, latin_1, utf_8_sig, utf_16, utf_16_be, utf_16_le  # noqa: F401

    from openpyxl import Workbook

    small = io.BytesIO()
    book = Workbook()
    book.worksheets[0].append(["ref", "title"])
    book.worksheets[0].append([1.5, "x"])
    book.save(small)
    for data in (b"{}", b"a: 1", _XML, b"ref,title\n1,x\n", small.getvalue()):
        import_files([SourceFile("small", data)])


def main() -> None:
    """Exit code 0 with an answer; anything else is none."""
    import_parsers()
    close_the_doors(LIMITS, readable=None)
    files, options = unpack(sys.stdin.buffer)
    sys.stdout.buffer.write(orjson.dumps(answer_of(import_files(files, options=options))))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
