"""A draft's content as a public standard: for operators, who run this as the role that owns the tables."""

from __future__ import annotations

from uuid import UUID

from django.db import connections, transaction

from assessments.catalogue.drafts.content import ContentError, ContentFault, DraftContent
from assessments.catalogue.drafts.lint import Findings, lint
from assessments.catalogue.loader import standard_folders
from assessments.catalogue.rows import Outcome, store_document
from assessments.catalogue.search.index import index_current
from assessments.catalogue.selectors import vocabulary
from assessments.catalogue.sync import DATA, LOCK
from tenants.scope import ScopeError, scoped_organisation


def publish_public(content: DraftContent, *, using: str = "default") -> tuple[Outcome, UUID, Findings]:
    """Make the content the current public standard of its slug; everybody reads it from then on.

    Returns what became of it, the row's id, and what lint found (warnings only). Raises ContentError with the faults,
    and where the slug is told by the files of the catalogue, which `sync_catalogue` would bring back; and a
    ProgrammingError for a role that does not own the tables.
    """
    if scoped_organisation() is not None:
        raise ScopeError("A public standard is published outside every organisation's scope.")
    findings = lint(content, vocabulary=vocabulary(), is_public=True)
    if content.slug in {folder.name for folder in standard_folders(DATA)}:
        raise ContentError([ContentFault("/slug", "", f"{content.slug} is told by the files of the catalogue")])
    if findings.document is None:
        raise ContentError(list(findings.faults))
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        outcome, standard_id = store_document(findings.document, using=using)
        index_current(using=using)
    return outcome, standard_id, findings
