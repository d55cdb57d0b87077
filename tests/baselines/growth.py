"""More of everything a list can show, beside the one row of each table that `tests.isolation` makes."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.utils import timezone

from assessments.models import (
    Action,
    Answer,
    AnswerComment,
    Assessment,
    Evidence,
    EvidenceLink,
    EvidenceVersion,
    OutsideInvitation,
    Review,
    ReviewGrant,
    Snapshot,
)
from assessments.services.grants import review_permission
from assessments.services.snapshot import take_snapshot
from identity.models import Person
from reports.models import Delivery, Occurrence, Report, ReportLink, ReportState, Schedule
from tenants import audit
from tenants.authentication import new_key
from tenants.models import ApiKey, Invitation, Job, Membership
from tenants.roles import Role
from tenants.scope import tenant_scope
from tests.cast import make_person
from tests.isolation.factories import pinned
from tests.isolation.world import Tenant, live_until


def grow(tenant: Tenant, *, by: int) -> None:
    """Add `by` rows to every list of the organisation, each naming another person where a row names one, and answer
    every requirement of its main assessment.
    """
    people = [make_person(f"{tenant.canary}.more{number}", domain="more.example") for number in range(by)]
    with tenant_scope(tenant.pk):
        for number, person in enumerate(people, start=10):
            _around(tenant, number=number, person=person)
            _work(tenant, number=number, person=person)
            _documents(tenant, number=number, person=person)
        _answer_everything(tenant, people=people)
        for _ in people:
            take_snapshot(assessment=tenant.of(Assessment), reason="requested", access=None)


def tell(person: Person, *, number: int = 0) -> None:
    """An event in the trail of the organisation in scope whose actor is a person."""
    token = audit._actor.set(audit.Actor(name=f"person:{person.pk}"))
    try:
        audit.record("thing.grown", object_type="thing", object_id=number, after={"number": number})
    finally:
        audit._actor.reset(token)


def welcome(person: Person, *, tenant: Tenant, inside: bool) -> None:
    """Make a person of elsewhere a member of the organisation, or an outside reviewer of its main assessment."""
    with tenant_scope(tenant.pk):
        if inside:
            Membership.objects.create(person=person, role=Role.VIEWER)
        else:
            _grant(tenant, person=person)


def _around(t: Tenant, *, number: int, person: Person) -> None:
    """Who belongs to the organisation or may come, and what is on record."""
    Membership.objects.create(person=person, role=Role.ASSESSOR)
    key = new_key()
    ApiKey.objects.create(
        name=f"key {number}", prefix=key.prefix, secret_hash=key.secret_hash, scope="read", person=person,
        expires_at=live_until(),
    )  # fmt: skip
    _invitation(number, person=person, offer="viewer")
    Job.objects.create(kind="grown", key=str(number), requested_by=person)
    tell(person, number=number)
    outsider = make_person(f"{t.canary}.outside{number}", domain="more.example")
    _grant(t, person=outsider)
    OutsideInvitation.objects.create(
        invitation=_invitation(-number, person=person, offer="outside"),
        assessment=t.of(Assessment),
        access_until=live_until(),
    )


def _invitation(number: int, *, person: Person, offer: str) -> Invitation:
    return Invitation.objects.create(
        email=f"invited{number}@more.example", offer=offer, token_hash=_sha256(str(number)), invited_by=person,
        expires_at=live_until(),
    )  # fmt: skip


def _grant(t: Tenant, *, person: Person, on: Assessment | None = None) -> None:
    ReviewGrant.objects.create(
        user=person, permission=review_permission(), content_object=on or t.of(Assessment),
        granted_by=t.people["owner"], expires_at=live_until(),
    )  # fmt: skip


def _work(t: Tenant, *, number: int, person: Person) -> None:
    """Another assessment with an answer, and more around the main answer."""
    leaf = next(node for node in pinned().nodes if node.assessable)
    other = Assessment.objects.create(
        name=f"Assessment {number}", standard_id=pinned().id, state="in_progress", lead=person, created_by=person
    )
    Answer.objects.create(assessment=other, requirement_id=leaf.id, state="answered", level=number % 6)
    _grant(t, person=t.people["granted"], on=other)
    Action.objects.create(
        assessment=t.of(Assessment), requirement_id=leaf.id, title=f"Action {number}", owner=person, created_by=person
    )
    AnswerComment.objects.create(answer=t.of(Answer), author=person, text=f"Comment {number}.")
    Review.objects.create(
        answer=t.of(Answer), answer_version=1, reviewer=person, verdict="validated", level=2.0, note="Seen."
    )
    file: EvidenceVersion = t.of(EvidenceVersion)
    evidence = Evidence.objects.create(number=number, title=f"Record {number}", created_by=person, ready_version=number)
    for of in (evidence, t.of(Evidence)):
        EvidenceVersion.objects.create(
            evidence=of, number=number, file_name=f"{number}.txt", media_type="text/plain", size=file.size,
            sha256=file.sha256, uploaded_by=person, state="ready", virus_scan="clean",
        )  # fmt: skip
    EvidenceLink.objects.create(answer=t.of(Answer), evidence=evidence, linked_by=person)


def _answer_everything(t: Tenant, *, people: list[Person]) -> None:
    main: Assessment = t.of(Assessment)
    answered = set(Answer.objects.filter(assessment=main).values_list("requirement_id", flat=True))
    Answer.objects.bulk_create(
        Answer(
            assessment=main, requirement_id=node.id, state="answered", level=node.position % 6,
            assignee=people[node.position % len(people)], answered_by=people[node.position % len(people)],
            answered_at=timezone.now(),
        )
        for node in pinned().nodes
        if node.assessable and node.id not in answered
    )  # fmt: skip
    main.answers_revision += 1
    main.save(update_fields=["answers_revision"])


def _documents(t: Tenant, *, number: int, person: Person) -> None:
    report = Report.objects.create(
        assessment=t.of(Assessment), snapshot=t.of(Snapshot), state=ReportState.READY, requested_by=person,
        ready_at=timezone.now(), file_name=f"{number}.pdf", size=number, pages=1, sha256=_sha256(str(number)),
    )  # fmt: skip
    ReportLink.objects.create(
        report=t.of(Report), token_hash=_sha256(f"link {number}"), created_by=person, expires_at=live_until()
    )
    Schedule.objects.create(
        name=f"Schedule {number}", assessment=t.of(Assessment), cadence="daily", time=timezone.now().time(),
        time_zone="UTC", recipients=[person.email], created_by=person, next_run_at=live_until(),
    )  # fmt: skip
    occurrence = Occurrence.objects.create(
        schedule=t.of(Schedule), key=str(number), due_at=timezone.now() - timedelta(days=number), report=report
    )
    for of in (occurrence, t.of(Occurrence)):
        Delivery.objects.create(occurrence=of, recipient=person.email)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
