"""Evidence for reading: the organisation's, what backs one answer, and the file to hand out."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from api.problems import Conflict, NotFound
from assessments.models import Evidence, EvidenceLink, EvidenceVersion, FileState
from identity.models import Person

USES_SHOWN = 200
_READY = ExpressionWrapper(Q(state=FileState.READY), output_field=BooleanField())
_REFERENCE = re.compile(r"^\s*E-?0*(\d{1,9})\s*$", re.IGNORECASE)


def list_evidence(
    *,
    q: str | None = None,
    expires_before: date | None = None,
    review_before: date | None = None,
    unused: bool | None = None,
    state: str | None = None,
) -> QuerySet[Evidence]:
    """Evidence for `evidence_body`, unordered: one query. `q` is looked for in title, description and file names,
    `state` is that of the newest version.
    """
    links = EvidenceLink.objects.filter(evidence_id=OuterRef("pk"))
    rows = Evidence.objects.select_related("created_by", "owner").annotate(
        file=_newest_file(OuterRef("pk")),
        links=Coalesce(Subquery(links.order_by().values("evidence_id").annotate(n=Count("pk")).values("n")), 0),
    )
    if q:
        rows = rows.filter(_matches(q))
    if expires_before:
        rows = rows.filter(valid_until__lt=expires_before)
    if review_before:
        rows = rows.filter(next_review_on__lt=review_before)
    if unused is not None:
        rows = rows.filter(~Exists(links) if unused else Exists(links))
    if state is not None:
        newer = EvidenceVersion.objects.filter(evidence_id=OuterRef("evidence_id"), number__gt=OuterRef("number"))
        newest = EvidenceVersion.objects.filter(~Exists(newer), evidence_id=OuterRef("pk"), state=state)
        rows = rows.filter(Exists(newest))
    return rows


def evidence_body(evidence: Any) -> dict[str, Any]:
    """One of `list_evidence`. `links` counts the answers it backs; `file` is what counts: the newest
    ready version; while there is none, the newest.
    """
    return {
        "id": evidence.pk,
        "number": evidence.number,
        "reference": evidence.reference,
        "title": evidence.title,
        "description": evidence.description,
        "valid_until": evidence.valid_until,
        "owner": _person(evidence.owner or evidence.created_by),
        "review_every_months": evidence.review_every_months,
        "reviewed_on": evidence.reviewed_on,
        "next_review_on": evidence.next_review_on,
        "version": evidence.version,
        "created_by": _person(evidence.created_by),
        "created_at": evidence.created_at,
        "updated_at": evidence.updated_at,
        "file": _file(evidence.file),
        "links": evidence.links,
    }


def evidence_detail(evidence_id: uuid.UUID) -> dict[str, Any]:
    """`evidence_body` with all versions and at most 200 answers it backs, both newest first. Three queries."""
    evidence = list_evidence().filter(pk=evidence_id).first()
    if evidence is None:
        raise NotFound
    versions = EvidenceVersion.objects.filter(evidence_id=evidence_id).select_related("uploaded_by").order_by("-number")
    links = EvidenceLink.objects.filter(evidence_id=evidence_id).order_by("-pk")
    return evidence_body(evidence) | {
        "versions": [
            {
                "number": version.number,
                "file_name": version.file_name,
                "media_type": version.media_type,
                "size": version.size,
                "sha256": version.sha256,
                "state": version.state,
                "reason": version.reason,
                "virus_scan": version.virus_scan,
                "checked_at": version.checked_at,
                "uploaded_by": _sender(version),
                "uploaded_at": version.uploaded_at,
            }
            for version in versions
        ],
        "used_in": [
            {"assessment": {"id": assessment_id, "name": name, "state": state}, "ref": ref, "linked_at": at}
            for assessment_id, name, state, ref, at in links.values_list(
                "answer__assessment_id",
                "answer__assessment__name",
                "answer__assessment__state",
                "answer__requirement__ref",
                "linked_at",
            )[:USES_SHOWN]
        ],
    }


def list_uses(
    evidence_id: uuid.UUID,
    *,
    assessment_id: uuid.UUID | None = None,
    requirement_ids: Collection[uuid.UUID] | None = None,
) -> QuerySet[EvidenceLink]:
    """What an evidence backs, for `use_body`: everywhere, or in one assessment, or there for these requirements.

    NotFound for no such evidence; within an assessment also for one that backs nothing there.
    """
    links = EvidenceLink.objects.filter(evidence_id=evidence_id)
    if assessment_id is None:
        if not Evidence.objects.filter(pk=evidence_id).exists():
            raise NotFound
    else:
        links = links.filter(answer__assessment_id=assessment_id)
        if requirement_ids is not None:
            links = links.filter(answer__requirement_id__in=requirement_ids)
        if not links.exists():
            raise NotFound
    return links.select_related("answer__assessment", "answer__requirement")


def use_body(link: EvidenceLink) -> dict[str, Any]:
    answer = link.answer
    return {
        "assessment": {"id": answer.assessment_id, "name": answer.assessment.name, "state": answer.assessment.state},
        "ref": answer.requirement.ref,
        "linked_at": link.linked_at,
    }


def list_answer_evidence(*, assessment_id: uuid.UUID, requirement_id: uuid.UUID) -> QuerySet[EvidenceLink]:
    """The links of one answer for `link_body`, unordered: one query."""
    return (
        EvidenceLink.objects.filter(answer__assessment_id=assessment_id, answer__requirement_id=requirement_id)
        .select_related("evidence", "linked_by")
        .annotate(file=_newest_file(OuterRef("evidence_id")))
    )


def link_body(link: Any) -> dict[str, Any]:
    """Nothing here tells where else the evidence is used: outside reviewers read it too."""
    return {
        "evidence": {
            "id": link.evidence_id,
            "number": link.evidence.number,
            "reference": link.evidence.reference,
            "title": link.evidence.title,
            "description": link.evidence.description,
            "valid_until": link.evidence.valid_until,
            "file": _file(link.file),
        },
        "linked_by": _person(link.linked_by),
        "linked_at": link.linked_at,
    }


def find_file(evidence_id: uuid.UUID, *, version: int | None = None) -> EvidenceVersion:
    """The newest ready version of an evidence, or the one numbered `version`. NotFound; Conflict where it is not
    ready.
    """
    rows = EvidenceVersion.objects.filter(evidence_id=evidence_id).annotate(ready=_READY).order_by("-ready", "-number")
    found = (rows if version is None else rows.filter(number=version)).first()
    if found is None:
        raise NotFound
    if found.state != FileState.READY:
        raise not_ready(found)
    return found


def not_ready(version: EvidenceVersion) -> Conflict:
    """Why a file is not handed out: it is still being looked at, or was rejected."""
    rejected = version.state == FileState.REJECTED
    said = "The file was rejected." if rejected else "The file is still being checked."
    return Conflict(
        "file-rejected" if rejected else "file-not-ready",
        f"{said} {version.reason}".strip(),
        headers={} if rejected else {"Retry-After": "2"},
        state=version.state,
    )


def find_linked_file(
    evidence_id: uuid.UUID,
    *,
    assessment_id: uuid.UUID,
    requirement_ids: Collection[uuid.UUID] | None = None,
    version: int | None = None,
) -> EvidenceVersion:
    """As `find_file`, for evidence that backs an answer of this assessment, or one to these requirements of it."""
    links = EvidenceLink.objects.filter(evidence_id=evidence_id, answer__assessment_id=assessment_id)
    if requirement_ids is not None:
        links = links.filter(answer__requirement_id__in=requirement_ids)
    if not links.exists():
        raise NotFound
    return find_file(evidence_id, version=version)


def _newest_file(evidence_id: OuterRef) -> Subquery:
    versions = EvidenceVersion.objects.filter(evidence_id=evidence_id).annotate(ready=_READY)
    return Subquery(
        versions.order_by("-ready", "-number").values(
            file=JSONObject(
                version="number",
                file_name="file_name",
                media_type="media_type",
                size="size",
                sha256="sha256",
                state="state",
                reason="reason",
                virus_scan="virus_scan",
                uploaded_at="uploaded_at",
            )
        )[:1]
    )


def _matches(q: str) -> Q:
    names = EvidenceVersion.objects.filter(evidence_id=OuterRef("pk"), file_name__icontains=q)
    wanted = Q(title__icontains=q) | Q(description__icontains=q) | Q(Exists(names))
    reference = _REFERENCE.match(q)
    return wanted | Q(number=int(reference[1])) if reference else wanted


def _file(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "uploaded_at": datetime.fromisoformat(row["uploaded_at"])}


def _sender(version: EvidenceVersion) -> dict[str, Any]:
    if version.uploaded_by is None:
        return {"id": None, "name": f"{version.sent_by}, by request"}
    return _person(version.uploaded_by)


def _person(person: Person) -> dict[str, Any]:
    return {"id": person.pk, "name": person.display_name}
