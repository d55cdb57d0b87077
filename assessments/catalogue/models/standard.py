"""A standard with its tree and its words."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from api.ids import new_id
from assessments.catalogue.schema import OWN_SLUG
from tenants.managed import SharedModel


def own_rows_index(name: str) -> models.Index:
    """Finds an organisation's rows among the public ones; for lookups over both sides the planner cannot take it."""
    return models.Index(fields=["organisation", "id"], condition=models.Q(organisation__isnull=False), name=name)


class Standard(SharedModel):
    """One state of one edition. `files_hash` only spares sync from parsing; identity is (slug, content_hash)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=80)
    content_hash = models.CharField(max_length=64)
    files_hash = models.CharField(max_length=64)
    is_current = models.BooleanField()
    depth = models.CharField(max_length=10, db_default="full")
    """schema.DEPTHS. Only a full one has a tree, and with it scale, method and outline."""
    number = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=120)
    edition = models.CharField(max_length=40)
    year = models.IntegerField()
    status = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    nature = models.CharField(max_length=20)
    sectors = ArrayField(models.CharField(max_length=60))
    scale_slug = models.CharField(max_length=60, blank=True)
    scale = models.JSONField(null=True)
    """{slug, name {language}, minimum, maximum, levels [{level, name {language}, criteria {language}, worth?}]}"""
    method = models.CharField(max_length=40, blank=True)
    parameters = models.JSONField(db_default={})
    """Of the method: name → number (schema.PARAMETERS)."""
    result_scale = models.JSONField(null=True)
    """The scale that scores are told on, shaped as `scale`; null where it is the answers' own."""
    selections = models.JSONField(db_default=[])
    """[{slug, name {language}}]"""
    alternatives = models.JSONField(db_default=[])
    """[{slug, name {language}, options [{slug, name {language}, refs}]}]"""
    profile = models.JSONField()
    """facts.Facts: an absent key is not stated, null does not apply."""
    languages = ArrayField(models.CharField(max_length=10))
    outline = models.JSONField(null=True)
    """schema.Outline: counts over the tree; null without one."""
    themes = models.JSONField()
    """Theme → share of the assessable requirements, adding up to 1."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(SharedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "content_hash", "organisation"],
                nulls_distinct=False,
                name="catalogue_standard_content",
            ),
            models.UniqueConstraint(
                fields=["slug", "organisation"],
                condition=models.Q(is_current=True),
                nulls_distinct=False,
                name="catalogue_standard_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=False, slug__startswith=OWN_SLUG)
                | (models.Q(organisation__isnull=True) & ~models.Q(slug__startswith=OWN_SLUG)),
                name="catalogue_standard_own_slug",
            ),
        ]
        indexes = [own_rows_index("catalogue_standard_own")]

    def __str__(self) -> str:
        return self.number


class Requirement(SharedModel):
    """A node of a standard's tree. `position` is document order from 0."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="requirements")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    ref = models.CharField(max_length=60)
    position = models.IntegerField()
    depth = models.SmallIntegerField()
    assessable = models.BooleanField()
    weight = models.FloatField()
    themes = ArrayField(models.CharField(max_length=60))
    applies_if = models.CharField(max_length=60, blank=True)
    own_answer_rule = models.CharField(max_length=20)
    withdrawn = ArrayField(models.CharField(max_length=60), null=True)
    """Refs that took its place; null while it is in force."""
    brief = models.BooleanField(db_default=False)
    points = models.FloatField(null=True)
    partial_points = models.FloatField(null=True)
    stage = models.SmallIntegerField(null=True)
    selections = ArrayField(models.CharField(max_length=60), null=True)
    """Slugs of the selections it belongs to; null: all."""
    target = models.FloatField(null=True)
    critical = models.BooleanField(db_default=False)

    class Meta(SharedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "ref", "organisation"], nulls_distinct=False, name="catalogue_requirement_ref"
            ),
            models.UniqueConstraint(
                fields=["standard", "position", "organisation"],
                nulls_distinct=False,
                name="catalogue_requirement_position",
            ),
        ]
        indexes = [own_rows_index("catalogue_requirement_own")]

    def __str__(self) -> str:
        return self.ref


class RequirementText(SharedModel):
    """The words of one requirement in one language; a heading has no question, evidence or levels."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    requirement = models.ForeignKey(Requirement, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=300)
    summary = models.TextField()
    question = models.TextField(blank=True)
    evidence = ArrayField(models.TextField())
    levels = models.JSONField()
    """Level as text → criteria."""
    own_words = models.GeneratedField(
        expression=models.Case(
            models.When(
                organisation__isnull=False,
                then=models.Func(
                    "language", "title", "summary", "question", "evidence", function="catalogue_search_words"
                ),
            ),
            output_field=SearchVectorField(),
        ),
        output_field=SearchVectorField(null=True),
        db_persist=True,
    )
    """What search finds an organisation's own text by, made by PostgreSQL; public ones have theirs in SearchEntry."""

    class Meta(SharedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "language", "organisation"],
                nulls_distinct=False,
                name="catalogue_requirement_text_language",
            ),
        ]
        indexes = [own_rows_index("catalogue_requirement_text_own")]


class StandardText(SharedModel):
    """A standard's profile prose (facts.Prose) and FAQ ([{question, answer}]) in one language."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    profile = models.JSONField()
    faq = models.JSONField()

    class Meta(SharedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "language", "organisation"],
                nulls_distinct=False,
                name="catalogue_standard_text_language",
            ),
        ]
        indexes = [own_rows_index("catalogue_standard_text_own")]
