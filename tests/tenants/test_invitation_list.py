"""Many invitations by one file, over HTTP: good lines are invited, bad ones told, and twice is once."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core import mail

from tenants.models import AuditEvent, Invitation, Job
from tests.cast import Api, House, InScope, make_person, run_jobs
from tests.invited import accept, invite, mailed_token

pytestmark = pytest.mark.django_db


def upload(house: House, content: str | bytes, *, by: str = "adam", kind: str = "text/csv", **headers: str) -> Any:
    return house.as_(by).client.post(
        f"/api/v1{house.path}/invitations/upload/", content, content_type=kind, headers=headers
    )


def test_good_lines_are_invited_and_bad_ones_told(aria: House, in_scope: InScope) -> None:
    invite(aria, email="open@new.example", role="viewer")
    content = (
        "\ufeffemail;role;team\r\n"
        "dora@new.example;assessor;a\r\n"
        "no address;viewer;a\r\n"
        "bob@example.org;viewer;a\r\n"
        "OPEN@new.example;viewer;a\r\n"
        "eve@new.example;king;a\r\n"
        "otto@new.example;owner;a\r\n"
        "dora@new.example;viewer;a\r\n"
        "finn@new.example;viewer;=1+1\r\n"
    ).encode()
    answer = upload(aria, content)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["counts"] == {"invited": 2, "already_invited": 1, "already_member": 1, "refused": 4}
    assert body["ignored_columns"] == ["team"]
    assert [(row["line"], row["result"], row["column"]) for row in body["rows"]] == [
        (2, "invited", ""), (3, "refused", "email"), (4, "already_member", ""), (5, "already_invited", ""),
        (6, "refused", "role"), (7, "refused", "role"), (8, "refused", "email"), (9, "invited", ""),
    ]  # fmt: skip
    assert all(bool(row["reason"]) == (row["result"] != "invited") for row in body["rows"])
    with in_scope(aria):
        made = {row.email: row.offer for row in Invitation.objects.exclude(email="open@new.example")}
        assert AuditEvent.objects.filter(event="invitation.created").count() == 3
    assert made == {"dora@new.example": "assessor", "finn@new.example": "viewer"}
    run_jobs(aria)
    assert {message.to[0] for message in mail.outbox} == {"open@new.example", *made}
    dora = Api(make_person("finn", domain="new.example"))
    assert accept(aria, dora, mailed_token()).json()["role"] == "viewer"


def test_the_same_file_again_invites_nobody(aria: House, in_scope: InScope) -> None:
    content = "email,role\na@new.example,viewer\nb@new.example,viewer\n"
    first = upload(aria, content).json()
    again = upload(aria, content).json()
    assert first["counts"]["invited"] == again["counts"]["already_invited"] == 2
    assert [row["invitation"] for row in again["rows"]] == [row["invitation"] for row in first["rows"]]
    with in_scope(aria):
        assert Invitation.objects.count() == Job.objects.count() == 2


def test_the_same_request_again_is_answered_again(aria: House, in_scope: InScope) -> None:
    content = "email,role\na@new.example,viewer\n"
    first = upload(aria, content, **{"Idempotency-Key": "k"})
    again = upload(aria, content, **{"Idempotency-Key": "k"})
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    other = upload(aria, "email,role\nb@new.example,viewer\n", **{"Idempotency-Key": "k"})
    assert other.status_code == 422


def test_an_account_elsewhere_shows_in_no_line(aria: House, nextdoor: House) -> None:
    make_person("known", domain="new.example")
    rows = upload(aria, "email,role\nknown@new.example,viewer\nnobody@new.example,viewer\n").json()["rows"]
    told = [{name: value for name, value in row.items() if name not in {"email", "line", "invitation"}} for row in rows]
    assert told[0] | {"mail_at": ""} == told[1] | {"mail_at": ""}


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"", 1), (b"name\nx\n", 1), (b"email,role\n\xff\xfe,viewer\n", 2), ("email,role\n".encode("utf-16"), 1)],
)
def test_an_unreadable_file_invites_nobody_and_says_where(
    aria: House, in_scope: InScope, content: bytes, line: int
) -> None:
    refused = upload(aria, content)
    assert refused.status_code == 400
    assert refused.json()["type"].endswith("unreadable-file")
    assert refused.json()["line"] == line
    with in_scope(aria):
        assert not Invitation.objects.exists()


def test_what_is_no_list_is_refused(aria: House) -> None:
    assert upload(aria, b'{"email": "a@b.example"}', kind="application/json").status_code == 415
    assert upload(aria, b"x" * 300_000).status_code == 413
    assert aria.as_("adam").get(f"{aria.path}/invitations/upload/").status_code == 405


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("ravi", 403), ("carol", 403), ("rita", 404)])
def test_only_those_who_may_invite_may_send_a_list(aria: House, who: str, status: int) -> None:
    assert upload(aria, "email,role\na@new.example,viewer\n", by=who).status_code == status


def test_a_stranger_learns_nothing(aria: House, nextdoor: House) -> None:
    charlie = nextdoor.as_("charlie").client
    answers = [
        charlie.post(f"/api/v1/organisations/{slug}/invitations/upload/", b"x", content_type="text/csv")
        for slug in ("aria", "there-is-none")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_five_hundred_lines_take_a_moment(aria: House, in_scope: InScope) -> None:
    lines = "\n".join(f"p{number}@new.example,viewer" for number in range(500))
    began = time.perf_counter()
    answer = upload(aria, f"email,role\n{lines}\n")
    took = time.perf_counter() - began
    assert answer.json()["counts"]["invited"] == 500
    assert took < 20, "the web server gives a request 30 s"
    with in_scope(aria):
        assert Invitation.objects.count() == 500
