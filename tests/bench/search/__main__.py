"""`./plumbline bench search`: what a search waits for over ten thousand requirements, in one language and in two.

The shipped catalogue, copied under other slugs by the owner of its tables until that many requirements are current, and
indexed by the code that indexes what ships. Every copy gets a second text, which is called German. Asked are the public
search, and that of an organisation which reads German and English and has published a standard of its own, of
`--own` requirements in both. Aim: p95 of at most 50 ms for every kind of question.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import psycopg

from config import embedded
from config.environment import Environment
from config.processes import Services, run_services
from tests.bench import machine
from tests.bench.load import put_load
from tests.bench.own import measured

MOST_MS = 50.0
QUESTIONS = {
    "a reference": ["AC-2 (1)", "ac-2.1", "AC-02(01)", "Art. 21(2)(d)", "21.2.d", "A.5.1", "GV.OC-1", "7.5.10"],
    "a reference in a standard": ["NIS2 Art. 21(2)(d)", "iso 27001 A.5.1", "gdpr article 5 1 a", "DORA 9.4.b"],
    "words": ["risk assessment", "supplier security", "incident notification", "management review", "design inputs"],
    "a frequent word": ["risk", "security", "management", "information", "records"],
    "words in a standard": ["27001 backup", "dora testing", "13485 sterile", "cis email"],
    "slips": ["cryptografy", "vunerability managment", "incidnet response", "acess rights"],
    "nothing": ["zzzz qqqq", "quixotic flugelhorn"],
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A search's address, and the headers of who asks."""

    path: str
    credentials: str


