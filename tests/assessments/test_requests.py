"""Requests for evidence: asked by a member, answered without an account, followed up by the worker."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from assessments.models import EvidenceRequest, EvidenceVersion, RequestedFile, StorageReservation
from assessments.services import requests
from assessments.tasks import begin_night
from tenants.models import AuditEvent, Membership
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.cast import House, run_jobs
from tests.work import make_assessment, pinned, write_answers

SUPPLIER = "supplier@plant.example"


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable][:2]


@pytest.fixture
def assessment(aria: House) -> Any:
    return make_assessment(aria)


def ask(house: House, assessment: Any, refs: list[str], *, by: str = "bob", **more: Any) -> Any:
    body = {
        "email": SUPPLIER, "what": "Certificate of the sterilisation plant", "refs": refs,
        "message": "The one for 2027, please.", "due_on": (timezone.now() + timedelta(days=10)).date().isoformat(),
    } | more  # fmt: skip
    return house.as_(by).post(f"{house.path}/assessments/{assessment.pk}/evidence-requests/", body)


@pytest.fixture
def link(aria: House, assessment: Any, refs: list[str]) -> str:
    asked = ask(aria, assessment, refs, files_most=2)
    assert asked.status_code == 201, asked.content
    return mailed(aria)


def mailed(house: House) -> str:
    """The link of the mail that leaves now."""
    run_jobs(house)
    found = re.search(r"http://localhost:8000(/evidence-requests/\S+/)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def send(link: str, *files: tuple[str, bytes]) -> Any:
    return Client().post(link, {"file": [samples.upload(name, content) for name, content in files]}, follow=True)


def page(link: str) -> str:
    return str(Client().get(link).content.decode())


def detail(house: House, assessment: Any) -> dict[str, Any]:
    path = f"{house.path}/assessments/{assessment.pk}/evidence-requests/"
    listed = house.as_("carol").get(path).json()["results"]
    return dict(house.as_("carol").get(f"{path}{listed[0]['id']}/").json())


def linked_refs(house: House, assessment: Any, refs: list[str]) -> list[str]:
    path = f"{house.path}/assessments/{assessment.pk}/answers"
    return [ref for ref in refs if house.as_("carol").get(f"{path}/{ref}/evidence/").json()["results"]]


def test_the_mail_says_what_is_asked_by_whom_and_until_when(
    aria: House, assessment: Any, refs: list[str], link: str
) -> None:
    sent = mail.outbox[-1]
    assert (sent.to, sent.subject) == (
        [SUPPLIER],
        "Bob of Aria Devices asks you for: Certificate of the sterilisation plant",
    )
    day = (timezone.now() + timedelta(days=10)).date()
    for said in (f"{day.day} {day:%B %Y}", "The one for 2027, please.", refs[0], link):
        assert said in sent.body
        assert said in str(sent.alternatives[0][0])
    told = detail(aria, assessment)
    assert (told["state"], bool(told["sent_at"]), told["files"]) == ("open", True, [])
    assert link.rstrip("/").rpartition("/")[2] not in str(told)
    with tenant_scope(aria.organisation.pk):
        trail = str(list(AuditEvent.objects.values_list("after", flat=True)))
        assert link.rstrip("/").rpartition("/")[2] not in trail + str(EvidenceRequest.objects.values().get())


def test_the_page_says_what_is_asked_and_nothing_else_of_the_organisation(
    aria: House, assessment: Any, refs: list[str], link: str
) -> None:
    response = Client().get(link)
    text = response.content.decode()
    for said in (
        "Bob",
        "Aria Devices",
        "ISO 56002",
        "Certificate of the sterilisation plant",
        "The one for 2027",
        refs[0],
        refs[1],
    ):
        assert said in text
    assert "2 files at most" in text
    for unsaid in (assessment.name, "@example.org", str(assessment.pk), "<script", "style="):
        assert unsaid not in text
    assert response.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'; form-action 'self'"
    )
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies


def test_a_file_is_received_checked_linked_and_told_of(
    aria: House, assessment: Any, refs: list[str], link: str
) -> None:
    sent = send(link, ("certificate.pdf", samples.pdf()))
    assert (sent.status_code, sent.redirect_chain) == (200, [(link, 302)])
    assert "received, being checked" in sent.content.decode()
    assert detail(aria, assessment)["files"][0]["state"] == "received"
    assert linked_refs(aria, assessment, refs) == []
    mail.outbox.clear()
    run_jobs(aria)
    run_jobs(aria)
    assert linked_refs(aria, assessment, refs) == refs
    assert "received and checked" in page(link)
    [told] = mail.outbox
    assert (told.to, "has come" in told.subject, "linked to" in told.body) == (["bob@example.org"], True, True)
    file = detail(aria, assessment)["files"][0]
    evidence = aria.as_("carol").get(f"{aria.path}/evidence/{file['evidence']}/").json()
    assert evidence["title"] == "Certificate of the sterilisation plant: certificate"
    assert evidence["versions"][0]["uploaded_by"] == {"id": None, "name": f"{SUPPLIER}, by request"}
    with tenant_scope(aria.organisation.pk):
        received = AuditEvent.objects.get(event="evidence_request.files_received")
        assert received.actor == f"evidence_request:{EvidenceRequest.objects.get().pk}"
        assert not StorageReservation.objects.exists()


def test_a_rejected_file_makes_room_and_both_sides_are_told(aria: House, assessment: Any, link: str) -> None:
    send(link, ("broken.pdf", b"%PDF-1.4 cut off"), ("good.pdf", samples.pdf()))
    assert "all that can be sent" in page(link)
    mail.outbox.clear()
    for _ in range(2):
        run_jobs(aria)
    text = page(link)
    assert "could not be taken" in text
    assert "1 file at most" in text
    assert sorted("could not be taken" in sent.subject for sent in mail.outbox) == [False, True]
    assert "The sender sees the reason" in next(s.body for s in mail.outbox if "could not" in s.subject)


def test_when_all_has_come_the_link_is_used_up(aria: House, assessment: Any, link: str) -> None:
    send(link, ("one.pdf", samples.pdf(title="One")), ("two.pdf", samples.pdf(title="Two")))
    for _ in range(2):
        run_jobs(aria)
    assert detail(aria, assessment)["state"] == "closed"
    assert Client().get(link).status_code == 404


def test_links_that_open_nothing_are_all_answered_alike(
    aria: House, nextdoor: House, assessment: Any, refs: list[str], link: str
) -> None:
    path = f"{aria.path}/assessments/{assessment.pk}/evidence-requests/"
    second = ask(aria, assessment, refs).json()["id"]
    revoked = mailed(aria)
    assert aria.as_("bob").delete(f"{path}{second}/").status_code == 204
    resent = ask(aria, assessment, refs).json()["id"]
    replaced = mailed(aria)
    assert aria.as_("bob").post(f"{path}{resent}/resend/").status_code == 200
    renewed = mailed(aria)
    ended = [
        "/evidence-requests/aria/unknown/", "/evidence-requests/nobody/unknown/", revoked, replaced,
        link.replace("/aria/", "/nextdoor/"),
    ]  # fmt: skip
    answers = [(got.status_code, got.content, dict(got.headers)) for got in map(Client().get, ended)]
    with time_machine.travel(timezone.now() + timedelta(days=18)):
        late = Client().get(link)
    answers.append((late.status_code, late.content, dict(late.headers)))
    for _, _, headers in answers:
        headers.pop("Expires", None)
        headers.pop("X-Request-Id", None)
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 404
    assert Client().get(renewed).status_code == 200
    posts = [Client().post(gone, {"file": samples.upload("a.pdf", samples.pdf())}) for gone in ended]
    assert {(got.status_code, got.content) for got in posts} == {(404, answers[0][1])}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (("page.svg", b"<svg/>"), "Files ending in .svg are not taken"),
        (("fake.pdf", b"MZ"), "does not begin as its name says"),
        (("empty.pdf", b""), "is empty"),
    ],
)
def test_what_cannot_be_taken_is_said_on_the_page_and_nothing_is_taken(
    aria: House, assessment: Any, link: str, file: tuple[str, bytes], said: str
) -> None:
    refused = send(link, ("good.pdf", samples.pdf()), file)
    assert refused.status_code in {400, 415}
    assert said in refused.content.decode()
    assert "Nothing was taken" in refused.content.decode()
    assert detail(aria, assessment)["files"] == []
    nothing = Client().post(link, {})
    assert (nothing.status_code, "Choose a file first" in nothing.content.decode()) == (400, True)


def test_number_and_size_are_limited(aria: House, assessment: Any, refs: list[str]) -> None:
    ask(aria, assessment, refs, files_most=1, bytes_most=2048)
    link = mailed(aria)
    many = send(link, ("a.txt", b"a"), ("b.txt", b"b"))
    assert (many.status_code, "1 more can be taken" in many.content.decode()) == (409, True)
    large = send(link, ("a.txt", b"a" * 2049))
    assert (large.status_code, detail(aria, assessment)["files"]) == (413, [])
    huge = Client().post(link, {"file": samples.upload("a.txt", b"a" * 3 * 1024**2)})
    assert huge.status_code == 413
    assert send(link, ("a.txt", b"a")).status_code == 200
    assert send(link, ("c.txt", b"c")).status_code == 409
    again = send(link, ("a.txt", b"a"))
    assert again.status_code == 409
    assert len(detail(aria, assessment)["files"]) == 1


def test_rejected_files_cannot_be_sent_for_ever(aria: House, assessment: Any, refs: list[str]) -> None:
    ask(aria, assessment, refs, files_most=1)
    link = mailed(aria)
    for number in range(requests.TRIES):
        assert send(link, (f"{number}.pdf", b"%PDF-1.4 " + str(number).encode())).status_code == 200
        run_jobs(aria)
    assert send(link, ("good.pdf", samples.pdf())).status_code == 409


def test_the_sender_is_not_told_what_the_organisation_has_already(
    aria: House, assessment: Any, refs: list[str], link: str
) -> None:
    content = samples.pdf()
    aria.as_("bob").upload(f"{aria.path}/evidence/", {"file": samples.upload("ours.pdf", content)})
    run_jobs(aria)
    assert "received, being checked" in send(link, ("theirs.pdf", content)).content.decode()
    with tenant_scope(aria.organisation.pk):
        assert EvidenceVersion.objects.count() == 2
    run_jobs(aria)
    run_jobs(aria)
    assert linked_refs(aria, assessment, refs) == refs


def test_what_cannot_be_linked_is_told_and_the_rest_is(
    aria: House, assessment: Any, refs: list[str], link: str
) -> None:
    write_answers(aria, assessment, {refs[0]: {"level": 2.0, "state": "submitted"}})
    send(link, ("certificate.pdf", samples.pdf()))
    mail.outbox.clear()
    run_jobs(aria)
    run_jobs(aria)
    assert linked_refs(aria, assessment, refs) == refs[1:]
    assert detail(aria, assessment)["files"][0]["note"].startswith(f"{refs[0]}: ")
    assert f"{refs[0]}: " in mail.outbox[0].body


def test_the_rights_of_whoever_asked_are_those_of_the_day_it_comes(
    aria: House, assessment: Any, refs: list[str]
) -> None:
    ask(aria, assessment, refs, by="bella")
    link = mailed(aria)
    send(link, ("certificate.pdf", samples.pdf()))
    with tenant_scope(aria.organisation.pk):
        Membership.objects.filter(person=aria.people["bella"]).delete()
    mail.outbox.clear()
    run_jobs(aria)
    run_jobs(aria)
    assert linked_refs(aria, assessment, refs) == []
    assert detail(aria, assessment)["files"][0]["note"] == requests.NOT_ALLOWED_ANY_MORE
    assert [sent.to for sent in mail.outbox] == [["bob@example.org"]], "the lead is told instead"


def test_one_reminder_with_the_same_link_where_nothing_has_come(
    aria: House, assessment: Any, refs: list[str], link: str
) -> None:
    mail.outbox.clear()
    heard = {}
    for day in range(14):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=day)):
            begin_night(str(aria.organisation.pk), str(aria.organisation.pk))
            run_jobs(aria)
            run_jobs(aria)
        if mail.outbox:
            heard[10 - day] = [sent.subject[:9] for sent in mail.outbox]
            assert link in mail.outbox[0].body
            mail.outbox.clear()
    assert heard == {3: ["Reminder:"]}


def test_who_has_sent_something_is_not_reminded(aria: House, assessment: Any, link: str) -> None:
    send(link, ("certificate.pdf", samples.pdf()))
    run_jobs(aria)
    with tenant_scope(aria.organisation.pk):
        assert requests.claim_reminders(now=timezone.now() + timedelta(days=8)) == 0


def test_schedulers_at_once_remind_once(
    committed: None, aria: House, assessment: Any, refs: list[str], in_threads: Callable[..., list[Any]]
) -> None:
    ask(aria, assessment, refs)
    later = timezone.now() + timedelta(days=8)

    def claim(_: int) -> int:
        with tenant_scope(aria.organisation.pk):
            return requests.claim_reminders(now=later)

    assert sum(in_threads(claim, range(4), threads=4)) == 1


def test_files_sent_at_once_keep_to_the_limit(
    committed: None, aria: House, assessment: Any, refs: list[str], in_threads: Callable[..., list[Any]]
) -> None:
    ask(aria, assessment, refs, files_most=2)
    link = mailed(aria)
    sent = in_threads(
        lambda n: Client().post(link, {"file": samples.upload(f"{n}.txt", b"%d" % n)}).status_code, range(6)
    )
    assert sorted(sent) == [302, 302, 409, 409, 409, 409]
    with tenant_scope(aria.organisation.pk):
        assert RequestedFile.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"refs": ["no-such-ref"]}, "refs.0"),
        ({"refs": []}, "refs"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"due_on": "2099-01-01"}, "due_on"),
        ({"email": "nobody"}, "email"),
        ({"what": "See www.bait.example"}, "what"),
        ({"files_most": 21}, "files_most"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    aria: House, assessment: Any, refs: list[str], said: dict[str, Any], field: str
) -> None:
    refused = ask(aria, assessment, **{"refs": refs, **said})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


def test_a_closed_assessment_asks_nobody(aria: House, refs: list[str]) -> None:
    assert ask(aria, make_assessment(aria, state="archived"), refs).status_code == 409


def test_an_organisation_is_no_mail_cannon(
    aria: House, assessment: Any, refs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MAILS_A_DAY", 2)
    statuses = [ask(aria, assessment, refs).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]


def test_the_page_is_limited_by_network_address(aria: House, link: str, settings: Any) -> None:
    settings.THROTTLE_ADDRESS_PER_MINUTE = 3
    caller = Client(REMOTE_ADDR=f"fd00::{uuid.uuid4().hex[:4]}")
    statuses = [caller.get(link).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_a_full_storage_is_said_without_figures(aria: House, assessment: Any, link: str, settings: Any) -> None:
    settings.STORAGE_QUOTA_BYTES = 123
    full = send(link, ("certificate.pdf", samples.pdf()))
    assert full.status_code == 413
    assert "no room for files just now" in full.content.decode()
    assert "123" not in full.content.decode()
    with tenant_scope(aria.organisation.pk):
        assert not StorageReservation.objects.exists()
