"""CISO Assistant's workbooks ("v2") in the shape of its YAML libraries, so that one reader serves both.

`library_meta`, and for each object `<name>_meta` (key and value, `type` says what it is) with `<name>_content`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.tabular.tables import Row, Sheet
from assessments.catalogue.importing.wording import slug_from

_META: Final = "_meta"
_CONTENT: Final = "_content"
_TRANSLATED: Final = re.compile(r"(\w+)\[([\w-]{2,10})\]")
_PLAIN: Final = ("ref_id", "name", "description", "annotation", "typical_evidence", "weight")


def is_library_workbook(sheets: Sequence[Sheet]) -> bool:
    return any(sheet.name.strip().lower() == "library_meta" for sheet in sheets)


def library_from(sheets: Sequence[Sheet], *, file: str, report: Report) -> Located:
    return _WorkbookReader(sheets, file=file, report=report).library()


class _WorkbookReader:
    def __init__(self, sheets: Sequence[Sheet], *, file: str, report: Report) -> None:
        self._file = file
        self._report = report
        self._by_name = {sheet.name.strip().lower(): sheet for sheet in sheets}
        self._metas = {
            name.removesuffix(_META): self._meta(sheet) for name, sheet in self._by_name.items() if name.endswith(_META)
        }

    def library(self) -> Located:
        library = self._metas.get("library", self._made("library_meta"))
        objects = self._made("library_meta")
        for name, meta in self._metas.items():
            kind = meta.text("type").lower()
            if kind == "framework":
                objects.setdefault("framework", []).append(self._framework(name, meta))
            elif kind == "requirement_mapping_set":
                objects.setdefault("requirement_mapping_sets", []).append(self._mapping_set(name, meta))
            elif kind in {"reference_controls", "threats", "risk_matrix"}:
                objects[kind] = [self._made(row.place) for row, _ in self._rows(name)]
        library["objects"] = objects
        library.setdefault("urn", "urn:workbook")
        return library

    def _made(self, place: str, members: Mapping[str, Any] | None = None) -> Located:
        return Located(members or {}, file=self._file, place=place, report=self._report)

    def _meta(self, sheet: Sheet) -> Located:
        pairs = {row.cell(0).strip().lower(): row.cell(1) for row in sheet.rows if row.cell(0) and row.cell(1)}
        return self._made(sheet.name, pairs)

    def _rows(self, name: str) -> list[tuple[Row, dict[str, str]]]:
        """The rows of an object's content by heading."""
        sheet = self._by_name.get(name + _CONTENT)
        if sheet is None:
            self._report.fault(f"the sheet {name}{_CONTENT} is missing", file=self._file)
            return []
        headings = [cell.strip().lower() for cell in sheet.rows[0].cells]
        return [
            (
                row,
                {heading: row.cell(number) for number, heading in enumerate(headings) if heading and row.cell(number)},
            )
            for row in sheet.rows[1:]
        ]

    def _framework(self, name: str, meta: Located) -> Located:
        answers = self._answers(meta.text("answers_definition").lower())
        prefix = meta.text("base_urn") or f"urn:workbook:{slug_from(name)}"
        nodes: list[Located] = []
        above: dict[int, str] = {}
        for number, (row, told) in enumerate(self._rows(name), start=1):
            depth = int(told["depth"]) if re.fullmatch(r"\d{1,2}", told.get("depth", "")) else 0
            if not depth:
                self._report.fault("depth must be a whole number from 1", file=self._file, place=row.place)
                continue
            urn = f"{prefix}:{slug_from(told.get('urn_id') or told.get('ref_id') or '', otherwise=f'node{number}')}"
            if urn in above.values() or any(node["urn"] == urn for node in nodes[-1:]):
                urn = f"{urn}-{number}"
            parents = [level for level in above if level < depth]
            node = self._node(row, told, urn=urn, answers=answers)
            if parents:
                node["parent_urn"] = above[max(parents)]
            elif depth > 1:
                self._report.fault(f"stands at depth {depth} with nothing above it", file=self._file, place=row.place)
            above = {level: known for level, known in above.items() if level < depth} | {depth: urn}
            nodes.append(node)
        members: dict[str, Any] = {"requirement_nodes": nodes}
        groups = meta.text("implementation_groups_definition").lower()
        if groups:
            members["implementation_groups_definition"] = self._plain_rows(groups)
        if scores := meta.text("scores_definition").lower():
            members["scores_definition"] = self._plain_rows(scores)
        return meta.copy_with(members.items())

    def _node(
        self, row: Row, told: Mapping[str, str], *, urn: str, answers: Mapping[str, Mapping[str, str]]
    ) -> Located:
        members: dict[str, Any] = {key: told[key] for key in _PLAIN if key in told}
        members |= {"urn": urn, "assessable": told.get("assessable", "").strip().lower() in {"x", "true", "1"}}
        if groups := told.get("implementation_groups"):
            members["implementation_groups"] = [part.strip() for part in groups.split(",") if part.strip()]
        translations: dict[str, Located] = {}
        for heading, text in told.items():
            if match := _TRANSLATED.fullmatch(heading):
                translations.setdefault(match[2], self._made(row.place))[match[1]] = text
        if translations:
            members["translations"] = self._made(row.place, translations)
        if "questions" in told:
            members["questions"] = self._questions(row, told, answers=answers)
        return self._made(row.place, members)

    def _questions(
        self, row: Row, told: Mapping[str, str], *, answers: Mapping[str, Mapping[str, str]]
    ) -> list[Located]:
        texts = [line for line in told["questions"].split("\n") if line.strip()]
        wanted = [line.strip() for line in told.get("answer", "").split("\n") if line.strip()] or [""]
        out = []
        for number, text in enumerate(texts):
            answer = answers.get(wanted[number] if number < len(wanted) else wanted[-1], {})
            values = [line for line in answer.get("question_choices", "").split("\n") if line.strip()]
            scores = answer.get("add_score", "").split("\n")
            choices = []
            for at, value in enumerate(values):
                choice = self._made(row.place, {"value": value.strip().lstrip("|").strip()})
                if at < len(scores) and scores[at].strip():
                    choice["add_score"] = scores[at].strip()
                choices.append(choice)
            question = {"text": text, "type": answer.get("question_type", "text"), "choices": choices}
            out.append(self._made(row.place, question))
        return out

    def _answers(self, name: str) -> dict[str, Mapping[str, str]]:
        return {told["id"]: told for _, told in self._rows(name) if "id" in told} if name else {}

    def _plain_rows(self, name: str) -> list[Located]:
        return [self._made(row.place, told) for row, told in self._rows(name)]

    def _mapping_set(self, name: str, meta: Located) -> Located:
        source, target = meta.text("source_node_base_urn"), meta.text("target_node_base_urn")
        mappings = []
        for row, told in self._rows(name):
            members = dict(told)
            members["source_requirement_urn"] = f"{source}:{told.get('source_node_id', '')}".lower()
            members["target_requirement_urn"] = f"{target}:{told.get('target_node_id', '')}".lower()
            mappings.append(self._made(row.place, members))
        return meta.copy_with([("requirement_mappings", mappings)])
