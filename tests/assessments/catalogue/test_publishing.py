"""A draft's content published as a public standard, as operators do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from assessments.catalogue.drafts.content import ContentError
from assessments.catalogue.drafts.lint import Findings
from assessments.catalogue.drafts.publishing import publish_public
from assessments.catalogue.drafts.reading import content_from_json
from assessments.catalogue.models import Standard
from tenants.scope import ScopeError, tenant_scope
from tests.assessments.standards import writer
from tests.cast import Api, House

PUBLIC = "iso-56002-2019"
PLAIN: dict[str, Any] = {
    "slug": "zz-imported-1",
    "number": "ZZ 1",
    "title": "An imported standard",
    "facts": {
        "publisher": "ZZ", "edition": "1", "year": 2026, "status": "current", "kind": "framework",
        "nature": "framework", "certifiable": False, "sectors": ["all"],
    },
    "requirements": [
        {"ref": "A", "texts": {"en": {"title": "A heading"}}},
        {"ref": "A.1", "parent": "A", "texts": {"en": {"title": "Zebras are counted", "question": "Are they?"}}},
    ],
}  # fmt: skip


Publishing = dict[str, tuple[str, Any, Findings]]


@pytest.fixture(scope="module")
def published(django_db_setup: None, django_db_blocker: Any) -> Iterator[Publishing]:
    """What became of it the first time, of the same again, and of another state."""
    contents = {"first": PLAIN, "again": PLAIN, "other": PLAIN | {"title": "Another title"}}
    with django_db_blocker.unblock(), writer() as using:
        yield {name: publish_public(content_from_json(content), using=using) for name, content in contents.items()}


@pytest.mark.django_db
def test_everybody_reads_it_and_starts_assessments_on_it(published: Publishing, aria: House) -> None:
    outcome, standard_id, findings = published["other"]
    assert (outcome, bool(findings.warnings)) == ("created", True)
    assert Standard.public.get(pk=standard_id).organisation_id is None
    anyone = Api()
    assert anyone.get("/standards/zz-imported-1/").json()["profile"] is None
    tree = anyone.get("/standards/zz-imported-1/requirements/").json()["results"]
    assert [row["title"] for row in tree] == ["A heading", "Zebras are counted"]
    assert "A.1" in str(anyone.get("/search/?q=zebras").json())
    for path in (f"/comparisons/zz-imported-1/{PUBLIC}/", f"/comparisons/{PUBLIC}/zz-imported-1/"):
        assert anyone.get(path).status_code == 200
    for page in ("/standards/zz-imported-1/", "/standards/?q=ZZ+1"):
        answer = anyone.client.get(page)
        assert answer.status_code == 200, page
        assert "ZZ 1" in answer.content.decode()
    made = aria.as_("adam").post(f"{aria.path}/assessments/", {"name": "x", "standard": "zz-imported-1"})
    assert made.status_code == 201, made.content


@pytest.mark.django_db
def test_the_same_again_changes_nothing_and_another_state_takes_its_place(published: Publishing) -> None:
    assert published["first"][0] == "created"
    assert published["again"][:2] == ("reworded files", published["first"][1])
    current = Standard.public.filter(slug="zz-imported-1", is_current=True).values_list("pk", flat=True)
    assert list(current) == [published["other"][1]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"slug": "own-zz"}, "/slug"),
        ({"slug": PUBLIC}, "/slug"),
        ({"language": "de", "requirements": [{"ref": "1", "texts": {"de": {"title": "x"}}}]}, "/language"),
        ({"prose": {"en": {"definition": "Half a profile."}}}, "/prose/en"),
        ({"requirements": []}, "/requirements"),
    ],
)
def test_what_public_pages_could_not_show_is_refused(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ContentError) as caught:
        publish_public(content_from_json(PLAIN | change))
    assert pointer in [fault.pointer for fault in caught.value.faults]


@pytest.mark.django_db
def test_it_takes_the_owner_of_the_tables_outside_every_scope(aria: House) -> None:
    content = content_from_json(PLAIN)
    with pytest.raises(ProgrammingError, match=r"row-level security|permission denied"), transaction.atomic():
        publish_public(content)
    with tenant_scope(aria.organisation.pk), pytest.raises(ScopeError):
        publish_public(content)
