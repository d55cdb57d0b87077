"""Links: shown once, opened by anyone who holds one, for a while."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from assessments.models import Assessment
from reports.models import ReportLink
from tenants.models import AuditEvent, IdempotencyRecord
from tenants.scope import tenant_scope
from tenants.verification import verify
from tests.cast import Api, House


@pytest.fixture
def path(aria: House, ready_report: dict[str, Any]) -> str:
    return f"{aria.path}/reports/{ready_report['id']}/links/"


def address(url: str) -> str:
    return url.removeprefix(f"{settings.BASE_URL}/api/v1")


def test_a_link_opens_the_report_without_signing_in(
    aria: House, anyone: Api, path: str, ready_report: dict[str, Any]
) -> None:
    made = aria.as_("bob").post(path, {"days": 2, "recipient": "ceo@example.org"})
    assert made.status_code == 201
    url = made.json()["url"]
    assert url.startswith(f"{settings.BASE_URL}/api/v1{aria.path}/report-links/")
    lasts = datetime.fromisoformat(made.json()["expires_at"]) - timezone.now()
    assert timedelta(days=1, hours=23) < lasts <= timedelta(days=2)
    file = anyone.get(address(url))
    assert file.status_code == 200
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == ready_report["sha256"]
    assert file["Content-Disposition"].startswith("attachment")
    assert (file["Referrer-Policy"], file["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "Set-Cookie" not in file
    listed = aria.as_("carol").get(path).json()["results"]
    assert [(row["opened"], row["state"], row["recipient"]) for row in listed] == [(1, "live", "ceo@example.org")]
    assert "url" not in listed[0]


def test_the_token_is_kept_nowhere(aria: House, path: str) -> None:
    bob = aria.as_("bob")
    made = bob.post(path, {"hours": 1}, Idempotency_Key="k").json()
    again = bob.post(path, {"hours": 1}, Idempotency_Key="k").json()
    token = made["url"].rstrip("/").rpartition("/")[2]
    assert len(token) >= 43
    assert (again["id"], again["url"]) == (made["id"], None)
    with tenant_scope(aria.organisation.pk):
        link = ReportLink.objects.get()
        assert link.token_hash == hashlib.sha256(token.encode()).hexdigest()
        assert token.encode() not in bytes(IdempotencyRecord.objects.get().body)
        assert token not in str(list(AuditEvent.objects.values()))


def test_a_link_that_expired_or_was_revoked_is_gone_and_an_unknown_one_was_never_there(
    aria: House, anyone: Api, path: str
) -> None:
    links = [aria.as_("bob").post(path, {}).json() for _ in range(2)]
    with tenant_scope(aria.organisation.pk):
        ReportLink.objects.filter(pk=links[0]["id"]).update(expires_at=timezone.now())
    for _ in range(2):
        assert aria.as_("bob").delete(f"{path}{links[1]['id']}/").status_code == 204
    for link in links:
        answer = anyone.get(address(link["url"]))
        assert (answer.status_code, answer.json()["type"]) == (410, "urn:plumbline:problem:link-ended")
        assert "report" not in answer.json()
    unknown = anyone.get(f"{aria.path}/report-links/{'x' * 43}/")
    assert unknown.status_code == 404
    listed = aria.as_("bob").get(path).json()["results"]
    assert [(row["state"], row["opened"]) for row in listed] == [("revoked", 0), ("expired", 0)]


def test_a_link_opens_in_its_own_organisation_only(aria: House, nextdoor: House, anyone: Api, path: str) -> None:
    token = aria.as_("bob").post(path, {}).json()["url"].rstrip("/").rpartition("/")[2]
    elsewhere = anyone.get(f"{nextdoor.path}/report-links/{token}/")
    nowhere = anyone.get(f"/organisations/no-such-place/report-links/{token}/")
    assert elsewhere.status_code == nowhere.status_code == 404
    assert elsewhere.content == nowhere.content


def test_an_opening_is_in_the_audit_trail_under_the_link(aria: House, anyone: Api, path: str) -> None:
    link = aria.as_("bob").post(path, {}).json()
    assert b"".join(anyone.get(address(link["url"])).streaming_content)
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="report_link.opened")
        assert (event.actor, event.object_id, event.address) == (f"link:{link['id']}", link["id"], "127.0.0.1")
        assert verify().fault == ""


def test_there_is_no_link_to_a_report_that_is_not_ready(aria: House, work: Assessment) -> None:
    made = aria.as_("bob").post(f"{aria.path}/reports/", {"assessment": str(work.pk)}).json()
    answer = aria.as_("bob").post(f"{aria.path}/reports/{made['id']}/links/", {})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:plumbline:problem:report-not-ready")


@pytest.mark.parametrize(
    "body",
    [{"days": 31}, {"hours": 721}, {"days": 0}, {"days": 1, "hours": 1}, {"forever": True}, {"recipient": "a\nb"}],
)
def test_a_link_lives_no_longer_than_thirty_days(aria: House, path: str, body: dict[str, Any]) -> None:
    assert aria.as_("alice").post(path, body).status_code == 400


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 201), ("adam", 201), ("bob", 201), ("ravi", 201), ("carol", 403)]
)
def test_who_may_hand_out_links(aria: House, path: str, who: str, status: int) -> None:
    assert aria.as_(who).post(path, {}).status_code == status


def test_strangers_neither_list_nor_make_nor_revoke_links(
    aria: House, nextdoor: House, path: str, unknown_id: uuid.UUID
) -> None:
    link = aria.as_("bob").post(path, {}).json()
    charlie = nextdoor.as_("charlie")
    for theirs in (path, path.replace(aria.path, nextdoor.path)):
        assert charlie.get(theirs).status_code == 404
        assert charlie.post(theirs, {}).status_code == 404
        assert charlie.delete(f"{theirs}{link['id']}/").status_code == 404
    assert aria.as_("bob").delete(f"{path}{unknown_id}/").status_code == 404


@pytest.mark.parametrize("fate", ["gone", "demoted", "closed"])
def test_a_link_ends_with_its_makers_right_to_make_links(aria: House, anyone: Api, path: str, fate: str) -> None:
    """From the next opening on: a link is looked at each time, and nothing of it is kept on the way."""
    url = address(aria.as_("bob").post(path, {"days": 2}).json()["url"])
    opened = anyone.get(url)
    assert opened.status_code == 200
    b"".join(opened.streaming_content)
    bob = aria.people["bob"]
    if fate == "closed":
        bob.is_active = False
        bob.save(update_fields=["is_active"])
    elif fate == "gone":
        assert aria.as_("alice").delete(f"{aria.path}/members/{bob.pk}/").status_code == 204
    else:
        assert aria.as_("alice").change(f"{aria.path}/members/{bob.pk}/", {"role": "viewer"}).status_code == 200
    ended = anyone.get(url)
    assert (ended.status_code, ended.json()["type"]) == (410, "urn:plumbline:problem:link-ended")
