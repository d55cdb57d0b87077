"""One row of every tenant table. A new TenantModel needs a factory here, in the order in which rows need each other."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from contextlib import contextmanager
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.utils import timezone

from api import request_id
from assessments.catalogue.editions import Edition, edition
from assessments.catalogue.models import (
    Crosswalk,
    CrosswalkGroup,
    Requirement,
    RequirementText,
    Standard,
    StandardDraft,
    StandardText,
)
from assessments.files import blobs
from assessments.models import (
    Action,
    Answer,
    AnswerComment,
    Assessment,
    AssessmentScore,
    DirectUpload,
    Evidence,
    EvidenceLink,
    EvidenceReminder,
    EvidenceRequest,
    EvidenceVersion,
    InheritedAnswer,
    OutsideInvitation,
    RequestedFile,
    Review,
    ReviewGrant,
    Snapshot,
    StandardImport,
    StorageQuota,
    StorageReservation,
)
from assessments.services.grants import review_permission
from assessments.services.snapshot import take_snapshot
from reports.models import Delivery, Occurrence, Report, ReportLink, ReportState, Schedule
from tenants import audit
from tenants.authentication import new_key
from tenants.models import (
    ApiKey,
    AuditEvent,
    AuditHead,
    IdempotencyRecord,
    Invitation,
    InvitationMail,
    Job,
    Membership,
    OrganisationExport,
    SignedHead,
)
from tenants.portability.files import put
from tenants.services.exports import file_name
from tenants.services.heads import sign_head
from tests.isolation import own_standards
from tests.isolation.transfers import (
    direct_upload,
    evidence_reminder,
    evidence_request,
    requested_file,
    standard_import,
)
from tests.isolation.world import live_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.isolation.world import Tenant

STANDARD: Final = "iso-56002-2019"
INVITATION_TOKEN: Final = "invitation-token"
LINK_TOKEN: Final = "report-token"
EXPORT_TOKEN: Final = "export-token"


def pinned() -> Edition:
    return edition(Standard.objects.get(slug=STANDARD, is_current=True).pk)


def _leaves() -> list[Any]:
    return [node for node in pinned().nodes if node.assessable]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def api_key(t: Tenant) -> ApiKey:
    new = new_key()
    prefix = t.canary + new.prefix[:4]
    t.key = new.text.replace(new.prefix, prefix)
    return ApiKey.objects.create(
        name=t.text("key"), prefix=prefix, secret_hash=new.secret_hash, scope="read", person=t.people["owner"],
        expires_at=live_until(), last_used_at=timezone.now(),
    )  # fmt: skip


@contextmanager
def _acting(t: Tenant) -> Iterator[None]:
    token = request_id.current.set(t.word("request"))
    actor = audit._actor.set(audit.Actor(name=f"system:{t.canary}", address=t.word("address")))
    try:
        yield
    finally:
        request_id.current.reset(token)
        audit._actor.reset(actor)


def audit_event(t: Tenant) -> AuditEvent:
    with _acting(t):
        said = {"name": t.text("name")}
        audit.record(f"{t.canary}.told", object_type=t.word("thing"), object_id=t.word("1"), before=said, after=said)
    return AuditEvent.objects.get(event=f"{t.canary}.told")


def idempotency_record(t: Tenant) -> IdempotencyRecord:
    return IdempotencyRecord.objects.create(
        person=t.people["owner"], route=t.word("route"), key=t.word("key"), fingerprint=_sha256(t.canary), status=201,
        body=t.text("body").encode(),
    )  # fmt: skip


def invitation(t: Tenant) -> Invitation:
    return Invitation.objects.create(
        email=f"{t.canary}.invited@example.org", offer="viewer", token_hash=_sha256(t.word(INVITATION_TOKEN)),
        invited_by=t.people["owner"], expires_at=live_until(),
    )  # fmt: skip


def invitation_mail(t: Tenant) -> InvitationMail:
    return InvitationMail.objects.create(
        invitation=t.of(Invitation), inviter=t.people["owner"], at=timezone.now() - timedelta(days=2)
    )


def job(t: Tenant) -> Job:
    return Job.objects.create(
        kind=t.word("kind"), key=t.word("job"), payload={"word": t.canary}, state="failed", error=t.text("error"),
        requested_by=t.people["owner"], request_id=t.word("request"), address=t.word("address"),
    )  # fmt: skip


def signed_head(t: Tenant) -> SignedHead:
    signed = sign_head(day="2026-01-31")
    assert signed is not None
    return signed


def organisation_export(t: Tenant) -> OrganisationExport:
    export = OrganisationExport.objects.create(
        state="ready", requested_by=t.people["owner"], ready_at=timezone.now(), expires_at=live_until(), size=7,
        sha256=_sha256(t.canary), canonical=_sha256(t.canary), error=t.text("error"),
        token_hash=_sha256(t.word(EXPORT_TOKEN)), link_until=live_until(),
    )  # fmt: skip
    put(file_name(export.pk), organisation_id=t.pk, content=io.BytesIO(t.text("export").encode()))
    return export


def _assessment(t: Tenant, *, word: str) -> Assessment:
    return Assessment.objects.create(
        name=f"{word} assessment", standard_id=pinned().id, state="in_progress", scope=f"{word} scope",
        profiles=[f"{word}-profile"], selection=f"{word}-selection",
        options={f"{word}-alternative": f"{word}-option"}, target=4.0,
        lead=t.people["assessor"], created_by=t.people["owner"],
    )  # fmt: skip


def assessment(t: Tenant) -> Assessment:
    """The one outside reviewers are let into, and beside it one they are not."""
    aside = _assessment(t, word=t.aside)
    leaf = _leaves()[0]
    answer = _answer(t, aside, leaf=leaf, word=t.aside)
    evidence = _evidence(t, number=2, word=t.aside)
    _version(t, evidence, word=t.aside)
    EvidenceLink.objects.create(answer=answer, evidence=evidence, linked_by=t.people["assessor"])
    AnswerComment.objects.create(answer=answer, author=t.people["assessor"], text=f"{t.aside} comment")
    Action.objects.create(
        assessment=aside, requirement_id=leaf.id, title=f"{t.aside} action", created_by=t.people["owner"]
    )
    return _assessment(t, word=t.canary)


def assessment_score(t: Tenant) -> AssessmentScore:
    return AssessmentScore.objects.create(assessment=t.of(Assessment), answers_revision=0, asserted=1.0)


def _answer(t: Tenant, of: Assessment, *, leaf: Any, word: str) -> Answer:
    return Answer.objects.create(
        assessment=of, requirement_id=leaf.id, state="answered", level=2.0, target=3.0, reason=f"{word} reason",
        note=f"{word} note", assignee=t.people["assessor"], answered_by=t.people["assessor"],
        answered_at=timezone.now(),
    )  # fmt: skip


def answer(t: Tenant) -> Answer:
    leaf = _leaves()[0]
    t.ref = leaf.ref
    return _answer(t, t.of(Assessment), leaf=leaf, word=t.canary)


def answer_comment(t: Tenant) -> AnswerComment:
    return AnswerComment.objects.create(answer=t.of(Answer), author=t.people["assessor"], text=t.text("comment"))


def _evidence(t: Tenant, *, number: int, word: str) -> Evidence:
    return Evidence.objects.create(
        number=number,
        title=f"{word} evidence",
        description=f"{word} description",
        created_by=t.people["assessor"],
        ready_version=1,
    )


def evidence(t: Tenant) -> Evidence:
    return _evidence(t, number=1, word=t.canary)


def _stored(t: Tenant, text: str) -> tuple[int, str]:
    """Size and hash of a file with `text` in it, kept among the organisation's blobs."""
    digest = _sha256(text)
    path = t.folder / digest
    path.write_text(text)
    blobs.keep(path, organisation_id=t.pk, sha256=digest)
    return len(text.encode()), digest


