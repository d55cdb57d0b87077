"""Whose data this piece of work is about: the tenant scope, and the narrower person scope.

A scope opens one transaction and tells PostgreSQL, for that transaction only, which organisation it serves; the
row-level security policies of `tenants.rls` read that setting, the managers of `tenants.managed` read the context
variable.
There is no switch that turns isolation off, and no scope over several organisations: sweeps walk from one to the next.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

ORGANISATION_SETTING = "app.organisation"
PERSON_SETTING = "app.person"

_organisation: ContextVar[uuid.UUID | None] = ContextVar("tenant_scope", default=None)
_person: ContextVar[uuid.UUID | None] = ContextVar("person_scope", default=None)


class ScopeError(RuntimeError):
    """Tenant data was touched outside a scope, or from the scope of another organisation: always a defect, never
    input.
    """


def current_organisation() -> uuid.UUID:
    """The organisation in whose scope this runs; ScopeError outside one."""
    organisation_id = _organisation.get()
    if organisation_id is None:
        raise ScopeError("Tenant data needs a tenant scope.")
    return organisation_id


def scoped_organisation() -> uuid.UUID | None:
    return _organisation.get()


def current_person() -> uuid.UUID:
    person_id = _person.get()
    if person_id is None:
        raise ScopeError("Rows across organisations are read by their own person only.")
    return person_id


@contextmanager
def tenant_scope(organisation_id: uuid.UUID) -> Iterator[None]:
    """One transaction inside `organisation_id`. Entered at the edge only: request, job, sweep, test."""
    if not isinstance(organisation_id, uuid.UUID):
        raise ScopeError(f"A scope needs the id of one organisation, not {organisation_id!r}.")
    _refuse_nesting()
    with transaction.atomic(), _setting(ORGANISATION_SETTING, organisation_id), entered(organisation_id):
        yield


@contextmanager
def entered(organisation_id: uuid.UUID) -> Iterator[None]:
    """Only the Python half of the scope: for the request, whose first statement sets the database half itself."""
    token = _organisation.set(organisation_id)
    try:
        yield
    finally:
        _organisation.reset(token)


@contextmanager
def person_scope(person_id: uuid.UUID) -> Iterator[None]:
    """One transaction in which `person_id` may read their own rows (memberships, grants) of every organisation."""
    if not isinstance(person_id, uuid.UUID):
        raise ScopeError(f"A person scope needs a person's id, not {person_id!r}.")
    _refuse_nesting()
    with transaction.atomic(), _setting(PERSON_SETTING, person_id):
        token = _person.set(person_id)
        try:
            yield
        finally:
            _person.reset(token)


def _refuse_nesting() -> None:
    if _organisation.get() is not None or _person.get() is not None:
        raise ScopeError("A scope is open already; work for one organisation at a time.")


@contextmanager
def _setting(name: str, value: uuid.UUID) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, str(value)])
    yield
    forget(name)


def forget(name: str) -> None:
    """Unset a setting when an outer transaction (a test's) outlives the scope; commit and rollback do it by
    themselves.
    """
    if len(connection.savepoint_ids) > 0 and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, '', true)", [name])
