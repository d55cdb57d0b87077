"""The catalogue: public standards, written by `sync_catalogue` alone, and those of organisations, for themselves alone.

An edition's rows never change once they are made (assessments pin them); changed content makes a new Standard, and
`is_current` tells which of a slug's rows new assessments start from. The app role may read the public rows, and of an
organisation's own add some and move `is_current`: nothing else.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Greatest, Least

from api.ids import new_id
from assessments.catalogue.drafts.states import ORIGINS, STATES
from assessments.catalogue.schema import OWN_SLUG
from tenants.managed import SharedModel, TenantModel


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


class StandardDraft(TenantModel):
    """A standard in the making: the whole of it as JSON (`drafts.content`), for no one but its organisation.

    slug, number and title are those of the content, kept beside it for lists. A published draft does not change any
    more; it stays as what its edition was made from.
    """

    slug = models.CharField(max_length=80)
    number = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    content = models.JSONField()
    requirements = models.PositiveIntegerField()
    origin = models.CharField(max_length=10)
    """drafts.states.ORIGINS"""
    report = models.JSONField(null=True)
    """What an import had to say of it."""
    base = models.ForeignKey(Standard, on_delete=models.PROTECT, null=True, related_name="+")
    """The edition it was adapted from, or follows."""
    state = models.CharField(max_length=10, default="draft")
    """drafts.states.STATES"""
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, null=True, related_name="+")
    """What it became."""
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "slug"], condition=models.Q(state="draft"), name="catalogue_draft_one_per_slug"
            ),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="catalogue_draft_state"),
            models.CheckConstraint(condition=models.Q(origin__in=ORIGINS), name="catalogue_draft_origin"),
            models.CheckConstraint(
                condition=models.Q(state="draft", standard__isnull=True, published_at__isnull=True)
                | models.Q(state="published", standard__isnull=False, published_at__isnull=False),
                name="catalogue_draft_published",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


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
    """Title (A), summary (B), question (C) and evidence (D), stemmed as the language asks."""

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


class Crosswalk(models.Model):
    """One state of a file of crosswalks; never changed, like a Standard. At most one order of a pair is current.

    `files_hash` covers the file and the trees it was held against and only spares sync from parsing; identity is
    (source_slug, target_slug, content_hash).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source_slug = models.CharField(max_length=80)
    target_slug = models.CharField(max_length=80)
    content_hash = models.CharField(max_length=64)
    files_hash = models.CharField(max_length=64)
    is_current = models.BooleanField()
    provenance = models.CharField(max_length=20)
    """crosswalk.PROVENANCES: of the groups that do not state their own."""
    method = models.JSONField()
    """Words by language."""
    reviewed_on = models.DateField()
    sources = models.JSONField()
    """[{id, title, publisher, url, date?, supports}]"""
    succession = models.BooleanField()
    """Whether the target is the next edition of the source."""
    titles = models.JSONField()
    """{source: {ref: label}, target: {ref: label}}, of sides without a tree."""
    counts = models.JSONField()
    """crosswalk.CrosswalkCounts"""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_slug", "target_slug", "content_hash"], name="catalogue_crosswalk_content"
            ),
            models.UniqueConstraint(
                Least("source_slug", "target_slug"),
                Greatest("source_slug", "target_slug"),
                condition=models.Q(is_current=True),
                name="catalogue_crosswalk_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_slug}--{self.target_slug}"


class CrosswalkGroup(models.Model):
    """Some refs of the source and some of the target, and how they relate taken together; `position` counts from 0.

    The pairs of an n:m group are not rows of their own: it is judged as one, and always read with its crosswalk.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    crosswalk = models.ForeignKey(Crosswalk, on_delete=models.CASCADE, related_name="groups")
    position = models.IntegerField()
    source_refs = ArrayField(models.CharField(max_length=60))
    target_refs = ArrayField(models.CharField(max_length=60))
    relation = models.CharField(max_length=20)
    """crosswalk.RELATIONS, from source to target."""
    provenance = models.CharField(max_length=20)
    rationale = models.JSONField()
    """Words by language."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crosswalk", "position"], name="catalogue_crosswalk_group_position"),
        ]

    def __str__(self) -> str:
        return f"{self.relation} {self.position}"
