"""The three belts of isolation, each tried with the others out of the way.

Raw SQL is used where the promise is the database's; the ORM where it is the managers'.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from tenants import audit
from tenants.managed import TenantModel
from tenants.models import ApiKey, AuditEvent, AuditHead, Job, Membership, Wakeup
from tenants.roles import Role
from tenants.scope import ScopeError, current_organisation, person_scope, tenant_scope
from tests.cast import House

pytestmark = pytest.mark.django_db

Both = tuple[House, House]
TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
TABLES = sorted(model._meta.db_table for model in TENANT_MODELS)


@pytest.fixture
def both(aria: House, nextdoor: House):
    """Rows in both organisations."""
    for house in (aria, nextdoor):
        with tenant_scope(house.organisation.pk):
            audit.record("test.begun", object_type="test", object_id=1)
            Job.objects.create(kind="test", key="k")
    return aria, nextdoor


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
        return cursor.fetchone()[0]


@contextmanager
def _refused(*errors: type[Exception], match: str | None = None) -> Iterator[None]:
    with pytest.raises(errors, match=match), transaction.atomic():
        yield


# Row-level security alone: plain SQL, no manager in between.


@pytest.mark.parametrize("table", TABLES)
def test_without_a_scope_every_tenant_table_is_empty(both: Both, table: str):
    assert _count(table) == 0


def test_inside_a_scope_plain_sql_sees_one_organisation(both: Both):
    aria, nextdoor = both
    with tenant_scope(aria.organisation.pk):
        assert _count("tenants_membership") == 6
        assert _count("tenants_auditevent") == 1
    with tenant_scope(nextdoor.organisation.pk):
        assert _count("tenants_membership") == 1
    assert _count("tenants_membership") == 0


def test_plain_sql_cannot_insert_into_another_organisation(both: Both):
    aria, nextdoor = both
    with tenant_scope(aria.organisation.pk), _refused(ProgrammingError, match="row-level security"):
        connection.cursor().execute(
            "INSERT INTO tenants_job (id, organisation_id, kind, key, payload, state, progress, attempts, fence, error,"
            " created_at) VALUES (%s, %s, 'x', 'x', '{}', 'queued', 0, 0, 0, '', now())",
            [uuid.uuid4(), nextdoor.organisation.pk],
        )


def test_plain_sql_cannot_move_a_row_to_another_organisation(both: Both):
    aria, nextdoor = both
    with tenant_scope(aria.organisation.pk), _refused(ProgrammingError, match="row-level security"):
        connection.cursor().execute("UPDATE tenants_job SET organisation_id = %s", [nextdoor.organisation.pk])


def test_plain_sql_changes_and_deletes_nothing_elsewhere(both: Both):
    aria, nextdoor = both
    with tenant_scope(aria.organisation.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE tenants_job SET kind = 'taken' WHERE organisation_id = %s", [nextdoor.organisation.pk])
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM tenants_membership WHERE organisation_id = %s", [nextdoor.organisation.pk])
        assert cursor.rowcount == 0
        cursor.execute("UPDATE tenants_job SET kind = 'mine'")
        assert cursor.rowcount == 1
    with tenant_scope(nextdoor.organisation.pk):
        assert Job.objects.get().kind == "test"


def test_a_setting_that_is_no_id_opens_nothing(both: Both):
    for value in ("", "00000000-0000-0000-0000-000000000000"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.organisation', %s, true)", [value])
        assert _count("tenants_membership") == 0


def test_with_the_orm_filter_removed_nothing_leaks(both: Both, orm_filter_off: None):
    aria, _ = both
    with tenant_scope(aria.organisation.pk):
        for model in TENANT_MODELS:
            assert {row.organisation_id for row in model.objects.all()} <= {aria.organisation.pk}, model.__name__
        assert Job.objects.count() == 1
    assert not Membership.objects.exists()


# The managers alone: row-level security switched off by the owner of the tables.


@pytest.fixture
def bare(committed: None, row_level_security_off: None, both: Both):
    """Both organisations, in a database without the second belt."""
    return both


def test_with_row_level_security_removed_the_managers_show_one_organisation(bare: Both):
    aria, nextdoor = bare
    assert _count("tenants_membership") == 7
    with tenant_scope(aria.organisation.pk):
        for model in TENANT_MODELS:
            assert {row.organisation_id for row in model.objects.all()} <= {aria.organisation.pk}, model.__name__
        foreign = {"organisation_id": nextdoor.organisation.pk}
        assert not Membership.objects.filter(**foreign).exists()
        assert Membership.objects.filter(**foreign).count() == 0
        assert Job.objects.filter(**foreign).update(kind="taken") == 0
        assert Job.objects.filter(**foreign).delete()[0] == 0
        assert Job.objects.aggregate(models.Count("id")) == {"id__count": 1}
    with tenant_scope(nextdoor.organisation.pk):
        assert Job.objects.get().kind == "test"


def test_with_row_level_security_removed_strangers_still_get_404(bare: Both):
    aria, nextdoor = bare
    charlie = nextdoor.as_("charlie")
    with tenant_scope(aria.organisation.pk):
        job_id = Job.objects.get().pk
    for path in ("", "members/", "invitations/", "api-keys/", "audit-events/", f"jobs/{job_id}/"):
        assert charlie.get(f"{aria.path}/{path}").status_code == 404
    assert charlie.get(f"{nextdoor.path}/jobs/{job_id}/").status_code == 404
    assert charlie.get(f"{nextdoor.path}/members/{aria.people['bob'].pk}/").status_code == 404
    assert len(charlie.get(f"{nextdoor.path}/members/").json()["results"]) == 1
    assert [row["slug"] for row in charlie.get("/organisations/").json()["results"]] == ["nextdoor"]


def test_with_both_belts_removed_the_tests_above_see_the_leak(bare: Both, orm_filter_off: None):
    aria, nextdoor = bare
    with tenant_scope(aria.organisation.pk):
        assert nextdoor.organisation.pk in {row.organisation_id for row in Membership.objects.all()}
    leaked = nextdoor.as_("charlie").get(f"{nextdoor.path}/members/").json()["results"]
    assert len(leaked) == 7


# Composite foreign keys.


def _point_at(invitation_id: uuid.UUID, *, organisation_id: uuid.UUID) -> str:
    """The error of a row in the scope's organisation that points at this invitation, without the ids in it."""
    from django.utils import timezone

    from assessments.models import OutsideInvitation

    with pytest.raises(IntegrityError) as caught, transaction.atomic():  # noqa: PT012 - the check comes with the second
        # Constraints are deferred: asked for at once, so that the test's transaction sees what a commit would.
        OutsideInvitation.objects.create(
            invitation_id=invitation_id, assessment_id=uuid.uuid4(), access_until=timezone.now()
        )
        connection.cursor().execute(
            'SET CONSTRAINTS "assessments_outsideinvitation_invitation_id_same_organisation" IMMEDIATE'
        )
    return str(caught.value).replace(str(invitation_id), "…").replace(str(organisation_id), "…")