_COPY = """
CREATE FUNCTION pg_temp.copied(id uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(id::text || {n})::uuid $$;
INSERT INTO catalogue_standard SELECT (jsonb_populate_record(s, jsonb_build_object(
  'id', pg_temp.copied(s.id), 'slug', left(s.slug, 60) || '-copy-{n}', 'content_hash', md5(s.content_hash || {n}),
  'languages', ARRAY['en', 'de']))).*
  FROM catalogue_standard s WHERE s.is_current AND s.depth = 'full' AND s.slug NOT LIKE '%-copy-%';
INSERT INTO catalogue_requirement SELECT (jsonb_populate_record(r, jsonb_build_object('id', pg_temp.copied(r.id),
  'standard_id', pg_temp.copied(r.standard_id), 'parent_id', pg_temp.copied(r.parent_id)))).*
  FROM catalogue_requirement r JOIN catalogue_standard s ON s.id = r.standard_id
  WHERE s.is_current AND s.slug NOT LIKE '%-copy-%' ORDER BY r.standard_id, r.position;
INSERT INTO catalogue_requirementtext
  (id, requirement_id, language, title, summary, question, evidence, levels)
  SELECT CASE spoken WHEN 'en' THEN pg_temp.copied(t.id) ELSE md5(t.id::text || spoken || {n})::uuid END,
    pg_temp.copied(t.requirement_id), spoken, t.title, t.summary, t.question, t.evidence, t.levels
  FROM unnest(ARRAY['en', 'de']) AS spoken CROSS JOIN catalogue_requirementtext t
  JOIN catalogue_requirement r ON r.id = t.requirement_id
  JOIN catalogue_standard s ON s.id = r.standard_id WHERE s.is_current AND s.slug NOT LIKE '%-copy-%';
DROP FUNCTION pg_temp.copied(uuid);
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./plumbline bench search", description=__doc__)
    parser.add_argument("--requirements", type=int, default=10_000, help="at least so many (default 10000)")
    parser.add_argument("--own", type=int, default=1_000, help="requirements of the organisation's own (default 1000)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of load for each line (default 4)")
    given = parser.parse_args(arguments)
    return measured("search", lambda where: _measure(where, given))


def _measure(where: Environment, given: argparse.Namespace) -> None:
    before = machine.description()["load_before"][0]
    with (
        run_services(where, purpose="bench", reset=True, any_port=True, durable=False) as services,
        embedded.joined(services.environment) as urls,
    ):
        assert urls is not None, "the servers were started by this very process"
        os.environ |= services.variables
        with psycopg.connect(urls.database_owner_url or "", autocommit=True) as owner:
            there = _fill(owner, wanted=given.requirements, url=urls.database_owner_url or "")
            own = _own(given.own)
            owner.execute("ANALYZE")
        print(f"{there:,} requirements, {given.own:,} own ones; load of the machine before {before:g}")
        for name, where_asked in {
            "anybody, in English": Asked("/api/v1/search/", ""),
            f"an organisation with {given.own:,} own requirements, in German and English": own,
        }.items():
            print(f"\n{name}\n{'question':28}{'p50 ms':>9}{'p95 ms':>9}")
            for title, questions in QUESTIONS.items():
                print(_line(services, title, at=where_asked, questions=questions, seconds=given.seconds))


def _fill(owner: psycopg.Connection[Any], *, wanted: int, url: str) -> int:
    import django
    from django.db import connections

    django.setup()
    from assessments.catalogue.models import Requirement
    from assessments.catalogue.search.index import index_current

    connections.databases["owner"] = connections["default"].settings_dict | _login(url)
    number = 0
    current = Requirement.public.filter(standard__is_current=True, withdrawn__isnull=True)
    while (there := current.count()) < wanted:
        number += 1
        owner.execute(_COPY.replace("{n}", str(number)))  # type: ignore[arg-type]
        index_current(using="owner")
    connections["owner"].close()
    return there


def _own(number: int) -> Asked:
    """Publish a standard of an organisation that reads German and English; its words are the catalogue's."""
    from assessments.catalogue.drafts.services import add_to_draft, publish_draft, start_draft
    from assessments.catalogue.models import RequirementText
    from identity.models import Person
    from tenants.access import Access
    from tenants.models import Organisation
    from tenants.roles import Role
    from tenants.scope import tenant_scope
    from tests.bench.dataset import make_organisation

    people = [Person.objects.create(email=f"{name}@bench.example", password="!") for name in ("o", "a")]
    organisation, key = make_organisation(0, owner=people[0], assessor=people[1])
    Organisation.objects.filter(pk=organisation.pk).update(languages=["de", "en"])
    words = list(RequirementText.public.filter(language="en").exclude(question="").values("title", "summary")[:number])
    tree = [
        {"ref": f"QP-{place // 20:02}.{place % 20}", "texts": dict.fromkeys(("de", "en"), words[place % len(words)])}
        for place in range(number)
    ]
    with tenant_scope(organisation.pk):
        access = Access(organisation=organisation, person_id=people[0].pk, role=Role.OWNER)
        draft = start_draft(
            access=access, fields={"slug": "bench", "number": "BENCH 1", "title": "Own", "language": "de"}
        )
        for first in range(0, number, 1_000):
            part = tree[first : first + 1_000]
            draft = add_to_draft(draft_id=draft.pk, expected_version=draft.version, given=part)
        publish_draft(draft_id=draft.pk, expected_version=draft.version)
    return Asked(f"/api/v1/organisations/{organisation.slug}/search/", f"Authorization: Bearer {key}\r\n")


def _login(url: str) -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict

    found = conninfo_to_dict(url)
    return {"USER": found["user"], "PASSWORD": found.get("password", "")}


def _line(services: Services, title: str, *, at: Asked, questions: Sequence[str], seconds: float) -> str:
    """One person asking one question after the other; the slowest question is what counts."""
    each = [
        put_load(
            [
                {
                    "kind": "read",
                    "method": "GET",
                    "path": f"{at.path}?q={quote_plus(text)}",
                    "credentials": at.credentials,
                }
            ],
            host="127.0.0.1",
            port=services.environment.port,
            processes=services.processes(),
            seconds=seconds / len(questions),
        )
        for text in questions
    ]
    middle, slowest = sorted(found.p50 for found in each)[len(each) // 2], max(found.p95 for found in each)
    verdict = "met" if slowest <= MOST_MS else f"MISSED: at most {MOST_MS:g} ms"
    return f"{title:28}{middle:9.2f}{slowest:9.2f}  {verdict}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
