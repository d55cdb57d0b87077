"""Signed heads: one a day, read by members, mailed to owners who want it, and checked anywhere."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.environment import ROOT
from tenants import audit, signing, trail_proof
from tenants.models import AuditEvent, Job, SignedHead, Wakeup
from tenants.scope import tenant_scope
from tenants.services import heads
from tenants.tasks import ask_for_head, plan_signing
from tenants.verification import verify
from tests.cast import House, InScope, run_jobs

HEADS = "/audit-heads/"


def _sign(house: House, *, day: str = "2026-03-01") -> dict[str, Any]:
    with tenant_scope(house.organisation.pk):
        audit.act_as("system:worker")
        signed = heads.sign_head(day=day)
        assert signed is not None
        return heads.head_document(signed)


def _tell(house: House, *names: str) -> None:
    with tenant_scope(house.organisation.pk):
        for name in names:
            audit.record("organisation.changed", object_type="organisation", object_id=1, after={"name": name})


@pytest.mark.django_db
def test_beat_gives_every_organisation_one_alarm_and_one_head_a_day(
    aria: House, nextdoor: House, published: list[Any], in_scope: InScope
):
    _tell(aria, "One")
    assert plan_signing() == 2
    assert plan_signing() == 0
    alarms = Wakeup.objects.filter(task=heads.RING)
    assert {alarm.subject_id for alarm in alarms} == {aria.organisation.pk, nextdoor.organisation.pk}
    for _ in range(2):  # the relay may ring twice
        ask_for_head(str(aria.organisation.pk), str(aria.organisation.pk))
        run_jobs(aria)
    with in_scope(aria):
        [head] = SignedHead.objects.all()
        assert (head.seq, head.day) == (1, timezone.now().astimezone(UTC).date())
        assert verify().fault == ""
        told = AuditEvent.objects.get(event="audit_head.signed")
        assert told.actor == "system:worker"
        assert told.request_id
        assert told.address == "internal"
    next_alarm = alarms.get(organisation_id=aria.organisation.pk).due_at
    midnight = datetime.combine(timezone.now().astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
    assert midnight <= next_alarm < midnight + timedelta(hours=1)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["alice", "bob", "carol"])
def test_every_member_reads_the_signed_heads(aria: House, name: str):
    _tell(aria, "One")
    documents = [_sign(aria, day="2026-03-01"), _sign(aria, day="2026-03-02")]
    rows = aria.as_(name).get(f"{aria.path}{HEADS}").json()["results"]
    assert [row["head"] for row in rows] == documents[::-1]
    answer = aria.as_(name).get(f"{aria.path}{HEADS}{rows[1]['id']}/")
    assert answer.json() == documents[0]
    assert answer["Content-Disposition"] == 'attachment; filename="aria-audit-head-2026-03-01.json"'
    keys = trail_proof.read_keys(Client().get("/.well-known/plumbline-keys.json").content.decode())
    assert trail_proof.head_fault(answer.json(), organisation_id=aria.organisation.pk, keys=keys) == ""


@pytest.mark.django_db
def test_another_organisations_head_is_not_there(aria: House, nextdoor: House, unknown_id: uuid.UUID):
    with tenant_scope(nextdoor.organisation.pk):
        audit.record("thing.done", object_type="thing", object_id=1)
        theirs = heads.sign_head(day="2026-03-01")
    assert theirs is not None
    foreign, nobodys = (aria.as_("alice").get(f"{aria.path}{HEADS}{id_}/") for id_ in (theirs.pk, unknown_id))
    assert foreign.status_code == nobodys.status_code == 404
    assert foreign.content == nobodys.content


@pytest.mark.django_db
def test_owners_who_want_it_get_the_head_by_mail(aria: House, published: list[Any]):
    alice, adam = aria.as_("alice"), aria.as_("adam")
    assert alice.get(f"{aria.path}{HEADS}mail/").json() == {"wanted": False}
    assert alice.put(f"{aria.path}{HEADS}mail/", {"wanted": True}).json() == {"wanted": True}
    assert alice.put(f"{aria.path}{HEADS}mail/", {"wanted": True}).status_code == 200
    assert alice.get(f"{aria.path}{HEADS}mail/").json() == {"wanted": True}
    assert adam.put(f"{aria.path}{HEADS}mail/", {"wanted": True}).status_code == 403
    document = _sign(aria)
    run_jobs(aria)
    [message] = mail.outbox
    assert message.to == ["alice@example.org"]
    [(name, content, _)] = message.attachments
    assert name == "aria-audit-head-2026-03-01.json"
    assert json.loads(content) == document
    events = alice.get(f"{aria.path}/audit-events/?event=audit_head.mail_wanted").json()["results"]
    assert [(row["before"], row["after"]) for row in events] == [({"wants_heads": False}, {"wants_heads": True})]
    alice.put(f"{aria.path}{HEADS}mail/", {"wanted": False})
    _sign(aria, day="2026-03-02")
    run_jobs(aria)
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_nobody_but_an_owner_is_mailed_even_if_they_were_one(aria: House, published: list[Any], in_scope: InScope):
    aria.as_("alice").put(f"{aria.path}{HEADS}mail/", {"wanted": True})
    _sign(aria)
    with in_scope(aria):
        from tenants.models import Membership

        Membership.objects.filter(person=aria.people["alice"]).update(role="viewer")
    run_jobs(aria)
    assert mail.outbox == []
    with in_scope(aria):
        assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}


@pytest.mark.django_db
def test_a_former_key_still_verifies_and_an_unknown_one_does_not(aria: House, settings: Any, in_scope: InScope):
    _tell(aria, "One")
    _sign(aria)
    old = next(iter(signing.public_keys().values()))
    settings.AUDIT_SIGNING_KEY = b"another-key-of-thirty-two-bytes!"
    with in_scope(aria):
        assert "none of those known" in verify().fault
        settings.AUDIT_FORMER_KEYS = (old,)
        assert verify().fault == ""
    keys = Client().get("/.well-known/plumbline-keys.json").json()["keys"]
    assert [base64.urlsafe_b64decode(key["x"] + "=") for key in keys][1] == old
    assert len({key["kid"] for key in keys}) == 2


@pytest.mark.django_db
def test_the_secret_key_is_told_nowhere(aria: House):
    _sign(aria)
    secret = django_settings.AUDIT_SIGNING_KEY
    told = Client().get("/.well-known/plumbline-keys.json").content
    told += aria.as_("alice").get(f"{aria.path}{HEADS}").content
    for form in (secret.hex().encode(), trail_proof.to_text(secret).encode()):
        assert form not in told


def _export(house: House, name: str = "alice", query: str = "") -> bytes:
    response = house.as_(name).get(f"{house.path}/audit-events/export/{query}")
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


@pytest.fixture
def files(aria: House, tmp_path: Path) -> Callable[..., list[str]]:
    """Arguments for the offline check: the export, the head and the keys as files."""
    _tell(aria, "One", "Zwei\u2028ä", "Three")
    head = _sign(aria)
    _tell(aria, "Four")
    export = _export(aria)

    def write(*, trail: bytes = export, head: dict[str, Any] = head) -> list[str]:
        (tmp_path / "trail.jsonl").write_bytes(trail)
        (tmp_path / "head.json").write_text(json.dumps(head))
        (tmp_path / "keys.json").write_bytes(Client().get("/.well-known/plumbline-keys.json").content)
        return [
            str(tmp_path / "trail.jsonl"), "--head", str(tmp_path / "head.json"), "--keys", str(tmp_path / "keys.json")
        ]  # fmt: skip

    return write


@pytest.mark.django_db
def test_an_export_is_checked_offline_by_python_and_cryptography_alone(files: Callable[..., list[str]], tmp_path: Path):
    script = tmp_path / "copied.py"
    script.write_bytes((ROOT / "tenants" / "trail_proof.py").read_bytes())
    run = subprocess.run(
        [sys.executable, "-I", str(script), *files()], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    assert "5 events hold" in run.stdout
    assert "the last 2 events are younger" in run.stdout


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda lines: lines[:2], "the trail was cut off: it ends at event 2, and event 3 was signed"),
        (lambda lines: [lines[0], *lines[2:]], "event 2 is missing"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "event 1 is missing"),
        (lambda lines: [lines[0].replace(b'"One"', b'"Two"'), *lines[1:]], "event 1 was altered"),
        (lambda lines: [lines[0], lines[0], *lines[1:]], "event 2 is missing"),
        (lambda lines: [b"nonsense\n", *lines[1:]], "line 1 is no line"),
        (lambda _: [], "the trail was cut off"),
    ],
)
def test_what_was_done_to_an_export_is_found(
    files: Callable[..., list[str]],
    spoil: Callable[[list[bytes]], list[bytes]],
    fault: str,
    capsys: pytest.CaptureFixture[str],
):
    arguments = files()
    lines = Path(arguments[0]).read_bytes().splitlines(keepends=True)
    files(trail=b"".join(spoil(lines)))
    assert trail_proof.main(arguments) == 1
    assert fault in capsys.readouterr().out


@pytest.mark.django_db
def test_an_export_written_anew_does_not_fit_the_head(
    aria: House, files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
):
    arguments = files()
    link, forged = trail_proof.first_link(aria.organisation.pk), b""
    for seq, line in enumerate(Path(arguments[0]).read_bytes().splitlines(), start=1):
        content = json.loads(line)["content"] | {"actor": "person:nobody"}
        raw = trail_proof.canonical_text(content)
        link = trail_proof.next_link(link, seq=seq, content=raw)
        forged += trail_proof.trail_line(seq=seq, link=link, content=raw)
    files(trail=forged)
    assert trail_proof.main(arguments) == 1
    assert "written anew: event 3" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["seq", "hash", "organisation", "signed_at", "signature", "key_id"])
def test_a_head_altered_in_any_member_does_not_hold(aria: House, name: str):
    head = _sign(aria)
    spoilt = {**head, name: 7 if name == "seq" else "0" + str(head[name])[1:][::-1]}
    fault = trail_proof.head_fault(spoilt, organisation_id=aria.organisation.pk, keys=signing.public_keys())
    assert fault
    other = trail_proof.sign(
        {name: head[name] for name in head.keys() - {"key_id", "signature"}}, key=Ed25519PrivateKey.generate()
    )
    assert "none of those known" in trail_proof.head_fault(
        other, organisation_id=aria.organisation.pk, keys=signing.public_keys()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "{}", "[]", '{"seq": 1}', "no json", '[{"head": 3}]'])
def test_what_is_no_head_cannot_be_checked(aria: House, tmp_path: Path, text: str):
    path = tmp_path / "head.json"
    path.write_text(text)
    with pytest.raises(CommandError) as refused:
        call_command("verify_audit", "--head", str(path))
    assert refused.value.returncode == 2


@pytest.mark.django_db
def test_verify_audit_takes_a_page_of_heads_as_the_api_gave_it(aria: House, tmp_path: Path, capsys: Any):
    _tell(aria, "One")
    _sign(aria, day="2026-03-01")
    _sign(aria, day="2026-03-02")
    path = tmp_path / "heads.json"
    path.write_bytes(aria.as_("alice").get(f"{aria.path}{HEADS}").content)
    call_command("verify_audit", "--head", str(path))
    assert "ok aria: 3 events hold, 2 signed heads, and 2 kept outside" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_head_of_an_organisation_that_is_gone_is_a_fault(aria: House, tmp_path: Path):
    head = _sign(aria) | {"organisation": str(uuid.uuid4())}
    (tmp_path / "head.json").write_text(json.dumps(head))
    with pytest.raises(CommandError, match="belong to none") as refused:
        call_command("verify_audit", "--head", str(tmp_path / "head.json"))
    assert refused.value.returncode == 1


@pytest.mark.django_db
def test_the_app_role_neither_changes_nor_removes_signed_heads(aria: House, in_scope: InScope):
    from django.db import ProgrammingError, transaction

    _sign(aria)
    with in_scope(aria):
        for statement in ("UPDATE tenants_signedhead SET seq = 0", "DELETE FROM tenants_signedhead"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)
