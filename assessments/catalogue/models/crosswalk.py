"""How two standards relate: public crosswalks, told by files, and those that organisations make for themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Greatest, Least

from api.ids import new_id
from assessments.catalogue.models.standard import own_rows_index
from assessments.catalogue.schema import OWN_SLUG
from tenants.managed import SharedModel

_OWN = models.Q(organisation__isnull=False)


class Crosswalk(SharedModel):
    """One state of a crosswalk; never changed, like a Standard. At most one order of a pair is current on each side:
    among the public ones, and among those of one organisation, which may have its own beside a public one.

    `files_hash` covers the file and the trees it was held against and only spares sync from parsing; identity is
    (source_slug, target_slug, content_hash), of an organisation's own together with `version`.
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
    reviewed_on = models.DateField(null=True)
    """Null while nobody has reviewed any of it, which only an organisation's own may be."""
    sources = models.JSONField()
    """[{id, title, publisher, url, date?, supports}]"""
    succession = models.BooleanField()
    """Whether the target is the next edition of the source."""
    titles = models.JSONField()
    """{source: {ref: label}, target: {ref: label}}, of sides without a tree."""
    counts = models.JSONField()
    """crosswalk.CrosswalkCounts"""
    version = models.PositiveIntegerField(db_default=1)
    """Counts the states of an organisation's own, over withdrawals too; 1 of what is public."""
    origin = models.CharField(max_length=10, blank=True, db_default="")
    """own_crosswalks.states.ORIGINS; empty of what is public."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """Who of the organisation last said that groups of it are right."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(SharedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["source_slug", "target_slug", "content_hash", "version", "organisation"],
                nulls_distinct=False,
                name="catalogue_crosswalk_content",
            ),
            models.UniqueConstraint(
                Least("source_slug", "target_slug"),
                Greatest("source_slug", "target_slug"),
                models.F("organisation"),
                condition=models.Q(is_current=True),
                nulls_distinct=False,
                name="catalogue_crosswalk_one_current",
            ),
            models.UniqueConstraint(
                Least("source_slug", "target_slug"),
                Greatest("source_slug", "target_slug"),
                models.F("version"),
                models.F("organisation"),
                condition=_OWN,
                name="catalogue_crosswalk_own_version",
            ),
            models.CheckConstraint(
                condition=_OWN | models.Q(reviewed_on__isnull=False, created_by__isnull=True, reviewed_by__isnull=True),
                name="catalogue_crosswalk_public",
            ),
            models.CheckConstraint(
                condition=_OWN
                | ~(models.Q(source_slug__startswith=OWN_SLUG) | models.Q(target_slug__startswith=OWN_SLUG)),
                name="catalogue_crosswalk_public_sides",
            ),
            models.CheckConstraint(
                condition=~_OWN
                | (models.Q(created_by__isnull=False) & ~models.Q(origin="") & ~models.Q(provenance="official")),
                name="catalogue_crosswalk_own_origin",
            ),
        ]
        indexes = [own_rows_index("catalogue_crosswalk_own")]

    def __str__(self) -> str:
        return f"{self.source_slug}--{self.target_slug}"


class CrosswalkGroup(SharedModel):
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

    class Meta(SharedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["crosswalk", "position", "organisation"],
                nulls_distinct=False,
                name="catalogue_crosswalk_group_position",
            ),
            models.CheckConstraint(
                condition=~_OWN | ~models.Q(provenance="official"), name="catalogue_crosswalk_group_own"
            ),
        ]
        indexes = [own_rows_index("catalogue_crosswalk_group_rows")]

    def __str__(self) -> str:
        return f"{self.relation} {self.position}"