def test_a_foreign_parent_is_refused_with_the_words_for_one_that_never_was(both: Both, unknown_id: uuid.UUID):
    from django.utils import timezone

    from tenants.models import Invitation

    aria, nextdoor = both
    with tenant_scope(nextdoor.organisation.pk):
        foreign = Invitation.objects.create(
            email="x@y.example",
            offer="outside",
            token_hash="h",
            invited_by=nextdoor.people["charlie"],
            expires_at=timezone.now(),
        )
    here = aria.organisation.pk
    with tenant_scope(here):
        words = {_point_at(key, organisation_id=here) for key in (foreign.pk, unknown_id)}
    assert len(words) == 1
    assert "same_organisation" in words.pop()


def test_two_organisations_use_the_same_words_without_meeting(both: Both):
    for house in both:
        with tenant_scope(house.organisation.pk):
            assert Job.objects.filter(kind="test", key="k").count() == 1
            with _refused(IntegrityError):
                Job.objects.create(kind="test", key="k")


# The scope itself.


def test_scopes_do_not_nest(aria: House, nextdoor: House):
    with tenant_scope(aria.organisation.pk):
        for inner in (
            tenant_scope(nextdoor.organisation.pk),
            tenant_scope(aria.organisation.pk),
            person_scope(aria.people["alice"].pk),
        ):
            with pytest.raises(ScopeError), inner:
                pass
    with person_scope(aria.people["alice"].pk), pytest.raises(ScopeError), tenant_scope(aria.organisation.pk):
        pass