def evidence_text(word: str) -> str:
    """What stands in the file of an evidence with that word."""
    return f"{word} evidence file"


def _version(t: Tenant, of: Evidence, *, word: str) -> EvidenceVersion:
    size, digest = _stored(t, evidence_text(word))
    return EvidenceVersion.objects.create(
        evidence=of, number=1, file_name=f"{word}.txt", media_type=f"text/x-{word}", size=size, sha256=digest,
        uploaded_by=t.people["assessor"], state="ready", virus_scan="clean", reason=f"{word} reason",
        sent_by=f"{word}.sender@example.org",
    )  # fmt: skip


def evidence_version(t: Tenant) -> EvidenceVersion:
    return _version(t, t.of(Evidence), word=t.canary)


def evidence_link(t: Tenant) -> EvidenceLink:
    return EvidenceLink.objects.create(answer=t.of(Answer), evidence=t.of(Evidence), linked_by=t.people["assessor"])


def inherited_answer(t: Tenant) -> InheritedAnswer:
    source = {
        "answer": t.ref, "assessment": {"id": t.ref, "name": t.text("source")}, "ref": "4.1", "level": 2.0,
        "standard": {"slug": "other", "number": "Other"}, "applicable": True, "validated": False,
    }  # fmt: skip
    route = {"kind": "crosswalk", "carries": "full", "relation": "equal", "crosswalk": "a--b", "answers": [source]}
    return InheritedAnswer.objects.create(
        assessment=t.of(Assessment), requirement_id=_leaves()[0].id, state="confirmed", over_link=False,
        offer={"ref": t.ref, "carries": "full", "level": 2.0, "applicable": True, "reason": t.text("reason"),
               "routes": [route]},
        answer_version=1, decided_by=t.people["assessor"], decided_at=timezone.now(),
    )  # fmt: skip


