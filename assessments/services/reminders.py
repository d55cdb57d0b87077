"""Telling people in time that evidence runs out or is to be looked at again.

Every night, for each evidence: 30 and 7 days before its last day and on it, and on the day of its review. Told are its
owner and the leads of assessments under way that use it, members all. Each reminder is claimed by a row that can be
made once; a person gets one mail a day about all that was claimed for them that day.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from django.db.models import F, Q

from assessments.cadence import MADE_UP_FOR_DAYS, REVIEW_DAYS, RUNS_OUT_DAYS, reminder_due
from assessments.lifecycle import AssessmentState
from assessments.models import Evidence, EvidenceLink, EvidenceReminder
from assessments.models.reminder import ReminderKind
from tenants import audit
from tenants.jobs import enqueue
from tenants.models import Membership

REMIND: Final = "remind_of_evidence"
MAIL: Final = "mail.evidence_reminder"
UNDER_WAY: Final = (AssessmentState.DRAFT, AssessmentState.IN_PROGRESS, AssessmentState.IN_REVIEW)
_DAYS: Final = {ReminderKind.RUNS_OUT: RUNS_OUT_DAYS, ReminderKind.REVIEW_DUE: REVIEW_DAYS}


def claim_reminders(*, today: date) -> int:
    """Claim what is due in the organisation in scope and ask for the mails; returns how many people are told."""
    due = list(_due(today))
    told = _recipients([evidence for evidence, _, _, _ in due])
    wanted = [
        EvidenceReminder(
            evidence=evidence, person_id=person_id, kind=kind, due_on=due_on, days=days, told_on=today
        )
        for evidence, kind, due_on, days in due
        for person_id in sorted(told[evidence.pk])
    ]  # fmt: skip
    known = set(
        EvidenceReminder.objects.filter(evidence__in=[evidence.pk for evidence, *_ in due]).values_list(
            "evidence_id", "person_id", "kind", "due_on", "days"
        )
    )
    new = [row for row in wanted if (row.evidence_id, row.person_id, row.kind, row.due_on, row.days) not in known]
    EvidenceReminder.objects.bulk_create(new, ignore_conflicts=True)
    # Rows of somebody faster are not ours, but asking for the same mail twice is asking once.
    people = {row.person_id for row in new}
    for person_id in sorted(people):
        enqueue(MAIL, key=f"{today}:{person_id}", payload={"day": today.isoformat(), "person": str(person_id)})
    if new:
        audit.record(
            "evidence.reminded",
            object_type="evidence",
            object_id="many" if len({row.evidence_id for row in new}) > 1 else new[0].evidence_id,
            after={"evidence": sorted({str(row.evidence_id) for row in new}), "people": sorted(map(str, people))},
        )
    return len(people)


def _due(today: date) -> Iterator[tuple[Evidence, str, date, int]]:
    first, last = today - timedelta(days=MADE_UP_FOR_DAYS), today + timedelta(days=max(RUNS_OUT_DAYS))
    near = Q(valid_until__range=(first, last)) | Q(next_review_on__range=(first, last))
    for evidence in Evidence.objects.filter(near).order_by("number"):
        days = ((ReminderKind.RUNS_OUT, evidence.valid_until), (ReminderKind.REVIEW_DUE, evidence.next_review_on))
        for kind, day in days:
            left = reminder_due(day, today=today, before=_DAYS[kind]) if day else None
            if day is not None and left is not None:
                yield evidence, str(kind), day, left


def _recipients(rows: Sequence[Evidence]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Evidence → people to tell: those of its owner and the leads who are members. Two queries."""
    told = {evidence.pk: {evidence.owner_id or evidence.created_by_id} for evidence in rows}
    leads = EvidenceLink.objects.filter(
        evidence__in=told, answer__assessment__state__in=[state.value for state in UNDER_WAY]
    ).exclude(answer__assessment__lead=None)
    for evidence_id, lead_id in leads.annotate(lead=F("answer__assessment__lead_id")).values_list(
        "evidence_id", "lead"
    ):
        told[evidence_id].add(lead_id)
    wanted = set().union(*told.values()) if told else set()
    members = set(
        Membership.objects.filter(person_id__in=wanted, person__is_active=True).values_list("person_id", flat=True)
    )
    return {evidence_id: people & members for evidence_id, people in told.items()}
