"""The data that is measured: many organisations, one of them with many assessments, three of those complete to the last
comment.

Rows are made in each organisation's scope as the app role, most of them by the database itself (`tests.bench.rows`);
making them is not what is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils import timezone

from assessments.catalogue.models import Standard
from assessments.models import Answer, Assessment, EvidenceLink
from identity.models import Person
from tenants import audit
from tenants.authentication import new_key
from tenants.models import ApiKey, Membership, Organisation
from tenants.roles import Role
from tenants.scope import tenant_scope
from tests.bench import rows
from tests.bench.sizes import SHIPPED, Sizes, organisation_slug
from tests.bench.standards import slug_of

LEVELS = (1, 2, 3, 4)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Where things are. `whole`: number of requirements → the assessment of the main organisation to open.

    `key` and `second_key` are API keys of the main organisation and of the one where assessments are started;
    `session` is a browser's cookie, signed in as the assessor.
    """

    main_id: UUID
    assessor_id: UUID
    key: str
    second_key: str
    session: str
    whole: Mapping[int, UUID]
    counts: Mapping[str, int]


def make_dataset(sizes: Sizes) -> Dataset:
    """Make everything in an empty database whose catalogue holds the standards of `sizes`."""
    standards = {row.slug: row for row in Standard.objects.filter(is_current=True)}
    owner, assessor = (
        Person.objects.create(email=f"{name}@bench.example", name=name.title(), password="!")
        for name in ("owner", "assessor")
    )
    made = [make_organisation(number, owner=owner, assessor=assessor) for number in range(max(2, sizes.organisations))]
    (main, key), (_, second_key), *others = made
    complete = {size: slug_of(size) for size in sizes.standards}
    complete[int(standards[SHIPPED[0]].outline["assessable"])] = SHIPPED[0]
    names = [SHIPPED[number % 2] for number in range(max(0, sizes.assessments - len(complete)))]
    people = {"owner": owner, "assessor": assessor}
    ids = make_assessments(main, slugs=[*names, *complete.values()], standards=standards, **people)
    whole = dict(zip(complete, ids[len(names) :], strict=True))
    run_statements(
        rows.AROUND_ANSWERS, organisation=main, owner=owner.pk, evidence=sizes.evidence, whole=list(whole.values())
    )
    for organisation, _ in others:
        make_assessments(organisation, slugs=SHIPPED, standards=standards, **people)
    return Dataset(
        main_id=main.pk,
        assessor_id=assessor.pk,
        key=key,
        second_key=second_key,
        session=signed_in(assessor),
        whole=whole,
        counts=_counts(main),
    )


def changeable(assessment_id: UUID, *, organisation_id: UUID) -> list[tuple[str, int]]:
    """(ref, version) of the answers that may be changed as they are, in document order."""
    with tenant_scope(organisation_id):
        answers = Answer.objects.filter(assessment_id=assessment_id, state="answered", applicable=True)
        return list(answers.order_by("requirement__position").values_list("requirement__ref", "version"))


def make_scores_stale(organisation_id: UUID) -> None:
    """As if every assessment of the organisation had been worked on since its scores were last looked at."""
    with tenant_scope(organisation_id), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assessments_assessment SET answers_revision = answers_revision + 1 WHERE organisation_id = %s",
            [organisation_id],
        )


def make_organisation(number: int, *, owner: Person, assessor: Person) -> tuple[Organisation, str]:
    """An organisation with an owner, an admin and the admin's API key."""
    organisation = Organisation.objects.create(
        slug=organisation_slug(number), name=f"Bench organisation {number}", created_by=owner
    )
    key = new_key()
    with tenant_scope(organisation.pk):
        audit.begin_chain(organisation.pk)
        Membership.objects.create(person=owner, role=Role.OWNER)
        Membership.objects.create(person=assessor, role=Role.ADMIN)
        ApiKey.objects.create(
            name="bench",
            prefix=key.prefix,
            secret_hash=key.secret_hash,
            scope="assess",
            person=assessor,
            expires_at=timezone.now() + timedelta(days=2),
        )
    return organisation, key.text


def make_assessments(
    organisation: Organisation,
    *,
    slugs: Sequence[str],
    standards: Mapping[str, Standard],
    owner: Person,
    assessor: Person,
) -> list[UUID]:
    """One assessment per slug, answered in full; their ids in the same order."""
    with tenant_scope(organisation.pk):
        made = Assessment.objects.bulk_create(
            Assessment(
                name=f"{standards[slug].number}, unit {number}",
                standard=standards[slug],
                state="in_progress",
                scope="Design, manufacture and service at all sites.",
                target=3,
                lead=assessor,
                created_by=owner,
                answers_revision=1,
            )
            for number, slug in enumerate(slugs)
        )
    run_statements([rows.ANSWERS], organisation=organisation, assessor=assessor.pk)
    return [row.pk for row in made]


def run_statements(statements: Sequence[str], *, organisation: Organisation, **values: Any) -> None:
    # PostgreSQL 18 makes ids in the order of time, as Plumbline itself does; before it there are only random ones.
    new_id = "uuidv7()" if connection.pg_version >= 180000 else "gen_random_uuid()"  # type: ignore[attr-defined]
    with tenant_scope(organisation.pk), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("{new_id}", new_id), {"organisation": organisation.pk, **values})


def signed_in(person: Person) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _counts(main: Organisation) -> dict[str, int]:
    counts = {"organisations": Organisation.objects.count()}
    with tenant_scope(main.pk):
        return counts | {
            "assessments in the main one": Assessment.objects.count(),
            "answers in the main one": Answer.objects.count(),
            "evidence links in the main one": EvidenceLink.objects.count(),
        }
