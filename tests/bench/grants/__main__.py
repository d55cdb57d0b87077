"""`./plumbline bench grants`: what a person with 10,000 grants among a million assessments waits for their list.

A thousand organisations of a thousand assessments each, made by the database itself as the owner of its tables; one
person was let into ten of each organisation from outside, as many others into others. Aim: p95 of at most 50 ms and at
most 8 SQL statements for a page, whatever the number of organisations.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import psycopg

from config import embedded
from config.environment import Environment
from config.processes import Services, run_services, say
from tests.bench import machine
from tests.bench.load import put_load
from tests.bench.own import measured

MOST_MS, MOST_STATEMENTS = 50.0, 8
LIST = "/api/v1/granted-assessments/"

_ORGANISATIONS = """
INSERT INTO tenants_organisation (id, slug, name, sector, created_at, created_by_id, creation_fingerprint, version)
SELECT uuidv7(), 'bench-' || lpad(n::text, 5, '0'), 'Organisation ' || n, '', now(), %s, '', 1
FROM generate_series(1, %s) AS n
"""
_GRANTS = """
INSERT INTO assessments_reviewgrant
  (id, organisation_id, user_id, permission_id, content_object_id, granted_by_id, granted_at, expires_at)
SELECT uuidv7(), p.organisation_id, (%(people)s::uuid[])[1 + p.place %% 2], %(permission)s, p.id, %(owner)s, now(),
  now() + interval '30 days' + p.place * interval '1 hour'
FROM (SELECT id, organisation_id, row_number() OVER (PARTITION BY organisation_id ORDER BY id) AS place
      FROM assessments_assessment) AS p
WHERE p.place <= 2 * %(each)s
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./plumbline bench grants", description=__doc__)
    parser.add_argument("--organisations", type=int, default=1000)
    parser.add_argument("--assessments", type=int, default=1000, help="of each organisation (default 1000)")
    parser.add_argument("--grants", type=int, default=10, help="of the person in each organisation (default 10)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of load for each line (default 4)")
    given = parser.parse_args(arguments)
    return measured("grants", lambda where: _measure(where, given))


