"""Keeps `SearchEntry` in line with what is current. Runs in the transaction that changes it, as the tables' owner."""

from __future__ import annotations

from typing import Final

from django.db import connections

from assessments.catalogue.models import Requirement, SearchEntry, Standard
from assessments.catalogue.search.references import reference_keys

CONFIGURATIONS: Final = {
    "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
"""Language → PostgreSQL's text search configuration; a language without one is searched by its bare words."""

_INSERT: Final = """
INSERT INTO catalogue_searchentry (requirement_id, standard_id, language, keys, title, words)
SELECT t.requirement_id, r.standard_id, t.language, string_to_array(found.keys, ' '), t.title,
  setweight(to_tsvector(spoken.config, t.title), 'A') || setweight(to_tsvector(spoken.config, t.summary), 'B') ||
  setweight(to_tsvector(spoken.config, t.question), 'C') ||
  setweight(to_tsvector(spoken.config, array_to_string(t.evidence, ' ')), 'D')
FROM catalogue_requirementtext t
JOIN catalogue_requirement r ON r.id = t.requirement_id
JOIN unnest(%(ids)s::uuid[], %(keys)s::text[]) AS found(id, keys) ON found.id = r.id
JOIN unnest(%(languages)s::text[], %(configs)s::regconfig[]) AS spoken(language, config) ON spoken.language = t.language
"""
"""One statement for all of them: stemming is PostgreSQL's work, and thousands of expressions would be Django's."""


def configuration(language: str) -> str:
    """The text search configuration of a language such as `en` or `pt-BR`."""
    return CONFIGURATIONS.get(language.partition("-")[0], "simple")


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
    spoken = {language for languages in missing.values_list("languages", flat=True) for language in languages}
    with connections[using].cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "ids": [requirement for requirement, _ in refs],
                "keys": [" ".join(reference_keys(ref)) for _, ref in refs],
                "languages": sorted(spoken),
                "configs": [configuration(language) for language in sorted(spoken)],
            },
        )
        return int(cursor.rowcount)
