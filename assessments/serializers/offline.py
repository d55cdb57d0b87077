"""Shapes of workbooks that come back."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.exporting.merging import MEMBERS, Standing
from assessments.exporting.sheet import MOST_ROWS
from assessments.serializers.answer import ChangedAnswers
from assessments.serializers.assessment import Shape


class WorkbookUpload(StrictSerializer):
    file = serializers.FileField(max_length=200, help_text="The workbook, as .xlsx.")


class ChosenRow(StrictSerializer):
    ref = serializers.CharField(max_length=60)
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="As the preview showed it.")


class WorkbookRows(WorkbookUpload):
    rows = serializers.JSONField(help_text='The rows to apply, as JSON: [{"ref": "4.1.1", "version": 3}, …].')

    def validate_rows(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not 0 < len(value) <= MOST_ROWS:
            raise serializers.ValidationError([f"Give a list of 1 to {MOST_ROWS} rows."])
        chosen = ChosenRow(data=value, many=True)
        chosen.is_valid(raise_exception=True)
        rows: list[dict[str, Any]] = chosen.validated_data
        if len({row["ref"] for row in rows}) != len(rows):
            raise serializers.ValidationError(["Name each row once."])
        return rows


class WorkbookChange(Shape):
    field = serializers.ChoiceField(choices=list(MEMBERS.values()))
    now = serializers.JSONField(allow_null=True, help_text="What stands in Plumbline.")
    workbook = serializers.JSONField(allow_null=True, help_text="What was filled in.")


class WorkbookLineShape(Shape):
    row = serializers.IntegerField(help_text="In the sheet, from 1.")
    ref = serializers.CharField(allow_blank=True)
    standing = serializers.ChoiceField(choices=[standing.value for standing in Standing])
    version = serializers.IntegerField(allow_null=True, help_text="Of the answer now: name it to apply the row.")
    changes = WorkbookChange(many=True)
    errors = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


class WorkbookCounts(Shape):
    unchanged = serializers.IntegerField()
    change = serializers.IntegerField()
    conflict = serializers.IntegerField()
    refused = serializers.IntegerField()
    absent = serializers.IntegerField(help_text="Requirements the workbook has no row for; they stay as they are.")


class WorkbookPreview(Shape):
    counts = WorkbookCounts()
    rows = WorkbookLineShape(many=True, help_text="In the order of the sheet.")


class WorkbookApplied(ChangedAnswers):
    pass
