"""The plugin that turns unordered rows round does so, and leaves ordered ones as they were asked for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Count

from assessments.catalogue.models import Requirement, Standard
from tests.backwards import backwards

pytestmark = pytest.mark.django_db


def test_rows_come_backwards_only_where_nobody_put_them_in_order() -> None:
    with connection.cursor() as cursor:  # one way through the table for all queries, whatever they ask for
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL synchronize_seqscans = off")
    rows = Standard.public.filter(is_current=True).order_by()
    as_they_lie = list(rows.values_list("slug", flat=True))
    by_slug = list(rows.order_by("slug").values_list("slug", flat=True))
    with backwards():
        assert list(rows.values_list("slug", flat=True)) == as_they_lie[::-1]
        assert [standard.slug for standard in rows] == as_they_lie[::-1]
        assert list(rows.order_by("slug").values_list("slug", flat=True)) == by_slug
        assert rows.count() == len(as_they_lie)
        assert (
            rows.aggregate(many=Count("requirements"))["many"] == Requirement.public.filter(standard__in=rows).count()
        )
    assert list(rows.values_list("slug", flat=True)) == as_they_lie
