"""One assessment with nothing answered in it, and what stands in it afterwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from assessments.catalogue.editions import edition
from assessments.catalogue.models import Standard
from assessments.models import Answer, Assessment
from identity.models import Person
from tenants.scope import tenant_scope
from tests.bench.dataset import make_organisation
from tests.bench.sizes import SHIPPED

Place = tuple[UUID, UUID]
"""Organisation and assessment."""


def make_assessment(*, answers: int) -> tuple[dict[str, Any], Place]:
    """What an editor needs to know, and where to look afterwards."""
    owner, assessor = (Person.objects.create(email=f"{name}@bench.example", password="!") for name in ("o", "a"))
    organisation, key = make_organisation(0, owner=owner, assessor=assessor)
    standard = Standard.objects.get(slug=SHIPPED[0], is_current=True)
    with tenant_scope(organisation.pk):
        assessment = Assessment.objects.create(
            name="Shared", standard=standard, state="in_progress", target=3, lead=assessor, created_by=owner
        )
    refs = [node.ref for node in edition(standard.pk).nodes if node.assessable][:answers]
    plan = {
        "path": f"/api/v1/organisations/{organisation.slug}/assessments/{assessment.pk}/answers/",
        "credentials": f"Authorization: Bearer {key}\r\n",
        "refs": refs,
    }
    return plan, (organisation.pk, assessment.pk)


def standing(place: Place) -> dict[str, tuple[int, str]]:
    """Ref → version and note of every answer."""
    organisation_id, assessment_id = place
    with tenant_scope(organisation_id):
        rows = Answer.objects.filter(assessment_id=assessment_id)
        return {ref: (version, note) for ref, version, note in rows.values_list("requirement__ref", "version", "note")}
