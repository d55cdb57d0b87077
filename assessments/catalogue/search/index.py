"""Keeps `SearchEntry` in line with what is current. Runs in the transaction that changes it, as the tables' owner."""

from __future__ import annotations

from typing import Final

from django.db import connections

from assessments.catalogue.models import Requirement, SearchEntry, Standard
from assessments.catalogue.search.references import reference_keys

_INSERT: Final = """
INSERT INTO catalogue_searchentry (requirement_id, standard_id, language, keys, title, words)
SELECT t.requirement_id, r.standard_id, t.language, string_to_array(found.keys, ' '), t.title,
  catalogue_search_words(t.language, t.title, t.summary, t.question, t.evidence)
FROM catalogue_requirementtext t
JOIN catalogue_requirement r ON r.id = t.requirement_id
JOIN unnest(%(ids)s::uuid[], %(keys)s::text[]) AS found(id, keys) ON found.id = r.id
"""
"""One statement for all of them: thousands of expressions would be Django's work."""


def index_current(*, using: str = "default") -> int:
    """Drop entries of what is no longer current, and make those that are missing. Returns how many were made."""
    current = Standard.public.using(using).filter(is_current=True)
    entries = SearchEntry.objects.using(using)
    entries.exclude(standard__in=current).delete()
    missing = current.exclude(pk__in=entries.values("standard"))
    found = Requirement.public.using(using).filter(standard__in=missing, withdrawn__isnull=True)
    refs = list(found.values_list("id", "ref"))
    if not refs:
        return 0
    with connections[using].cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "ids": [requirement for requirement, _ in refs],
                "keys": [" ".join(reference_keys(ref)) for _, ref in refs],
            },
        )
        return int(cursor.rowcount)