@pytest.mark.parametrize("value", [None, "", "aria", 7, "01890000-0000-7000-8000-000000000000"])
def test_a_scope_needs_the_id_of_one_organisation(db: None, value: object):
    with pytest.raises(ScopeError), tenant_scope(value):
        pass
    with pytest.raises(ScopeError), person_scope(value):
        pass


def test_a_scope_ends_with_an_error_as_well(both: Both):
    aria, _ = both
    with pytest.raises(ZeroDivisionError), tenant_scope(aria.organisation.pk):
        _ = 1 / 0
    with pytest.raises(ScopeError):
        current_organisation()
    assert _count("tenants_membership") == 0


def test_a_person_scope_shows_the_persons_own_rows_and_writes_none(both: Both):
    aria, nextdoor = both
    with tenant_scope(nextdoor.organisation.pk):
        Membership.objects.create(person=aria.people["alice"], role=Role.VIEWER)
    with person_scope(aria.people["alice"].pk):
        assert {row.organisation_id for row in Membership.own.all()} == {aria.organisation.pk, nextdoor.organisation.pk}
        assert {row.person_id for row in Membership.own.all()} == {aria.people["alice"].pk}
        assert _count("tenants_membership") == 2
        assert _count("tenants_job") == _count("tenants_auditevent") == 0
        assert Membership.own.update(role=Role.OWNER) == 0
        assert Membership.own.all()._raw_delete("default") == 0
        with _refused(ProgrammingError, match="row-level security"):
            connection.cursor().execute(
                "INSERT INTO tenants_membership (id, organisation_id, person_id, role, created_at)"
                " VALUES (%s, %s, %s, 'owner', now())",
                [uuid.uuid4(), nextdoor.organisation.pk, aria.people["bob"].pk],
            )
        with _refused(ScopeError):
            Membership.objects.first()


def test_the_relays_table_holds_ids_and_times_only(both: Both):
    columns = {field.column for field in Wakeup._meta.local_fields}
    assert columns == {"id", "organisation_id", "task", "subject_id", "due_at"}


def test_after_a_request_the_connection_serves_nobody(both: Both):
    aria, _ = both
    for path in (f"{aria.path}/", f"{aria.path}/members/", "/organisations/"):
        assert aria.as_("alice").get(path).status_code == 200
        assert _count("tenants_membership") == 0
    assert aria.as_("carol").get(f"{aria.path}/audit-head/").status_code == 403
    with pytest.raises(ScopeError):
        current_organisation()


def test_every_tenant_model_was_tried(both: Both):
    assert {AuditEvent, AuditHead, ApiKey, Membership, Job} <= set(TENANT_MODELS)
    assert len(TABLES) == len(set(TABLES)) > 15


def test_a_setting_does_not_outlive_its_transaction(committed: None, aria: House):
    with tenant_scope(aria.organisation.pk):
        assert _count("tenants_membership") == 6
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.organisation', true)")
        assert cursor.fetchone()[0] == ""  # not NULL: what the nullif in the policy is for
    assert _count("tenants_membership") == 0
    assert aria.as_("alice").get(f"{aria.path}/members/").status_code == 200
    assert _count("tenants_membership") == 0
