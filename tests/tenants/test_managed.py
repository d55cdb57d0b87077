"""The first belt up close: every way of the ORM into a tenant table asks for the scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models, transaction

from tenants import audit
from tenants.models import Job, Membership
from tenants.scope import ScopeError, tenant_scope
from tests.cast import House

pytestmark = pytest.mark.django_db
Both = tuple[House, House]


@contextmanager
def _refused(*errors: type[Exception], match: str | None = None) -> Iterator[None]:
    with pytest.raises(errors, match=match), transaction.atomic():
        yield


@pytest.fixture
def both(aria: House, nextdoor: House):
    """Rows in both organisations."""
    for house in (aria, nextdoor):
        with tenant_scope(house.organisation.pk):
            audit.record("test.begun", object_type="test", object_id=1)
            Job.objects.create(kind="test", key="k")
    return aria, nextdoor


# Each looks its manager up only when it is called.
# ruff: noqa: PLW0108
ATTEMPTS: dict[str, Callable[[], object]] = {
    "all": lambda: list(Job.objects.all()),
    "objects": lambda: Job.objects.first(),
    "default manager": lambda: Job._default_manager.first(),
    "base manager": lambda: Job._base_manager.first(),
    "get": lambda: Job.objects.get(key="k"),
    "exists": lambda: Job.objects.exists(),
    "count": lambda: Job.objects.count(),
    "aggregate": lambda: Job.objects.aggregate(models.Max("progress")),
    "iterator": lambda: next(Job.objects.iterator()),
    "values": lambda: list(Job.objects.values("id")),
    "in_bulk": lambda: Job.objects.in_bulk(),
    "earliest": lambda: Job.objects.earliest("id"),
    "create": lambda: Job.objects.create(kind="x", key="x"),
    "save": lambda: Job(kind="x", key="x").save(),
    "get_or_create": lambda: Job.objects.get_or_create(kind="x", key="x"),
    "update_or_create": lambda: Job.objects.update_or_create(kind="x", key="x"),
    "bulk_create": lambda: Job.objects.bulk_create([Job(kind="x", key="x")]),
    "update": lambda: Job.objects.update(kind="x"),
    "delete": lambda: Job.objects.all().delete(),
    "raw": lambda: list(Job.objects.raw("SELECT * FROM tenants_job")),
    "select_for_update": lambda: Job.objects.select_for_update().first(),
    "own rows": lambda: Membership.own.first(),
    "full_clean": lambda: Job(kind="x", key="x").full_clean(),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_without_a_scope_the_orm_raises(both: Both, attempt: Callable[[], Any]):
    with _refused(ScopeError):
        attempt()


def test_a_row_taken_out_of_its_scope_can_do_nothing(both: Both):
    aria, _ = both
    with tenant_scope(aria.organisation.pk):
        job, rows = Job.objects.get(), Job.objects.all()
        deferred = Job.objects.only("id").get()
    for attempt in (
        job.refresh_from_db,
        job.save,
        job.delete,
        lambda: deferred.key,
        lambda: list(rows),
        rows.exists,
        rows.count,
        lambda: rows.filter(key="k").first(),
        lambda: next(rows.iterator()),
        lambda: rows.update(kind="x"),
        rows.delete,
        lambda: rows.aggregate(models.Count("id")),
        lambda: Job.objects.bulk_update([job], ["kind"]),
    ):
        with _refused(ScopeError):
            attempt()


def test_a_row_taken_into_another_scope_can_do_nothing(both: Both):
    aria, nextdoor = both
    with tenant_scope(aria.organisation.pk):
        job, rows = Job.objects.get(), Job.objects.all()
    with tenant_scope(nextdoor.organisation.pk):
        for attempt in (
            job.save,
            job.delete,
            lambda: list(rows),
            rows.exists,
            rows.count,
            lambda: next(rows.iterator()),
            lambda: rows.update(kind="x"),
            rows.delete,
            lambda: Job.objects.bulk_update([job], ["kind"]),
            lambda: Job.objects.bulk_create([job]),
        ):
            with _refused(ScopeError):
                attempt()
        with _refused(Job.DoesNotExist):
            job.refresh_from_db()
        assert Job.objects.filter(pk=job.pk).first() is None


def test_a_row_is_not_made_for_another_organisation(both: Both):
    aria, nextdoor = both
    with tenant_scope(aria.organisation.pk):
        for attempt in (
            lambda: Job.objects.create(kind="x", key="x", organisation=nextdoor.organisation),
            lambda: Job(kind="x", key="x", organisation_id=nextdoor.organisation.pk).save(),
            lambda: Job.objects.bulk_create([Job(kind="x", key="x", organisation=nextdoor.organisation)]),
            lambda: Job.objects.update(organisation=nextdoor.organisation),
            lambda: Job.objects.update(organisation_id=nextdoor.organisation.pk),
        ):
            with _refused(ScopeError):
                attempt()


def test_related_rows_are_bound_by_the_scope_too(both: Both):
    from django.utils import timezone

    from assessments.models import OutsideInvitation
    from tenants.models import Invitation

    aria, nextdoor = both
    with tenant_scope(aria.organisation.pk):
        invitation = Invitation.objects.create(
            email="x@y.example",
            offer="outside",
            token_hash="h",
            invited_by=aria.people["adam"],
            expires_at=timezone.now(),
        )
    link = OutsideInvitation(invitation_id=invitation.pk)
    with _refused(ScopeError):
        _ = link.invitation
    with tenant_scope(nextdoor.organisation.pk), _refused(Invitation.DoesNotExist):
        _ = link.invitation
    with tenant_scope(aria.organisation.pk):
        assert OutsideInvitation(invitation_id=invitation.pk).invitation == invitation
