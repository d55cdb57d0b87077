"""Tables with public rows beside those of organisations: who sees which, who writes which, and what leads where."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from assessments.catalogue import crosswalk_selectors, editions, selectors
from assessments.catalogue.models import (
    Crosswalk,
    CrosswalkGroup,
    Requirement,
    RequirementText,
    Standard,
    StandardText,
)
from assessments.models import Assessment
from tenants.models import Membership
from tenants.scope import ScopeError, tenant_scope
from tests.cast import House
from tests.isolation.database import without_orm_filter

pytestmark = pytest.mark.django_db
PUBLIC = "iso-56002-2019"
TABLES = (
    "catalogue_standard", "catalogue_requirement", "catalogue_requirementtext", "catalogue_standardtext",
    "catalogue_crosswalk", "catalogue_crosswalkgroup",
)  # fmt: skip


def make_own(*, slug: str = "own-canary", words: str = "canary") -> Standard:
    """A small standard of the organisation in scope."""
    model = Standard.public.get(slug=PUBLIC, is_current=True)
    standard = Standard.objects.create(
        slug=slug, content_hash=words, files_hash="", is_current=True, number=words, title=words, publisher=words,
        edition="1", year=2026, status="current", kind="framework", nature="framework", sectors=["all"],
        scale_slug=model.scale_slug, scale=model.scale, method="weighted_mean", profile=model.profile,
        languages=["en"], outline=model.outline, themes={},
    )  # fmt: skip
    requirement = Requirement.objects.create(
        standard=standard, ref="1", position=0, depth=0, assessable=True, weight=1, themes=[], own_answer_rule="both"
    )
    RequirementText.objects.create(
        requirement=requirement, language="en", title=words, summary=words, evidence=[], levels={}
    )
    StandardText.objects.create(standard=standard, language="en", profile={"title": words, "one_line": words}, faq=[])
    make_crosswalk(slug, PUBLIC)
    return standard


def make_crosswalk(source: str, target: str, **fields: Any) -> Crosswalk:
    """One of the organisation in scope, with one group."""
    person = Membership.objects.order_by("id").values_list("person_id", flat=True)[0]
    side = {"total": 1, "touched": 1, "covered": 1}
    counts = {
        "relations": {"equal": 1, "subset": 0, "superset": 0, "intersects": 0},
        "provenances": {"official": 0, "reviewed": 1, "suggested": 0},
        "source": side, "target": side,
    }  # fmt: skip
    given = {
        "source_slug": source, "target_slug": target, "content_hash": "x", "files_hash": "", "is_current": True,
        "provenance": "reviewed", "method": {}, "reviewed_on": "2026-11-20", "sources": [], "succession": False,
        "titles": {"source": {}, "target": {}}, "counts": counts, "version": 1, "origin": "authored",
        "created_by_id": person, "reviewed_by_id": person,
    }  # fmt: skip
    crosswalk = Crosswalk.objects.create(**{**given, **fields})
    CrosswalkGroup.objects.create(
        crosswalk=crosswalk, position=0, source_refs=["1"], target_refs=["4.1"], relation="equal",
        provenance="reviewed", rationale={},
    )  # fmt: skip
    return crosswalk


@pytest.fixture
def own(aria: House) -> Standard:
    with tenant_scope(aria.organisation.pk):
        return make_own()


@pytest.fixture(autouse=True)
def _nothing_in_memory() -> Iterator[None]:
    editions.forget_editions()
    selectors.forget_profiles()
    crosswalk_selectors.forget_crosswalks()
    yield
    editions.forget_editions()
    selectors.forget_profiles()
    crosswalk_selectors.forget_crosswalks()


def _counted(table: str) -> int:
    """How many rows of organisations raw SQL sees."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE organisation_id IS NOT NULL")  # noqa: S608 - a name from above
        return int(cursor.fetchone()[0])


def _refused(error: type[Exception], match: str | None, act: Callable[[], Any]) -> None:
    with pytest.raises(error, match=match), transaction.atomic():
        act()


