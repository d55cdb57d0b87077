"""How two standards relate. Public alone, so far: an organisation has no way to write one."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Greatest, Least

from api.ids import new_id


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
