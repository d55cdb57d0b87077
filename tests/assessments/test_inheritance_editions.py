"""The next edition of a standard: an assessment of it begins with what was answered in the last one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assessments.catalogue.editions import edition
from assessments.catalogue.models import Standard
from assessments.catalogue.sync import sync_catalogue
from assessments.models import Answer, Assessment
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.assessments.catalogue.crossed import write_crosswalks
from tests.assessments.catalogue.rich import RICH
from tests.assessments.catalogue.sample import SLUG, change
from tests.assessments.standards import synced
from tests.assessments.test_inheritance import confirm, offered, path
from tests.cast import House
from tests.work import make_assessment, write_answers


@pytest.fixture
def files(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[None]:
    """Small standards with crosswalks in the catalogue, one of them in two states; before the test begins."""
    data = tmp_path / "data"
    data.mkdir()
    folder = write_crosswalks(data)
    change(
        folder / f"{RICH}--{SLUG}.yaml", old="provenance: reviewed\n", new="provenance: reviewed\nsuccession: true\n"
    )
    with django_db_blocker.unblock(), synced(data):
        path = data / SLUG / "en/requirements-8.yaml"
        change(path, old="Every job is looked at.", new="Each single job is looked at.")
        sync_catalogue(data, using="writer")
        yield


def upgrade(house: House, assessment: Assessment, *, who: str = "alice", **fields: Any) -> Any:
    return house.as_(who).post(path(house, assessment, "upgrade/"), fields)


def of_id(house: House, assessment_id: str) -> Assessment:
    with tenant_scope(house.organisation.pk):
        return Assessment.objects.get(pk=assessment_id)


@pytest.mark.usefixtures("files")
def test_an_upgrade_offers_what_kept_its_words_in_full_and_marks_what_was_reworded(aria: House) -> None:
    old = make_assessment(aria, slug=SLUG, name="Sample", scope="The plant", target=2.0, profiles=["sterile"])
    none = upgrade(aria, old)
    assert (none.status_code, none.json()["type"]) == (409, "urn:plumbline:problem:no-newer-edition")
    with tenant_scope(aria.organisation.pk):
        old.standard = Standard.objects.get(slug=SLUG, is_current=False)
        old.save(update_fields=["standard"])
    write_answers(aria, old, {"7.1": {"level": 2.0}, "7.10": {"level": 1.0}, "8": {"level": 2.0}})
    assert upgrade(aria, old, who="bob").status_code == 403
    done = upgrade(aria, old)
    assert done.status_code == 201, done.content
    assert done.json()["inherited"] == {"full": 2, "partial": 1}
    new = of_id(aria, done.json()["id"])
    assert new.standard_id != old.standard_id
    assert (new.name, new.scope, new.target, new.lead_id) == ("Sample", "The plant", 2.0, old.lead_id)
    found = offered(aria, new)
    assert {ref: (offer["routes"][0]["kind"], offer["carries"], offer["level"]) for ref, offer in found.items()} == {
        "7.1": ("unchanged", "full", 2.0),
        "7.10": ("unchanged", "full", 1.0),
        "8": ("reworded", "partial", 2.0),
    }
    assert "Look again" in found["8"]["routes"][0]["words"][0]
    assert confirm(aria, new, {"all": "full"}).json()["confirmed"] == ["7.1", "7.10"]
    assert set(offered(aria, new)) == {"8"}
    with tenant_scope(aria.organisation.pk):
        assert AuditEvent.objects.filter(event="assessment.upgraded", object_id=str(new.pk)).count() == 1
        assert Answer.objects.filter(assessment=old).count() == 3


@pytest.mark.usefixtures("files")
def test_a_crosswalk_of_editions_leads_to_the_next_one(aria: House) -> None:
    old = make_assessment(aria, slug=RICH, name="Rich", target=1.0)
    write_answers(aria, old, {"1.3": {"level": 2.0}, "2.1": {"level": 2.0}})
    done = upgrade(aria, old, name="Next")
    assert done.status_code == 201, done.content
    new = of_id(aria, done.json()["id"])
    assert (new.name, edition(new.standard_id).slug) == ("Next", SLUG)
    found = offered(aria, new)
    assert (found["7.1"]["carries"], found["7.1"]["level"]) == ("full", 2.0)
    assert "The two are editions of one framework." in found["7.1"]["routes"][0]["words"]
    assert (found["8"]["carries"], found["8"]["level"]) == ("partial", 1.0)
    assert found["8"]["routes"][0]["missing"] == ["2.2"]
