"""One row of every tenant table. A new TenantModel needs a factory here, in the order in which rows need each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.utils import timezone

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
from reports.models import Delivery, Occurrence, Report, ReportLink, Schedule
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
from tests.isolation import own_standards
from tests.isolation.contents import sha256, stored
from tests.isolation.report_rows import delivery, occurrence, report, report_link, schedule
from tests.isolation.tenant_rows import (
    api_key,
    audit_event,
    idempotency_record,
    invitation,
    invitation_mail,
    job,
    organisation_export,
    signed_head,
)
from tests.isolation.transfers import (
    direct_upload,
    evidence_reminder,
    evidence_request,
    requested_file,
    standard_import,
)
from tests.isolation.world import live_until

if TYPE_CHECKING:
    from tests.isolation.world import Tenant

STANDARD: Final = "iso-56002-2019"


def pinned() -> Edition:
    return edition(Standard.objects.get(slug=STANDARD, is_current=True).pk)


def _leaves() -> list[Any]:
    return [node for node in pinned().nodes if node.assessable]


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


def evidence_text(word: str) -> str:
    """What stands in the file of an evidence with that word."""
    return f"{word} evidence file"


def _version(t: Tenant, of: Evidence, *, word: str) -> EvidenceVersion:
    size, digest = stored(t, evidence_text(word))
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
        decided_by=t.people["assessor"], decided_at=timezone.now(),
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
        email=f"{t.canary}.outside@example.org", offer="outside", token_hash=sha256(t.word("outside")),
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