def _sql(text: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return int(cursor.rowcount)


@pytest.mark.parametrize("table", TABLES)
def test_row_level_security_shows_its_own_rows_to_an_organisation_and_to_nobody_else(
    own: Standard, aria: House, nextdoor: House, table: str
) -> None:
    assert _counted(table) == 0
    with tenant_scope(nextdoor.organisation.pk):
        assert _counted(table) == 0
    with tenant_scope(aria.organisation.pk):
        assert _counted(table) == 1
    assert _sql(f"SELECT FROM {table}") > 1


@pytest.mark.parametrize("model", [Standard, Requirement, RequirementText, StandardText, Crosswalk, CrosswalkGroup])
def test_the_managers_show_the_same_without_row_level_security(
    row_level_security_off: None, aria: House, nextdoor: House, model: Any
) -> None:
    with tenant_scope(aria.organisation.pk):
        make_own()
    public = model.public.count()
    assert public
    assert model.objects.count() == public
    for house, more in ((aria, 1), (nextdoor, 0)):
        with tenant_scope(house.organisation.pk):
            assert model.objects.count() == public + more
            assert model.public.count() == public


def test_with_either_belt_off_the_other_holds(own: Standard, aria: House, nextdoor: House) -> None:
    with without_orm_filter(), tenant_scope(nextdoor.organisation.pk):
        assert not Standard.objects.filter(pk=own.pk).exists()
    with without_orm_filter(), tenant_scope(aria.organisation.pk):
        assert Standard.objects.filter(pk=own.pk).exists()


def test_what_is_public_is_not_an_organisations_to_write(own: Standard, aria: House, nextdoor: House) -> None:
    public = Standard.public.get(slug=PUBLIC, is_current=True)
    with tenant_scope(aria.organisation.pk):
        _refused(ScopeError, "public", public.save)
        assert Standard.objects.filter(pk=public.pk).update(is_current=False) == 0
        assert _sql("UPDATE catalogue_standard SET is_current = false WHERE organisation_id IS NULL") == 0
        assert _sql("UPDATE catalogue_standard SET is_current = false WHERE id = %s", own.pk) == 1
        for owner in (None, nextdoor.organisation.pk):
            _refused(
                ProgrammingError,
                "row-level security",
                lambda owner=owner: _sql(
                    "INSERT INTO catalogue_standardtext (id, standard_id, language, profile, faq, organisation_id)"
                    " VALUES (gen_random_uuid(), %s, 'xx', '{}', '[]', %s)", public.pk, owner,
                ),
            )  # fmt: skip
        _refused(ProgrammingError, "permission denied", lambda: _sql("DELETE FROM catalogue_standard"))
        _refused(ProgrammingError, "permission denied", lambda: _sql("UPDATE catalogue_standard SET title = 'x'"))
    _refused(ScopeError, "another organisation", own.save)
    _refused(ScopeError, "another organisation", lambda: Standard.objects.bulk_create([own]))


def test_a_part_belongs_to_whom_the_whole_belongs(own: Standard, aria: House, nextdoor: House) -> None:
    """Neither into what is public nor into what is somebody else's does an organisation put a row of its own."""
    public = Standard.public.get(slug=PUBLIC, is_current=True)
    heading = Requirement.public.filter(standard=public).first()
    assert heading is not None

    def into(standard_id: uuid.UUID, parent_id: uuid.UUID | None = None) -> Callable[[], Any]:
        row = Requirement(
            standard_id=standard_id, parent_id=parent_id, ref="x", position=9999, depth=0, assessable=True, weight=1,
            themes=[], own_answer_rule="both",
        )  # fmt: skip
        return lambda: Requirement.objects.bulk_create([row])

    with tenant_scope(nextdoor.organisation.pk):
        _refused(IntegrityError, "catalogue_requirement.standard_id leads", into(public.pk))
        _refused(IntegrityError, "catalogue_requirement.standard_id leads", into(own.pk))
    with tenant_scope(aria.organisation.pk):
        _refused(IntegrityError, "catalogue_requirement.parent_id leads", into(own.pk, heading.pk))
        into(own.pk)()


def test_an_assessment_is_on_a_public_standard_or_on_ones_own(own: Standard, aria: House, nextdoor: House) -> None:
    public = Standard.public.get(slug=PUBLIC, is_current=True)

    def start(standard_id: uuid.UUID, house: House) -> Assessment:
        return Assessment.objects.create(
            name="x", standard_id=standard_id, created_by=next(iter(house.people.values()))
        )

    with tenant_scope(nextdoor.organisation.pk):
        _refused(IntegrityError, "assessments_assessment.standard_id leads", lambda: start(own.pk, nextdoor))
        started = start(public.pk, nextdoor)
        change = "UPDATE assessments_assessment SET standard_id = %s WHERE id = %s"
        _refused(IntegrityError, "assessments_assessment.standard_id leads", lambda: _sql(change, own.pk, started.pk))
    with tenant_scope(aria.organisation.pk):
        assert start(own.pk, aria).standard == own


def test_a_row_never_changes_sides_even_for_the_owner_of_the_tables(
    transactional_db: None, aria: House, owner_connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    with tenant_scope(aria.organisation.pk):
        own = make_own(slug="own-steady")
    with owner_connection.transaction(force_rollback=True):
        owner_connection.execute("SELECT set_config('app.organisation', %s, true)", [str(aria.organisation.pk)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changes its organisation"):
            owner_connection.execute("UPDATE catalogue_standard SET organisation_id = NULL WHERE id = %s", [own.pk])


def test_slugs_of_organisations_and_public_ones_cannot_be_the_same(aria: House) -> None:
    with tenant_scope(aria.organisation.pk):
        _refused(IntegrityError, "catalogue_standard_own_slug", lambda: make_own(slug=PUBLIC))
        make_own(slug="own-twice")
        _refused(IntegrityError, "catalogue_standard_(content|one_current)", lambda: make_own(slug="own-twice"))


def test_two_organisations_may_use_the_same_slug(own: Standard, nextdoor: House, aria: House) -> None:
    with tenant_scope(nextdoor.organisation.pk):
        other = make_own(slug=own.slug)
        found = selectors.startable_standard(own.slug)
        assert found is not None
        assert found.id == other.pk
    with tenant_scope(aria.organisation.pk):
        found = selectors.startable_standard(own.slug)
        assert found is not None
        assert found.id == own.pk
    assert selectors.startable_standard(own.slug) is None


def test_what_memory_keeps_is_kept_from_others(own: Standard, aria: House, nextdoor: House) -> None:
    """Editions and profiles are in memory for all threads of a process, which row-level security knows nothing of."""
    ways: list[Callable[[], Any]] = [
        lambda: editions.edition(own.pk),
        lambda: selectors.published_standard(own.pk, language="en"),
    ]
    with tenant_scope(aria.organisation.pk):
        for way in ways:
            assert way() is way()
    with tenant_scope(nextdoor.organisation.pk):
        for way in ways:
            _refused(Standard.DoesNotExist, None, way)
    for way in ways:
        _refused(Standard.DoesNotExist, None, way)


def test_links_in_memory_are_kept_from_others_and_public_reads_never_find_own_crosswalks(
    own: Standard, aria: House, nextdoor: House
) -> None:
    with tenant_scope(aria.organisation.pk):
        row = Crosswalk.objects.get(source_slug=own.slug)
        assert crosswalk_selectors.links_by_id(row.pk) is crosswalk_selectors.links_by_id(row.pk)
        assert crosswalk_selectors.between(own.slug, PUBLIC) is None
        assert not crosswalk_selectors.list_crosswalks(standard=own.slug).exists()
        assert (own.slug, PUBLIC) not in crosswalk_selectors.counted_pairs()
    with tenant_scope(nextdoor.organisation.pk):
        _refused(Crosswalk.DoesNotExist, None, lambda: crosswalk_selectors.links_by_id(row.pk))
    _refused(Crosswalk.DoesNotExist, None, lambda: crosswalk_selectors.links_by_id(row.pk))


def test_an_organisations_crosswalk_stands_beside_a_public_one_and_once(aria: House, nextdoor: House) -> None:
    public = Crosswalk.public.filter(is_current=True).first()
    assert public is not None
    pair = (public.source_slug, public.target_slug)
    with tenant_scope(aria.organisation.pk):
        make_crosswalk(*pair)
        turned = lambda: make_crosswalk(*reversed(pair), content_hash="y", version=2)  # noqa: E731 - said once, tried twice
        _refused(IntegrityError, "catalogue_crosswalk_one_current", turned)
        again = lambda: make_crosswalk(*reversed(pair), content_hash="y", is_current=False)  # noqa: E731
        _refused(IntegrityError, "catalogue_crosswalk_own_version", again)
        official = lambda: make_crosswalk("eu-gdpr", PUBLIC, provenance="official")  # noqa: E731
        _refused(IntegrityError, "catalogue_crosswalk_own_origin", official)
    with tenant_scope(nextdoor.organisation.pk):
        make_crosswalk(*pair)
        group = CrosswalkGroup(
            crosswalk=public, position=999, source_refs=[], target_refs=[], relation="equal", provenance="reviewed",
            rationale={},
        )  # fmt: skip
        _refused(IntegrityError, "crosswalk_id leads", lambda: CrosswalkGroup.objects.bulk_create([group]))
    found = crosswalk_selectors.between(*pair)
    assert found is not None
    assert found.id == public.pk


def test_a_queryset_made_in_one_scope_does_nothing_in_another(own: Standard, aria: House, nextdoor: House) -> None:
    with tenant_scope(aria.organisation.pk):
        rows = Standard.objects.all()
    for act in (lambda: list(rows), rows.exists, rows.count, lambda: rows.update(is_current=True), rows.delete):
        _refused(ScopeError, "another organisation", act)
    with tenant_scope(nextdoor.organisation.pk):
        _refused(ScopeError, "another organisation", lambda: list(rows))
        _refused(ScopeError, "never changes", lambda: Standard.objects.update(organisation=None))
