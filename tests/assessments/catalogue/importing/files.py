"""Small files for the importers' tests, written for them: OSCAL, libraries of CISO Assistant, tables, workbooks."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import openpyxl
import yaml

from assessments.catalogue.drafts.content import DraftContent, DraftRequirement
from assessments.catalogue.importing.importer import import_files
from assessments.catalogue.importing.result import Imported, ImportOptions, SourceFile

UUID = "11111111-2222-4333-8444-{:012d}".format


def imported(*files: tuple[str, Any], **options: Any) -> Imported:
    """Import files given as (name, bytes, text or JSON value)."""
    sources = [SourceFile(name, as_bytes(value)) for name, value in files]
    return import_files(sources, options=ImportOptions(**options))


def as_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def content_of(found: Imported) -> DraftContent:
    assert found.content is not None, [str(finding) for finding in found.report]
    return found.content


def by_ref(found: Imported) -> dict[str, DraftRequirement]:
    return {requirement.ref: requirement for requirement in content_of(found).requirements}


def messages(found: Imported, severity: str = "") -> list[str]:
    return [str(finding) for finding in found.report if severity in ("", finding.severity)]


def told(found: Imported, severity: str, *words: str) -> bool:
    """Whether one finding of that severity has all these words, place included."""
    return any(all(word in text for word in words) for text in messages(found, severity))


def metadata(title: str = "Small catalogue", **changes: Any) -> dict[str, Any]:
    plain = {"title": title, "last-modified": "2024-05-06T00:00:00Z", "version": "1.0", "oscal-version": "1.1.2"}
    return plain | changes


def label(value: str, **more: str) -> dict[str, str]:
    return {"name": "label", "value": value, **more}


def control(identifier: str, title: str = "A control", **members: Any) -> dict[str, Any]:
    """With a statement, unless `parts` are given."""
    statement = {"id": f"{identifier}_smt", "name": "statement", "prose": f"What {identifier} asks."}
    return {"id": identifier, "title": title, "parts": [statement]} | members


def catalog(*controls: dict[str, Any], **members: Any) -> dict[str, Any]:
    group = {"id": "ac", "class": "family", "title": "Access", "controls": list(controls)}
    return {"catalog": {"uuid": UUID(1), "metadata": metadata(), "groups": [group]} | members}


def profile(*imports: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"profile": {"uuid": UUID(2), "metadata": metadata("Small profile"), "imports": list(imports)} | members}


def library(**members: Any) -> dict[str, Any]:
    framework = {
        "urn": "urn:acme:risk:framework:acme",
        "ref_id": "ACME",
        "name": "Acme framework",
        "requirement_nodes": [],
    }
    top = {
        "urn": "urn:acme:risk:library:acme",
        "locale": "en",
        "ref_id": "ACME",
        "name": "Acme library",
        "version": 3,
        "publication_date": "2025-02-03",
        "provider": "Acme",
    }
    return top | {"objects": {"framework": framework | members}}


def node(tail: str, parent: str | None = None, *, assessable: bool = True, **members: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "urn": f"urn:acme:risk:req_node:acme:{tail}",
        "assessable": assessable,
        "depth": 1,
        "ref_id": tail,
    }
    if parent is not None:
        plain["parent_urn"] = f"urn:acme:risk:req_node:acme:{parent}"
    return {key: value for key, value in (plain | members).items() if value is not None}


def as_yaml(value: Any) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
