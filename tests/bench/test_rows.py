"""The rows that are measured still fit the tables: SQL of its own makes them, which no migration looks after."""

from __future__ import annotations

from assessments.catalogue.models import Standard
from assessments.models import Action, Answer, AnswerComment, Evidence, EvidenceLink, EvidenceVersion, Review
from tenants.scope import tenant_scope
from tests.bench import rows
from tests.bench.dataset import make_assessments, run_statements
from tests.cast import House
from tests.work import ISO_56002, pinned


def test_measured_assessments_can_be_made(aria: House) -> None:
    standards = {ISO_56002: Standard.objects.get(slug=ISO_56002, is_current=True)}
    owner, assessor = aria.people["alice"], aria.people["bob"]
    [made] = make_assessments(aria.organisation, slugs=[ISO_56002], standards=standards, owner=owner, assessor=assessor)
    around = {"owner": owner.pk, "evidence": 5, "whole": [made]}
    run_statements(rows.AROUND_ANSWERS, organisation=aria.organisation, **around)
    with tenant_scope(aria.organisation.pk):
        assert Answer.objects.filter(assessment=made).count() == sum(node.assessable for node in pinned().nodes)
        for model in (Evidence, EvidenceVersion, EvidenceLink, AnswerComment, Review, Action):
            assert model.objects.exists(), model.__name__
    opened = aria.as_("alice").get(f"{aria.path}/assessments/{made}/requirements/")
    assert opened.status_code == 200
