"""The cast: people with parts, and an HTTP client for each.

alice owns the organisation Aria, adam administers it, bob and bella assess, rita reviews from outside, ravi reviews
as a member, carol only reads; charlie owns the organisation next door, Nextdoor, and must see nothing.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import Client
from django.utils import timezone

from identity.models import Person
from tenants.models import Membership, Organisation
from tenants.roles import Role
from tenants.scope import tenant_scope

MEMBERS = {
    "alice": Role.OWNER,
    "adam": Role.ADMIN,
    "bob": Role.ASSESSOR,
    "bella": Role.ASSESSOR,
    "ravi": Role.REVIEWER,
    "carol": Role.VIEWER,
}


InScope = Callable[["House"], Any]
"""The type of the fixture `in_scope`."""


class Api:
    """One person's browser: JSON in, JSON out, over Django's own request handling."""

    def __init__(self, person: Person | None = None, *, key: str = "") -> None:
        self.person = person
        self.client = Client(headers={"Authorization": f"Bearer {key}"} if key else {})
        if person is not None:
            self.client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """`headers` by their names with underscores: `If_Match='"1"'`."""
        options: dict[str, Any] = {"headers": {name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            options |= {"data": orjson.dumps(body), "content_type": "application/json"}
        return self.client.generic(method, f"/api/v1{path}", **_for_generic(options))

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, {} if body is None else body, **headers)

    def change(self, path: str, body: Any = None, **headers: str) -> Any:
        """PATCH on the version that stands there now."""
        now = self.get(path).headers.get("ETag")
        return self.patch(path, body, **({"If_Match": now} if now else {}), **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PUT", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)

    def upload(self, path: str, fields: dict[str, Any], **headers: str) -> Any:
        return self.client.post(
            f"/api/v1{path}", fields, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


def _for_generic(options: dict[str, Any]) -> dict[str, Any]:
    return {"data": b"", "content_type": "application/json"} | options


def prove(client: Client, person: Person) -> None:
    """What signing in with a password leaves in the session, beside who it is: when it was shown."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


def make_person(name: str, *, domain: str = "example.org") -> Person:
    """A person whose e-mail address is verified, as everybody's is who could sign in."""
    person = Person.objects.create(email=f"{name}@{domain}", name=name.title(), password="!")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def make_organisation(slug: str, *, owner: Person, name: str = "") -> Organisation:
    from tenants import audit

    organisation = Organisation.objects.create(slug=slug, name=name or slug.title(), created_by=owner)
    with tenant_scope(organisation.pk):
        audit.begin_chain(organisation.pk)
        Membership.objects.create(person=owner, role=Role.OWNER, last_active_at=timezone.now())
    return organisation


@dataclass
class House:
    """One organisation and everybody in and around it."""

    organisation: Organisation
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/organisations/{self.organisation.slug}"

    def as_(self, name: str) -> Api:
        return Api(self.people[name])


@pytest.fixture
def aria(db: None) -> House:
    """alice's organisation with a member in every role, and rita, who is in none."""
    people = {name: make_person(name) for name in MEMBERS} | {"rita": make_person("rita", domain="outside.example")}
    organisation = make_organisation("aria", owner=people["alice"], name="Aria Devices")
    with tenant_scope(organisation.pk):
        Membership.objects.bulk_create(
            [
                Membership(person=people[name], role=role, last_active_at=timezone.now())
                for name, role in MEMBERS.items()
                if name != "alice"
            ]
        )
    return House(organisation, people)


@pytest.fixture
def nextdoor(db: None) -> House:
    charlie = make_person("charlie", domain="nextdoor.example")
    return House(make_organisation("nextdoor", owner=charlie), {"charlie": charlie})


@pytest.fixture
def anyone() -> Api:
    return Api()


@pytest.fixture
def in_scope() -> InScope:
    """`with in_scope(aria): …` for looking at rows directly."""
    return lambda house: tenant_scope(house.organisation.pk)


@pytest.fixture
def unknown_id() -> uuid.UUID:
    return uuid.UUID("01890000-0000-7000-8000-000000000000")


def run_jobs(house: House) -> None:
    """Carry out the organisation's waiting jobs, as a worker would; tests see no broker."""
    import assessments.jobs  # noqa: F401
    import reports.jobs  # noqa: F401 - both register their handlers, as in a worker
    from tenants import jobs
    from tenants.models import Job, JobState

    with tenant_scope(house.organisation.pk):
        waiting = list(Job.objects.filter(state=JobState.QUEUED).order_by("id").values_list("pk", flat=True))
    for job_id in waiting:
        jobs.run_job(organisation_id=house.organisation.pk, job_id=job_id)


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """`in_threads(work, items)`: `work(item)` at once in threads with connections of their own; needs `committed`."""

    def run(work: Callable[[Any], Any], items: Iterable[Any], *, threads: int = 6) -> list[Any]:
        def one(item: Any) -> Any:
            try:
                return work(item)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(one, items))

    return run


@pytest.fixture
def committed(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests whose promise needs real commits, threads or the owner's connection; name it before the cast.

    Afterwards all rows of people and organisations are gone (`tests.conftest`), the catalogue stays. No message is
    sent after a commit: there is no broker here, and looking for one takes seconds.
    """
    from tenants import wakeups

    if wakeups.publish.__module__ == wakeups.__name__:
        monkeypatch.setattr(wakeups, "publish", lambda *_, **__: None)
