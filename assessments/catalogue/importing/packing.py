"""Files and options of one import as one run of bytes, and what came of it as JSON: what passes the walls. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import IO, Any, Final

import orjson

from assessments.catalogue.drafts.content import as_json
from assessments.catalogue.importing.result import Imported, ImportedCrosswalk, ImportOptions, SourceFile

_MOST_HEAD: Final = 1024 * 1024


def pack(files: Sequence[SourceFile], *, options: ImportOptions, to: IO[bytes]) -> None:
    """One line of JSON that names everything, then the bytes of the files one after the other."""
    head = {"files": [[file.name, len(file.data)] for file in files], "options": asdict(options)}
    to.write(orjson.dumps(head) + b"\n")
    for file in files:
        to.write(file.data)


def unpack(packed: IO[bytes]) -> tuple[list[SourceFile], ImportOptions]:
    """What `pack` wrote. Raises ValueError for anything else."""
    head = orjson.loads(packed.readline(_MOST_HEAD))
    files = [SourceFile(name, packed.read(size)) for name, size in head["files"]]
    if any(len(file.data) != size for file, (_, size) in zip(files, head["files"], strict=True)):
        raise ValueError("the files are cut off")
    return files, ImportOptions(**head["options"])


def answer_of(found: Imported) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "format": found.format,
        "counts": dict(found.counts),
        "findings": [asdict(finding) for finding in found.report],
        "content": as_json(found.content) if found.content is not None else None,
        "crosswalks": [crosswalk_as_json(crosswalk) for crosswalk in found.crosswalks],
        "table": asdict(found.table) if found.table is not None else None,
    }


def crosswalk_as_json(crosswalk: ImportedCrosswalk) -> dict[str, Any]:
    """`groups` as in a crosswalk file of the catalogue: from, to, relation, rationale; and `place`, in its file.

    `titles` and `exact`: as ImportedCrosswalk tells, where there are any.
    """
    told = {"titles": {side: dict(of) for side, of in crosswalk.titles.items()}} if crosswalk.titles else {}
    return {
        "source": asdict(crosswalk.source),
        "target": asdict(crosswalk.target),
        "method": crosswalk.method,
        "groups": [
            {"from": list(link.source), "to": list(link.target), "relation": link.relation}
            | ({"rationale": _words(link.rationale)} if link.rationale else {})
            | ({"place": link.place} if link.place else {})
            for link in crosswalk.links
        ],
        **told,
        **({"exact": True} if crosswalk.exact else {}),
    }


def _words(words: Mapping[str, str]) -> dict[str, str]:
    return dict(words)
