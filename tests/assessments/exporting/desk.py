"""One person's desk, on which a workbook is filled in with openpyxl as with a spreadsheet."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import orjson
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.exporting.sheet import ANSWERS, HEADERS, MEDIA_TYPE
from assessments.models import Answer, Assessment
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import add_review, make_assessment, write_answers

AT = {name: place for place, name in enumerate(HEADERS, 1)}
NASTY = '=HYPERLINK("http://x")\r\nsecond line\x07  '


def make_work(aria: House) -> Assessment:
    assessment = make_assessment(aria, target=3.0)
    rows = write_answers(
        aria,
        assessment,
        {
            "4.1.1": {"level": 2.0, "note": NASTY},
            "4.1.2": {"level": 1.0, "target": 4.5},
            "4.1.3": {"applicable": False, "reason": "@nowhere"},
            "4.2": {"level": 5.0},
        },
    )
    add_review(aria, rows["4.2"], level=4.0)
    return assessment


class Desk:
    """One person's desk: takes the workbook out, fills it in, and brings it back."""

    def __init__(self, house: House, work: Assessment, *, who: str = "bob") -> None:
        self.api, self.path = house.as_(who), f"{house.path}/assessments/{work.pk}/workbook/"
        self.answers = f"{house.path}/assessments/{work.pk}/answers"
        response = self.api.get(self.path)
        assert response.status_code == 200, response.content
        assert response.headers["Content-Type"] == MEDIA_TYPE
        self.response, self.book = response, openpyxl.load_workbook(io.BytesIO(response.content))
        self.sheet = self.book[ANSWERS]

    def cell(self, ref: str, column: str) -> Any:
        row = next(row for row in range(2, self.sheet.max_row + 1) if self.sheet.cell(row, 1).value == ref)
        return self.sheet.cell(row, AT[column])

    def fill(self, ref: str, /, **cells: Any) -> None:
        for column, value in cells.items():
            self.cell(ref, column).value = value

    def bytes(self) -> bytes:
        content = io.BytesIO()
        self.book.save(content)
        return content.getvalue()

    def preview(self, content: bytes | None = None, *, name: str = "answers.xlsx") -> Any:
        return self.api.upload(self.path, {"file": file_of(self.bytes() if content is None else content, name=name)})

    def rows(self) -> dict[str, Any]:
        response = self.preview()
        assert response.status_code == 200, response.content
        return {row["ref"]: row for row in response.json()["rows"]}

    def apply(self, chosen: dict[str, int], **headers: str) -> Any:
        rows = [{"ref": ref, "version": version} for ref, version in chosen.items()]
        fields = {"file": file_of(self.bytes()), "rows": orjson.dumps(rows).decode()}
        return self.api.upload(f"{self.path}apply/", fields, **headers)


def file_of(content: bytes, *, name: str = "answers.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=MEDIA_TYPE)


def stored(house: House, work: Assessment) -> list[Any]:
    with tenant_scope(house.organisation.pk):
        rows = Answer.objects.filter(assessment=work).order_by("id")
        return list(rows.values_list("requirement__ref", "level", "target", "applicable", "reason", "note", "version"))
