"""What is searched."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from assessments.catalogue.models.standard import Requirement, Standard


class SearchEntry(models.Model):
    """What is searched: one current public requirement in one language. Made by `search.index` from the rows above.

    The copy pays for itself: only what is current is looked through, and no policy stands between the words and their
    index (PostgreSQL tests a row's policy before an operator that is not leak-proof, and @@ is none).
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.CASCADE, related_name="+")
    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    keys = ArrayField(models.TextField())
    """search.references.reference_keys"""
    title = models.TextField()
    words = SearchVectorField()
    """Title (A), summary (B), question (C) and evidence (D), stemmed as the language asks, with and without accents."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requirement", "language"], name="catalogue_search_entry_once"),
        ]
        indexes = [
            GinIndex(fields=["keys"], name="catalogue_search_keys"),
            GinIndex(fields=["words"], name="catalogue_search_words"),
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="catalogue_search_title"),
        ]

    def __str__(self) -> str:
        return self.title