def review(t: Tenant) -> Review:
    return Review.objects.create(
        answer=t.of(Answer), answer_version=1, reviewer=t.people["reviewer"], verdict="validated", level=2.0,
        note=t.text("verdict"),
    )  # fmt: skip


def review_grant(t: Tenant) -> ReviewGrant:
    def grant(person: str, *, days: int) -> ReviewGrant:
        return ReviewGrant.objects.create(
            user=t.people[person], permission=review_permission(), content_object=t.of(Assessment),
            granted_by=t.people["owner"], expires_at=timezone.now() + timedelta(days=days),
        )  # fmt: skip

    grant("expired", days=-1)
    return grant("granted", days=30)


def outside_invitation(t: Tenant) -> OutsideInvitation:
    offer = Invitation.objects.create(
        email=f"{t.canary}.outside@example.org", offer="outside", token_hash=_sha256(t.word("outside")),
        invited_by=t.people["owner"], expires_at=live_until(),
    )  # fmt: skip
    return OutsideInvitation.objects.create(invitation=offer, assessment=t.of(Assessment), access_until=live_until())


def snapshot(t: Tenant) -> Snapshot:
    return take_snapshot(assessment=t.of(Assessment), reason="requested", access=None)


def action(t: Tenant) -> Action:
    return Action.objects.create(
        assessment=t.of(Assessment), requirement_id=_leaves()[0].id, title=t.text("action"),
        description=t.text("description"), owner=t.people["assessor"], created_by=t.people["owner"],
    )  # fmt: skip


def report(t: Tenant) -> Report:
    size, digest = _stored(t, t.text("report file"))
    return Report.objects.create(
        assessment=t.of(Assessment), snapshot=t.of(Snapshot), job=t.of(Job), state=ReportState.READY,
        requested_by=t.people["owner"], ready_at=timezone.now(), file_name=t.word("report.pdf"), size=size, pages=1,
        sha256=digest, error=t.text("error"),
    )  # fmt: skip


def report_link(t: Tenant) -> ReportLink:
    return ReportLink.objects.create(
        report=t.of(Report), token_hash=_sha256(t.word(LINK_TOKEN)), recipient=f"{t.canary}.reader@example.org",
        created_by=t.people["owner"], expires_at=live_until(),
    )  # fmt: skip


def schedule(t: Tenant) -> Schedule:
    return Schedule.objects.create(
        name=t.text("schedule"), assessment=t.of(Assessment), cadence="weekly", weekday=0, time=time(8, 30),
        time_zone="Europe/Berlin", recipients=[f"{t.canary}.leader@example.org"], created_by=t.people["owner"],
        next_run_at=live_until(),
    )  # fmt: skip


def occurrence(t: Tenant) -> Occurrence:
    return Occurrence.objects.create(
        schedule=t.of(Schedule), key=t.word("occurrence"), due_at=timezone.now(), report=t.of(Report)
    )


def delivery(t: Tenant) -> Delivery:
    return Delivery.objects.create(
        occurrence=t.of(Occurrence), recipient=f"{t.canary}.leader@example.org", message_id=t.word("message"),
        error=t.text("error"),
    )  # fmt: skip


FACTORIES: Final[dict[type[models.Model], Callable[[Tenant], Any]]] = {
    AuditHead: lambda _: AuditHead.objects.get(),
    Membership: lambda t: t.of(Membership),
    ApiKey: api_key,
    AuditEvent: audit_event,
    SignedHead: signed_head,
    OrganisationExport: organisation_export,
    IdempotencyRecord: idempotency_record,
    Invitation: invitation,
    InvitationMail: invitation_mail,
    Job: job,
    Standard: own_standards.standard,
    Requirement: own_standards.requirement,
    RequirementText: own_standards.requirement_text,
    StandardText: own_standards.standard_text,
    StandardDraft: own_standards.draft,
    Crosswalk: own_standards.crosswalk,
    CrosswalkGroup: own_standards.crosswalk_group,
    Assessment: assessment,
    AssessmentScore: assessment_score,
    Answer: answer,
    AnswerComment: answer_comment,
    Evidence: evidence,
    EvidenceVersion: evidence_version,
    EvidenceLink: evidence_link,
    EvidenceReminder: evidence_reminder,
    EvidenceRequest: evidence_request,
    RequestedFile: requested_file,
    DirectUpload: direct_upload,
    StandardImport: standard_import,
    StorageQuota: lambda _: StorageQuota.objects.create(limit_bytes=10**9),
    StorageReservation: lambda _: StorageReservation.objects.create(size=1, expires_at=live_until()),
    InheritedAnswer: inherited_answer,
    Review: review,
    ReviewGrant: review_grant,
    OutsideInvitation: outside_invitation,
    Snapshot: snapshot,
    Action: action,
    Report: report,
    ReportLink: report_link,
    Schedule: schedule,
    Occurrence: occurrence,
    Delivery: delivery,
}
