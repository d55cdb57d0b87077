"""Three organisations, Alfa, Bravo and Charlie, with one row of every tenant table and a canary in every text.

The rows are committed, in this process's own database, so that row-level security can be switched off around them;
`database.empty` takes them away. A canary is a word of one organisation that no other may ever be shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import models
from django.test import Client
from django.utils import timezone

from identity.models import Person, Session
from tenants import audit
from tenants.models import Membership, Organisation
from tenants.roles import Role
from tenants.scope import tenant_scope
from tests.cast import make_person, prove

ROLES: Final = tuple(role.value for role in Role)
ACTORS: Final = (*ROLES, "granted", "expired", "former", "stranger", "anonymous", "key")
"""Who stands before an organisation's door: its members by role, an outside reviewer with a live grant and one whose
grant has ended, a former member, somebody of nowhere, nobody at all, and a key with the scope read."""


@dataclass
class Tenant:
    """One organisation, its people, one row of each of its tables, and the arguments its addresses take."""

    organisation: Organisation
    canary: str
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    rows: dict[type[models.Model], Any] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    ref: str = ""
    key: str = ""

    @property
    def aside(self) -> str:
        """The canary of what outside reviewers of the main assessment are not shown."""
        return f"{self.canary}aside"

    def text(self, what: str) -> str:
        return f"{self.canary} {what}"

    def word(self, what: str) -> str:
        return f"{self.canary}-{what}"

    def of(self, model: type[models.Model]) -> Any:
        return self.rows[model]

    @property
    def ids(self) -> dict[str, str]:
        """Every id that addresses and bodies of this organisation may name, and its tokens."""
        return {name: value for name, value in self.arguments.items() if name not in {"slug", "ref", "b"}}

    @property
    def pk(self) -> uuid.UUID:
        organisation_id: uuid.UUID = self.organisation.pk
        return organisation_id


@dataclass
class World:
    tenants: dict[str, Tenant] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    alone: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What Alfa's people read before Bravo and Charlie were there, at `alone_at`: (operation, actor) → answer."""
    alone_at: datetime | None = None
    storages: dict[str, Any] = field(default_factory=dict)

    @property
    def a(self) -> Tenant:
        return self.tenants["alfa"]

    @property
    def b(self) -> Tenant:
        return self.tenants["bravo"]

    @property
    def c(self) -> Tenant:
        return self.tenants["charlie"]


def arguments_nobody_has(tenant: Tenant) -> dict[str, str]:
    """As `tenant.arguments`, but nothing of it exists; the requirement's ref does, being no secret."""
    made = {name: str(uuid.uuid4()) for name in tenant.arguments}
    return made | {
        "slug": "nobody-has-this",
        "ref": tenant.ref,
        **{name: "nobody-has-this-token" for name in tenant.arguments if name.endswith("token")},
    }


def build_tenant(name: str, *, folder: Path) -> Tenant:
    """The organisation, its people, and one row of every table by its factory."""
    from tests.isolation.factories import FACTORIES

    canary = f"qz{name}"
    people = {role: make_person(f"{canary}.{role}", domain=f"{canary}.example") for role in (*ROLES, "target")}
    people |= {
        part: make_person(f"{canary}.{part}", domain="outside.example") for part in ("granted", "expired", "former")
    }
    organisation = Organisation.objects.create(
        slug=f"{canary}-devices", name=f"{canary} Devices", sector=f"{canary} sector", created_by=people["owner"]
    )
    tenant = Tenant(organisation, canary, folder, people)
    with tenant_scope(organisation.pk):
        audit.begin_chain(organisation.pk)
        for part in (*ROLES, "target"):
            role = Role.VIEWER if part == "target" else Role(part)
            tenant.rows[Membership] = Membership.objects.create(
                person=people[part], role=role, last_active_at=timezone.now()
            )
        Membership.objects.create(person=people["former"], role=Role.ADMIN)
        for model, make in FACTORIES.items():
            tenant.rows[model] = make(tenant)
        Membership.objects.get(person=people["former"]).delete()
        _name_arguments(tenant)
    return tenant


def _name_arguments(tenant: Tenant) -> None:
    from assessments.catalogue.models import StandardDraft
    from assessments.models import (
        Action,
        Assessment,
        DirectUpload,
        Evidence,
        EvidenceRequest,
        ReviewGrant,
        Snapshot,
        StandardImport,
    )
    from reports.models import Report, ReportLink, Schedule
    from tenants.models import ApiKey, Invitation, Job, OrganisationExport, SignedHead
    from tests.isolation.own_standards import STANDARD, own_crosswalk, own_ref, own_slug
    from tests.isolation.report_rows import LINK_TOKEN
    from tests.isolation.tenant_rows import EXPORT_TOKEN, INVITATION_TOKEN
    from tests.isolation.transfers import file_token, request_token, upload_token

    named = {
        "invitation_id": Invitation, "key_id": ApiKey, "job_id": Job, "assessment_id": Assessment,
        "evidence_id": Evidence, "snapshot_id": Snapshot, "action_id": Action, "grant_id": ReviewGrant,
        "report_id": Report, "link_id": ReportLink, "head_id": SignedHead,
        "export_id": OrganisationExport, "schedule_id": Schedule,
        "upload_id": DirectUpload, "import_id": StandardImport,
        "evidence_request_id": EvidenceRequest, "draft_id": StandardDraft,
    }  # fmt: skip
    tenant.arguments = {
        "slug": tenant.organisation.slug,
        "ref": tenant.ref,
        "person_id": str(tenant.people["target"].pk),
        "aside_id": str(Assessment.objects.exclude(pk=tenant.of(Assessment).pk).get().pk),
        "session_id": _session_of(tenant.people["target"]),
        "own_slug": own_slug(tenant),
        "own_ref": own_ref(tenant),
        "own_crosswalk": own_crosswalk(tenant),
        "b": STANDARD,
        "token": tenant.word(LINK_TOKEN),
        "invitation_token": tenant.word(INVITATION_TOKEN),
        "export_token": tenant.word(EXPORT_TOKEN),
        "upload_token": upload_token(tenant),
        "request_token": request_token(tenant),
        "file_token": file_token(tenant),
        **{name: str(tenant.of(model).pk) for name, model in named.items()},
    }


def _session_of(person: Person) -> str:
    """A session of somebody who is none of the actors: nobody of them may end it."""
    signed_in(person)
    return str(Session.objects.get(person=person).id)


def clients_of(tenant: Tenant) -> dict[str, Client]:
    """The actors before one organisation's door."""
    people = {part: tenant.people[part] for part in (*ROLES, "granted", "expired", "former")}
    people["stranger"] = make_person(f"{tenant.canary}.stranger", domain="nowhere.example")
    clients = {name: signed_in(person) for name, person in people.items()}
    return clients | {"anonymous": client_with(), "key": client_with(key=tenant.key)}


def join(tenant: Tenant, person: Person, *, role: Role) -> None:
    with tenant_scope(tenant.pk):
        Membership.objects.create(person=person, role=role)


def live_until() -> Any:
    return timezone.now() + timedelta(days=30)


def signed_in(person: Person) -> Client:
    client = client_with()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    prove(client, person)
    return client


def client_with(*, key: str = "") -> Client:
    headers: Mapping[str, str] = {"Authorization": f"Bearer {key}"} if key else {}
    return Client(raise_request_exception=False, headers=headers)
