"""Assessments with answers in them, written as rows: for tests whose promise begins where answering ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from assessments.catalogue.editions import Edition, edition
from assessments.catalogue.models import Standard
from assessments.models import Answer, Assessment, Evidence, EvidenceLink, EvidenceVersion, Review
from tenants.scope import tenant_scope
from tests.cast import House

ISO_13485, ISO_56002 = "iso-13485-2016", "iso-56002-2019"


def pinned(slug: str = ISO_56002) -> Edition:
    return edition(Standard.objects.get(slug=slug, is_current=True).pk)


def make_assessment(house: House, *, slug: str = ISO_56002, **fields: Any) -> Assessment:
    """One in progress, with bob in the lead."""
    values = {"name": "Innovation 2026", "state": "in_progress", "target": 4.0, "lead": house.people["bob"]} | fields
    with tenant_scope(house.organisation.pk):
        return Assessment.objects.create(standard_id=pinned(slug).id, created_by=house.people["alice"], **values)


def write_answers(house: House, assessment: Assessment, answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Answer]:
    """Ref → columns; without a state they are answered, by bella."""
    of = edition(assessment.standard_id)
    with tenant_scope(house.organisation.pk):
        rows = Answer.objects.bulk_create(
            [
                Answer(
                    assessment=assessment,
                    requirement_id=of.by_ref[ref].id,
                    answered_by=house.people["bella"],
                    answered_at=timezone.now(),
                    **{"state": "answered", **fields},
                )
                for ref, fields in answers.items()
            ]
        )
        assessment.answers_revision += 1
        assessment.save(update_fields=["answers_revision"])
    return dict(zip(answers, rows, strict=True))


def answer_all(house: House, assessment: Assessment, *, level: float = 2.0, **fields: Any) -> dict[str, Answer]:
    refs = [node.ref for node in edition(assessment.standard_id).nodes if node.assessable]
    return write_answers(
        house, assessment, {ref: {"level": level, "note": f"Note on {ref}.", **fields} for ref in refs}
    )


def add_evidence(house: House, answer: Answer, *, number: int = 1, valid_until: date | None = None) -> Evidence:
    bella = house.people["bella"]
    with tenant_scope(house.organisation.pk):
        evidence = Evidence.objects.create(
            number=number, title=f"Procedure {number}", valid_until=valid_until, created_by=bella, ready_version=2
        )
        for version in (1, 2):
            EvidenceVersion.objects.create(
                evidence=evidence, number=version, file_name=f"procedure-{number}-v{version}.pdf", uploaded_by=bella,
                media_type="application/pdf", size=1000 + version, sha256=f"{version:064x}",
                state="ready", virus_scan="clean",
            )  # fmt: skip
        EvidenceLink.objects.create(answer=answer, evidence=evidence, linked_by=bella)
    return evidence


def add_review(house: House, answer: Answer, *, verdict: str = "validated", level: float | None = 2.0) -> Review:
    with tenant_scope(house.organisation.pk):
        answer.state = verdict
        answer.validated_level = level if verdict == "validated" else None
        answer.save(update_fields=["state", "validated_level"])
        return Review.objects.create(
            answer=answer, answer_version=answer.version, reviewer=house.people["ravi"], verdict=verdict,
            level=answer.validated_level, note="Seen on site.",
        )  # fmt: skip
