"""Organisations whose every text holds a canary of their own: what they are asked for, and who asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from assessments.catalogue.models import Standard
from assessments.models import Answer, Assessment, Evidence
from identity.models import Person
from tenants import audit
from tenants.authentication import new_key
from tenants.models import ApiKey, Membership, Organisation
from tenants.roles import Role
from tenants.scope import tenant_scope
from tests.bench import dataset, rows
from tests.bench.sizes import SHIPPED

CHANGED = 12
"""How many answers of each organisation are changed again and again."""


def make_organisations(count: int) -> list[dict[str, Any]]:
    """What a client needs to know of each, as plain values."""
    standard = Standard.objects.get(slug=SHIPPED[1], is_current=True)
    return [_make(number, standard=standard) for number in range(count)]


def _make(number: int, *, standard: Standard) -> dict[str, Any]:
    canary, key = f"qx{number:04d}z", new_key()
    owner = Person.objects.create(email=f"{canary}@crosstalk.example", name=f"{canary} owner", password="!")
    organisation = Organisation.objects.create(slug=f"crosstalk-{number:04d}", name=f"{canary} works", created_by=owner)
    with tenant_scope(organisation.pk):
        audit.begin_chain(organisation.pk)
        Membership.objects.create(person=owner, role=Role.OWNER)
        ApiKey.objects.create(
            name=f"{canary} key",
            prefix=key.prefix,
            secret_hash=key.secret_hash,
            scope="assess",
            person=owner,
            expires_at=timezone.now() + timedelta(days=2),
        )
        assessment = Assessment.objects.create(
            name=f"{canary} assessment",
            standard=standard,
            state="in_progress",
            scope=f"{canary} scope",
            target=3,
            lead=owner,
            created_by=owner,
            answers_revision=1,
        )
    dataset.run_statements([rows.ANSWERS], organisation=organisation, assessor=owner.pk)
    dataset.run_statements(
        [rows.EVIDENCE, rows.EVIDENCE_VERSIONS], organisation=organisation, owner=owner.pk, evidence=10
    )
    with tenant_scope(organisation.pk):
        Answer.objects.update(note=Concat(Value(f"{canary} "), F("note")), state="answered", applicable=True, reason="")
        Evidence.objects.update(title=Concat(Value(f"{canary} "), F("title")))
        answers = Answer.objects.filter(assessment=assessment).order_by("requirement__position")[:CHANGED]
        versions = dict(answers.values_list("requirement__ref", "version"))
    return {
        "canary": canary,
        "path": f"/api/v1/organisations/{organisation.slug}/",
        "assessment": str(assessment.pk),
        "versions": versions,
        "key": f"Authorization: Bearer {key.text}\r\n",
        "session": f"Cookie: {dataset.signed_in(owner)}\r\n",
    }
