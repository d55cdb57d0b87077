"""The trail as a file: complete, in order, safe to open, allowed to few, and told in the trail."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.utils import timezone

from api.spreadsheet import csv_lines, safe_cell
from tenants import audit
from tenants.scope import tenant_scope
from tenants.services import trail_export
from tests.cast import House

EXPORT = "/audit-events/export/"


def _read(house: House, query: str = "", name: str = "alice") -> Any:
    response = house.as_(name).get(f"{house.path}{EXPORT}{query}")
    assert response.status_code == 200, response.content
    return response, b"".join(response.streaming_content).decode()


def _write(house: House, count: int, **values: Any) -> None:
    with tenant_scope(house.organisation.pk):
        for number in range(count):
            audit.record("thing.done", object_type="thing", object_id=number, after={"number": number, **values})


@pytest.mark.django_db
def test_the_export_holds_every_event_once_and_in_order_over_pages(aria: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trail_export, "_PAGE", 7)
    _write(aria, 21)
    for query in ("", "?format=csv"):
        _, text = _read(aria, query)
        if query:
            rows = list(csv.DictReader(io.StringIO(text)))
            numbers = [int(row["seq"]) for row in rows]
            assert tuple(rows[0]) == trail_export.COLUMNS
        else:
            numbers = [json.loads(line)["seq"] for line in text.splitlines()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 21


@pytest.mark.django_db
def test_an_export_is_told_in_the_trail_and_what_comes_after_is_not_in_it(aria: House):
    _write(aria, 2)
    response, text = _read(aria, "?event=thing.done&format=csv", name="adam")
    assert len(text.splitlines()) == 3
    assert response["Content-Disposition"] == 'attachment; filename="aria-audit-trail-2.csv"'
    [told] = aria.as_("alice").get(f"{aria.path}/audit-events/?event=audit.exported").json()["results"]
    assert told["actor_name"] == "Adam"
    assert told["after"]["event"] == "thing.done"
    assert (told["after"]["format"], told["after"]["until_seq"]) == ("csv", 2)
    assert told["address"] == "127.0.0.1"
    _, whole = _read(aria)
    assert json.loads(whole.splitlines()[-1])["content"]["event"] == "audit.exported"


@pytest.mark.django_db
def test_the_filters_of_the_list_count_for_the_export(aria: House):
    _write(aria, 3)
    moment = timezone.now()
    _write(aria, 2, late=True)
    since = moment.isoformat().replace("+00:00", "Z")
    for query, count in ((f"?since={since}", 2), (f"?until={since}", 3), ("?object_id=1", 2), ("?actor=nobody", 0)):
        _, text = _read(aria, query)
        assert len(text.splitlines()) == count, query


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["?format=xlsx", "?who=me", "?since=yesterday"])
def test_a_wrong_wish_is_named_and_not_told(aria: House, query: str):
    assert aria.as_("alice").get(f"{aria.path}{EXPORT}{query}").status_code == 400
    assert aria.as_("alice").get(f"{aria.path}/audit-events/").json()["results"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["bob", "ravi", "carol"])
def test_only_owner_and_admin_export(aria: House, name: str):
    assert aria.as_(name).get(f"{aria.path}{EXPORT}").status_code == 403


@pytest.mark.django_db
def test_strangers_get_404(aria: House, nextdoor: House):
    assert nextdoor.as_("charlie").get(f"{aria.path}{EXPORT}").status_code == 404


@pytest.mark.django_db
def test_the_file_comes_whatever_the_accept_header_says(aria: House):
    _write(aria, 1)
    for accept in ("text/csv", "application/xml", "*/*"):
        response = aria.as_("alice").get(f"{aria.path}{EXPORT}?format=csv", Accept=accept)
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/csv")


PAYLOADS = [
    prefix + start + body
    for prefix in ("", " ", "\t", "\r", "\n", "\u00a0", "\ufeff", "\u3000")
    for start in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    for body in ("cmd|'/C calc'!A0", "1+1", 'HYPERLINK("http://x","y")', "SUM(A1:A9)")
] + ["\tplain", "\rplain", "\nplain"]


def test_no_cell_is_a_formula():
    assert len(PAYLOADS) > 200
    text = csv_lines([[payload] for payload in PAYLOADS]).decode()
    read = [row[0] for row in csv.reader(io.StringIO(text, newline=""))]
    assert read == [f"'{payload}" for payload in PAYLOADS]


@pytest.mark.parametrize("text", ["", "plain", "1", "a=b", "'quoted'", '{"a": "=1"}', None, 7])
def test_what_is_no_formula_stays_as_it_is(text: object):
    assert safe_cell(text) == ("" if text is None else str(text))


@pytest.mark.django_db
def test_what_a_person_wrote_cannot_run_in_the_spreadsheet(aria: House):
    with tenant_scope(aria.organisation.pk):
        audit.record("=1+1", object_type="@SUM(A1)", object_id="-2+3", after={"name": "=1"})
    _, text = _read(aria, "?format=csv")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["event"], row["object_type"], row["object_id"]) == ("'=1+1", "'@SUM(A1)", "'-2+3")
    assert json.loads(row["after"]) == {"name": "=1"}