def _measure(where: Environment, given: argparse.Namespace) -> None:
    before = machine.description()["load_before"][0]
    with (
        run_services(where, purpose="bench", reset=True, any_port=True, durable=False) as services,
        embedded.joined(services.environment) as urls,
    ):
        assert urls is not None, "the servers were started by this very process"
        os.environ |= services.variables
        began = time.monotonic()
        with psycopg.connect(urls.database_owner_url or "", autocommit=True) as owner:
            session, inside = _data(given, owner)
        say(f"made in {time.monotonic() - began:.0f} s")
        total = given.organisations * given.assessments
        print(
            f"{given.organisations * given.grants:,} grants of one person in {given.organisations:,} organisations, "
            f"{total:,} assessments; load of the machine before {before:g}"
        )
        print(f"{'request':44}{'SQL':>5}{'p50 ms':>9}{'p95 ms':>9}")
        credentials = f"Cookie: {session}\r\n"
        for title, path in {
            "a page of 50, the newest access first": LIST,
            "a page of 200": f"{LIST}?page_size=200",
            "a page of 50, by name": f"{LIST}?ordering=assessment_name",
            "a page of 50, the first to end": f"{LIST}?ordering=expires_at",
            "those of one organisation": f"{LIST}?organisation=bench-{given.organisations:05d}",
            "a page in the middle": _next_of(services, credentials, pages=given.organisations * given.grants // 400),
            "one of them": inside,
        }.items():
            print(_line(services, title, path=path, credentials=credentials, seconds=given.seconds))


def _line(services: Services, title: str, *, path: str, credentials: str, seconds: float) -> str:
    from tests.bench.statements import count_statements

    plan: dict[str, Any] = {"kind": "read", "method": "GET", "path": path, "credentials": credentials}
    statements = count_statements(plan)
    found = put_load(
        [plan], host="127.0.0.1", port=services.environment.port, processes=services.processes(), seconds=seconds
    )
    met = found.p95 <= MOST_MS and statements <= MOST_STATEMENTS
    verdict = "met" if met else f"MISSED: at most {MOST_MS:g} ms and {MOST_STATEMENTS} statements"
    return f"{title:44}{statements:5}{found.p50:9.2f}{found.p95:9.2f}  {verdict}"


def _next_of(services: Services, credentials: str, *, pages: int) -> str:
    """The address of a page so many pages of 200 further on, found as a reader would."""
    import json

    from tests.bench.client import Connection, Reading

    connection, path = Connection(host="127.0.0.1", port=services.environment.port), f"{LIST}?page_size=200"
    for _ in range(pages):
        plan = {"kind": "read", "method": "GET", "path": path, "credentials": credentials}
        _, _, body = connection.exchange(Reading(plan).request())
        following = json.loads(body)["next"]
        if following is None:
            break
        path = LIST + following.partition(LIST)[2]
    return path.replace("page_size=200", "page_size=50")


def _data(given: argparse.Namespace, owner: psycopg.Connection[Any]) -> tuple[str, str]:
    """The cookie of the person, and the address of one assessment they were let into.

    The owner of the tables is bound by their policies as well, and lays that off while it fills them.
    """
    import django

    django.setup()
    from assessments.catalogue.models import Standard
    from assessments.models import Assessment
    from assessments.services.grants import review_permission
    from identity.models import Person
    from tests.bench.dataset import signed_in
    from tests.bench.sizes import SHIPPED

    standards = [row.pk for row in Standard.objects.filter(is_current=True, slug__in=SHIPPED)]
    maker, person, other = (Person.objects.create(email=f"{name}@bench.example", password="!") for name in "mpo")
    owner.execute(_ORGANISATIONS, [maker.pk, given.organisations])
    tables = ("assessments_assessment", "assessments_reviewgrant")
    for table in tables:
        owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # type: ignore[arg-type]
    row = {
        **{field.column: None for field in Assessment._meta.concrete_fields},
        "id": "uuidv7()",
        "organisation_id": "o.id",
        "name": "'Assessment ' || n || ' of ' || o.name",
        "standard_id": "(%(standards)s::uuid[])[1 + n %% 2]",
        "state": "(ARRAY['draft', 'in_progress', 'in_review', 'approved'])[1 + n %% 4]",
        "scope": "''", "profiles": "'[]'", "language": "'en'", "revision": "1", "version": "1", "answers_revision": "0",
        "created_by_id": "%(owner)s", "created_at": "now()", "updated_at": "now()",
    }  # fmt: skip
    columns = {name: value for name, value in row.items() if value is not None}
    owner.execute(
        f"INSERT INTO assessments_assessment ({', '.join(columns)}) SELECT {', '.join(columns.values())}"  # type: ignore[arg-type] # noqa: S608 - constants
        " FROM tenants_organisation o, generate_series(1, %(each)s) AS n",
        {"standards": standards, "owner": maker.pk, "each": given.assessments},
    )
    owner.execute(
        _GRANTS,
        {
            "people": [person.pk, other.pk], "permission": review_permission().pk, "owner": maker.pk,
            "each": given.grants,
        },
    )  # fmt: skip
    for table in tables:
        owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")  # type: ignore[arg-type]
    owner.execute("VACUUM ANALYZE")
    from assessments.models import ReviewGrant
    from tenants.scope import person_scope

    with person_scope(person.pk):
        slug, assessment_id = ReviewGrant.own.values_list("organisation__slug", "content_object_id").first() or ("", "")
        granted = ReviewGrant.own.count()
    assert granted == given.organisations * given.grants, granted
    return signed_in(person), f"/api/v1/organisations/{slug}/assessments/{assessment_id}/"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
