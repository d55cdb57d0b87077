"""Shapes of imports of standards."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.catalogue.drafts.values import LANGUAGE, LONGEST
from assessments.catalogue.importing.report import SEVERITIES
from assessments.catalogue.importing.result import MOST_FILES
from assessments.catalogue.importing.tabular.link_fields import LINK_FIELDS
from assessments.catalogue.own_crosswalks.serializers import OwnCrosswalkHead
from assessments.models import ImportState
from assessments.serializers.assessment import Shape

_MOST_COLUMNS = 50


class NewImport(StrictSerializer):
    files = serializers.ListField(
        child=serializers.FileField(max_length=200, allow_empty_file=True),
        min_length=1,
        max_length=MOST_FILES,
        help_text="One file, or several that name each other (a profile and its catalogues), 20 MiB together.",
    )
    preview = serializers.BooleanField(default=False, help_text="true: tell what would come of it, and make nothing.")
    language = serializers.RegexField(
        LANGUAGE, max_length=5, required=False, help_text="Of the texts, where the file does not say: en, pt-BR."
    )
    root = serializers.CharField(  # type: ignore[assignment]  # fields leave the class namespace
        max_length=200, required=False, help_text="The file that is meant, of several."
    )
    slug = serializers.RegexField(r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$", max_length=LONGEST["slug"], required=False)
    number = serializers.CharField(max_length=LONGEST["number"], required=False)
    title = serializers.CharField(max_length=LONGEST["title"], required=False)
    sheet = serializers.CharField(max_length=100, required=False, help_text="Of a workbook.")
    columns = serializers.JSONField(
        required=False,
        help_text='Of a table, as JSON: field → heading, such as {"ref": "Control ID"}; "" leaves a field out. '
        f"Of a table of links the fields are {', '.join(LINK_FIELDS)}.",
    )
    source = serializers.CharField(  # type: ignore[assignment]  # fields leave the class namespace
        max_length=LONGEST["slug"],
        required=False,
        help_text="Slug of the standard that crosswalks in the files are from, public or of one's own. With target, a "
        "table is read as one of links between the two.",
    )
    target = serializers.CharField(
        max_length=LONGEST["slug"], required=False, help_text="Likewise, of the standard they are to."
    )

    def validate_columns(self, value: Any) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > _MOST_COLUMNS:
            raise serializers.ValidationError([f"Give an object with at most {_MOST_COLUMNS} members."])
        if not all(isinstance(heading, str) and len(heading) <= 500 for heading in value.values()):
            raise serializers.ValidationError(["A heading is text."])
        return value


class ImportedFileShape(Shape):
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")


class FindingCounts(Shape):
    fault = serializers.IntegerField()
    warning = serializers.IntegerField()
    note = serializers.IntegerField()


class ImportFindingShape(Shape):
    severity = serializers.ChoiceField(choices=SEVERITIES)
    file = serializers.CharField(allow_blank=True)
    place = serializers.CharField(allow_blank=True, help_text="JSON pointer, path, line or row; empty: the whole file.")
    message = serializers.CharField()


class ImportLine(Shape):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ImportState.values)
    progress = serializers.IntegerField(help_text="Per cent.")
    preview_only = serializers.BooleanField()
    files = ImportedFileShape(many=True)
    format = serializers.CharField(allow_blank=True, help_text="As it was recognised by the content.")
    error = serializers.CharField(allow_blank=True, help_text="Why it failed.")
    counts = FindingCounts()
    draft = serializers.UUIDField(allow_null=True, help_text="The draft it made.")
    created_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ImportedNodeShape(Shape):
    ref = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # fields leave the class namespace
    title = serializers.CharField()
    assessable = serializers.BooleanField(allow_null=True, help_text="null: if nothing stands below it.")
    withdrawn = serializers.ListField(child=serializers.CharField(), allow_null=True)


class ImportedStandardShape(Shape):
    slug = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    language = serializers.CharField()
    facts = serializers.JSONField()
    scale = serializers.JSONField()
    selections = serializers.JSONField()
    requirements = serializers.IntegerField()
    assessable = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    languages = serializers.ListField(child=serializers.CharField())
    first = ImportedNodeShape(many=True)


class ImportedTableShape(Shape):
    file = serializers.CharField(required=False)
    sheet = serializers.CharField(allow_blank=True)
    sheets = serializers.ListField(child=serializers.CharField())
    header_row = serializers.IntegerField(help_text="From 1.")
    headings = serializers.ListField(child=serializers.CharField(allow_blank=True))
    columns = serializers.DictField(child=serializers.CharField(), help_text="Field → heading.")
    unused = serializers.ListField(child=serializers.CharField())
    parents = serializers.ChoiceField(choices=["parent column", "depth column", "refs", "none"])
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_blank=True)))


class ImportPreviewShape(Shape):
    standard = ImportedStandardShape(allow_null=True)
    table = ImportedTableShape(allow_null=True)


class CrosswalkSideShape(Shape):
    name = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    resolved = serializers.BooleanField(help_text="Whether the refs are those of a file of this import.")
    slug = serializers.CharField(
        allow_blank=True, required=False, help_text="Of the standard, where the file is one of Plumbline's."
    )


class KeptShape(Shape):
    name = serializers.CharField(help_text="…/crosswalks/{name}/")
    version = serializers.IntegerField()
    left_out = serializers.IntegerField(help_text="Refs and links of the file that are not in it.")


class ImportedCrosswalkShape(Shape):
    source = CrosswalkSideShape()  # type: ignore[assignment]  # fields leave the class namespace
    target = CrosswalkSideShape()
    method = serializers.CharField(allow_blank=True)
    groups = serializers.JSONField(
        help_text="[{from, to, relation, rationale, place}], as in crosswalk files; and where in the file."
    )
    titles = serializers.JSONField(required=False, help_text="Of a table of links: side → ref → title.")
    exact = serializers.BooleanField(required=False, help_text="Of a table of links: its refs are no ids of a format.")
    kept = KeptShape(required=False, help_text="What it became, where it was kept.")


class ImportDetail(ImportLine):
    report = ImportFindingShape(many=True)
    preview = ImportPreviewShape(allow_null=True)
    crosswalks = ImportedCrosswalkShape(many=True)


class KeepCrosswalk(StrictSerializer):
    crosswalk = serializers.IntegerField(min_value=0, max_value=1000, default=0, help_text="Which of them, from 0.")
    source = serializers.CharField(  # type: ignore[assignment]  # fields leave the class namespace
        max_length=LONGEST["slug"], required=False, help_text="Slug of the standard, where its name does not tell it."
    )
    target = serializers.CharField(max_length=LONGEST["slug"], required=False, help_text="Likewise.")
    replaces = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="The version of the organisation's crosswalk of the two that this takes the place of.",
    )


class LeftOutShape(Shape):
    pointer = serializers.CharField(help_text="Its place in the file.")
    ref = serializers.CharField(allow_null=True)
    message = serializers.CharField()


class KeptCrosswalk(Shape):
    crosswalk = OwnCrosswalkHead()
    left_out = LeftOutShape(many=True, help_text="What of the file is not in it, and why; at most 1,000.")
    left_out_count = serializers.IntegerField()
