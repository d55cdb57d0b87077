"""Standards that operators import for everybody, from files that are not of the catalogue's own folders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections, transaction

from assessments.catalogue.drafts.content import DraftContent, complete_facts
from assessments.catalogue.drafts.lint import Findings, lint
from assessments.catalogue.rows import Outcome, store_document
from assessments.catalogue.search.index import index_current
from assessments.catalogue.selectors import vocabulary
from assessments.catalogue.sync import DATA, LOCK


@dataclass(frozen=True, slots=True)
class Stored:
    outcome: Outcome
    standard_id: UUID


def platform_content(content: DraftContent, *, publisher: str, now: datetime) -> DraftContent:
    return complete_facts(content, publisher=publisher, year=now.year)


def platform_findings(content: DraftContent) -> Findings:
    """Held against the rules of a public standard. A slug of the catalogue's own folders is for `sync_catalogue`."""
    return lint(content, vocabulary=vocabulary(), is_public=True)


def is_of_the_catalogue(slug: str) -> bool:
    return (DATA / slug).is_dir()


def store_platform_standard(findings: Findings, *, using: str) -> Stored:
    """Make it the current edition of its slug for everybody, and let it be found. Needs the role that owns the tables,
    and runs outside of every organisation's scope.
    """
    document = findings.document
    if document is None:
        raise ValueError("a standard at fault cannot be stored")
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        outcome, standard_id = store_document(document, using=using)
        index_current(using=using)
    return Stored(outcome, standard_id)
