"""Requests for evidence: made, sent again, revoked by members; answered with files by whoever holds the link.

1. `create_request` names what is wanted, for which requirements, from whom and by when; the mail follows the commit.
2. The link opens one small page (`assessments.views.request_page`), without an account, until the request is closed,
   revoked or expired. `receive_files` makes each file evidence of its own and sends it through the check of files. It
   never says whether the organisation has the same bytes already: that is not for outsiders to learn.
3. Once a file is ready it is linked to the requirements (`settle`), with the rights of whoever asked as they are then,
   and they are told. When as many files are ready as were asked for, the request is closed.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from api.ids import new_id
from api.problems import Conflict, Invalid, NotFound, Problem, Throttled, TooLarge
from assessments.files.receiving import ReceivedFile
from assessments.models import EvidenceRequest, EvidenceVersion, FileState, RequestedFile
from assessments.selectors.taken import tree_of
from assessments.services.answer_places import NO_SUCH_REQUIREMENT, refuse_closed
from assessments.services.check import PENDING
from assessments.services.evidence import take_requested
from assessments.services.evidence_links import link_evidence
from assessments.services.transitions import hold_assessment
from tenants import audit, jobs
from tenants.access import Access
from tenants.models import Job, Membership, Organisation
from tenants.roles import ACTIONS, Action, Role
from tenants.scope import current_organisation

MAIL: Final = "mail.evidence_request"
REMIND: Final = "remind_of_requests"
GRACE: Final = timedelta(days=7)
"""How long after the day it is due a link still opens."""
LATEST: Final = timedelta(days=366)
REMIND_DAYS: Final = 3
MAILS_A_DAY: Final = 50
"""Per organisation: it must not become a mail cannon."""
TRIES: Final = 3
"""How many files may come for each one asked for: rejected ones can be sent again, but not for ever."""
NOT_ALLOWED_ANY_MORE: Final = "Not linked: whoever asked for it may no longer link evidence."


def create_request(assessment_id: uuid.UUID, *, access: Access, fields: dict[str, Any]) -> EvidenceRequest:
    """Ask somebody. Raises Invalid for a ref or a day that is none, Conflict for a closed assessment, Throttled."""
    assessment = hold_assessment(assessment_id)
    refuse_closed(assessment)
    assessable = tree_of(assessment).assessable
    if unknown := [ref for ref in fields["refs"] if ref not in assessable]:
        raise Invalid({f"refs.{fields['refs'].index(ref)}": [NO_SUCH_REQUIREMENT] for ref in unknown})
    today = timezone.now().astimezone(UTC).date()
    if not today <= fields["due_on"] <= today + LATEST:
        raise Invalid({"due_on": ["Choose a day from today on, within a year."]})
    _take_turns()
    request = EvidenceRequest(
        id=new_id(),
        assessment=assessment,
        what=" ".join(fields["what"].split()),
        message=fields.get("message", "").strip(),
        refs=list(dict.fromkeys(fields["refs"])),
        email=fields["email"].strip().lower(),
        due_on=fields["due_on"],
        expires_at=_end_of(fields["due_on"]),
        files_most=fields.get("files_most", 5),
        bytes_most=min(fields.get("bytes_most", settings.UPLOAD_MAX_BYTES), settings.UPLOAD_MAX_BYTES),
        created_by_id=access.person_id,
    )
    request.token_hash = hash_of(token_of(request))
    request.save(force_insert=True)
    _ask_for_mail(request, by=access.person_id)
    audit.record("evidence_request.created", object_type="evidence_request", object_id=request.pk, after=_told(request))
    return request


def resend(assessment_id: uuid.UUID, *, request_id: uuid.UUID, access: Access) -> EvidenceRequest:
    """A new link by mail; the old one ends at once. Conflict for a request that has ended."""
    request = _lock(request_id, assessment_id=assessment_id)
    if request.revoked_at or request.closed_at or request.expires_at <= timezone.now():
        raise Conflict("request-ended", "This request has ended; make a new one.")
    _take_turns()
    request.sending += 1
    request.token_hash, request.sent_at, request.mail_fault = hash_of(token_of(request)), None, ""
    request.save(update_fields=["sending", "token_hash", "sent_at", "mail_fault"])
    _ask_for_mail(request, by=access.person_id)
    audit.record("evidence_request.resent", object_type="evidence_request", object_id=request.pk, after=_told(request))
    return request


def revoke(assessment_id: uuid.UUID, *, request_id: uuid.UUID) -> None:
    """End a request, at once and for good; what came in stays. Twice is once."""
    request = _lock(request_id, assessment_id=assessment_id)
    if request.revoked_at is None:
        request.revoked_at = timezone.now()
        request.save(update_fields=["revoked_at"])
        audit.record(
            "evidence_request.revoked", object_type="evidence_request", object_id=request.pk, after=_told(request)
        )


def find_open(token: str) -> EvidenceRequest:
    """The request a link opens, with its assessment and who asked. NotFound for every other token, whatever became of
    it.
    """
    rows = EvidenceRequest.objects.filter(
        token_hash=hash_of(token), revoked_at__isnull=True, closed_at__isnull=True, expires_at__gt=timezone.now()
    )
    request = rows.select_related("assessment", "created_by").first()
    if request is None:
        raise NotFound
    return request


def places_left(request: EvidenceRequest) -> int:
    """How many files may still come. Rejected ones make room again, until too many were tried."""
    states = list(files_of(request).values_list("version__state", flat=True))
    taken = sum(state != FileState.REJECTED for state in states)
    return max(0, min(request.files_most - taken, request.files_most * TRIES - len(states)))


def files_of(request: EvidenceRequest) -> QuerySet[RequestedFile]:
    return RequestedFile.objects.filter(request=request)


def receive_files(request_id: uuid.UUID, *, files: Sequence[ReceivedFile]) -> None:
    """Take files in, all or none. NotFound when it ended meanwhile, Conflict for too many, TooLarge."""
    request = EvidenceRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None or request.revoked_at or request.closed_at or request.expires_at <= timezone.now():
        raise NotFound
    standing = files_of(request).exclude(version__state=FileState.REJECTED)
    known = set(standing.values_list("version__sha256", flat=True))
    new = {file.sha256: file for file in files if file.sha256 not in known}
    left = places_left(request)
    if len(new) > left:
        raise Conflict("too-many-files", f"{left} more can be taken." if left else "No more files can be taken.")
    for file in new.values():
        if file.size > request.bytes_most:
            raise TooLarge(f"{file.file_name} is larger than a file may be.", limit=request.bytes_most)
    for file in new.values():
        version_id = take_requested(file, title=request.what, asked_by=request.created_by_id, sent_by=request.email)
        RequestedFile.objects.create(request=request, version_id=version_id)
    if new:
        said = [{"file_name": file.file_name, "size": file.size, "sha256": file.sha256} for file in new.values()]
        audit.record(
            "evidence_request.files_received",
            object_type="evidence_request",
            object_id=request.pk,
            after={"files": said},
        )


def settle(version_id: uuid.UUID) -> RequestedFile | None:
    """Link a checked file and close the request when all has come; None where there is nothing (left) to do."""
    found = RequestedFile.objects.filter(version_id=version_id).values_list("request_id", flat=True).first()
    if found is None:
        return None
    request = EvidenceRequest.objects.select_for_update().get(pk=found)
    row = RequestedFile.objects.select_related("version").get(version_id=version_id)
    if row.version.state in PENDING:
        return None
    if row.settled_at is None:
        row.note = "\n".join(_link(request, row.version)) if row.version.state == FileState.READY else ""
        row.settled_at = timezone.now()
        row.save(update_fields=["settled_at", "note"])
        _close_when_complete(request)
    return row


def claim_reminders(*, now: datetime) -> int:
    """Remind once, three days before the day it is due, where nothing has come; returns how many are reminded."""
    today = now.astimezone(UTC).date()
    sent = RequestedFile.objects.exclude(version__state=FileState.REJECTED).values("request_id")
    waiting = EvidenceRequest.objects.filter(
        revoked_at__isnull=True, closed_at__isnull=True, reminded_at__isnull=True, expires_at__gt=now,
        due_on__range=(today, today + timedelta(days=REMIND_DAYS)), created_at__lt=now - timedelta(days=1),
    ).exclude(pk__in=sent)  # fmt: skip
    count = 0
    for request in waiting:
        # Claimed by whoever is first: a second scheduler finds it done.
        if EvidenceRequest.objects.filter(pk=request.pk, reminded_at__isnull=True).update(reminded_at=now) == 1:
            jobs.enqueue(MAIL, key=f"{request.pk}:reminder", payload={"request": str(request.pk), "reminder": True})
            audit.record("evidence_request.reminded", object_type="evidence_request", object_id=request.pk)
            count += 1
    return count


def token_of(request: EvidenceRequest) -> str:
    """256 bits that nobody can make who has not the secret key, the same whenever they are asked for."""
    made = salted_hmac("assessments.evidence_request", f"{request.pk}:{request.sending}", algorithm="sha256")
    return base64.urlsafe_b64encode(made.digest()).decode().rstrip("=")


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _link(request: EvidenceRequest, version: EvidenceVersion) -> list[str]:
    """Link to each requirement that takes it; what was not linked, and why."""
    role = Membership.objects.filter(person_id=request.created_by_id).values_list("role", flat=True).first()
    if role is None or Action.EVIDENCE_WRITE not in ACTIONS[Role(role)]:
        return [NOT_ALLOWED_ANY_MORE]
    faults = []
    for ref in request.refs:
        try:
            with transaction.atomic():
                link_evidence(
                    request.assessment_id, ref=ref, evidence_id=version.evidence_id, person_id=request.created_by_id
                )
        except Problem as problem:
            faults.append(f"{ref}: {problem.detail or problem.title}")
    return faults


def _close_when_complete(request: EvidenceRequest) -> None:
    rows = files_of(request)
    ready = rows.filter(version__state=FileState.READY, settled_at__isnull=False).count()
    if request.closed_at is None and ready >= request.files_most:
        request.closed_at = timezone.now()
        request.save(update_fields=["closed_at"])
        audit.record("evidence_request.closed", object_type="evidence_request", object_id=request.pk)


def _lock(request_id: uuid.UUID, *, assessment_id: uuid.UUID) -> EvidenceRequest:
    rows = EvidenceRequest.objects.select_for_update(of=("self",)).select_related("created_by")
    request = rows.filter(pk=request_id, assessment_id=assessment_id).first()
    if request is None:
        raise NotFound
    return request


def _ask_for_mail(request: EvidenceRequest, *, by: uuid.UUID) -> None:
    jobs.enqueue(MAIL, key=f"{request.pk}:{request.sending}", payload={"request": str(request.pk)}, requested_by=by)


def _take_turns() -> None:
    """One at a time per organisation, so that the day's limit cannot be outrun."""
    Organisation.objects.select_for_update(no_key=True).values_list("pk").get(pk=current_organisation())
    day, now = timedelta(days=1), timezone.now()
    asked = Job.objects.filter(kind=MAIL, created_at__gt=now - day).order_by("-created_at").values_list("created_at")
    oldest = asked[MAILS_A_DAY - 1 : MAILS_A_DAY].first()
    if oldest is not None:
        raise Throttled(seconds=max(1, int((oldest[0] + day - now).total_seconds())))


def _end_of(due_on: date) -> datetime:
    return datetime.combine(due_on + GRACE, time(23, 59, 59), tzinfo=UTC)


def _told(request: EvidenceRequest) -> dict[str, Any]:
    """A request as the trail tells of it, never its token."""
    names = ("assessment_id", "what", "refs", "email", "due_on", "expires_at", "files_most", "bytes_most", "revoked_at")
    return {name: getattr(request, name) for name in names}
