"""Shapes of an organisation's own crosswalks."""

from __future__ import annotations

from rest_framework import serializers

from api.serializers import StrictSerializer, page_of
from assessments.catalogue.crosswalk import PROVENANCES, RELATIONS
from assessments.catalogue.crosswalk_pages import CrosswalkSourceShape, RelationsShape
from assessments.catalogue.drafts.serializers import FaultShape
from assessments.catalogue.own_crosswalks.checking import MOST_GROUPS
from assessments.catalogue.own_crosswalks.joining import CROSSWALKS_OF, STANDINGS
from assessments.catalogue.own_crosswalks.states import ORIGINS, OWN_PROVENANCES
from assessments.catalogue.serializers import Shape
from assessments.catalogue.serializers_comparison import ComparisonShape

_WORDS = "By language."


class OwnCrosswalkHead(Shape):
    name = serializers.CharField(help_text="source--target; the other order finds it as well.")
    source = serializers.CharField()  # type: ignore[assignment]  # fields leave the class namespace
    target = serializers.CharField()
    version = serializers.IntegerField(help_text="Counts its states. In quotes, the ETag.")
    is_current = serializers.BooleanField()
    origin = serializers.ChoiceField(choices=ORIGINS)
    provenance = serializers.ChoiceField(choices=OWN_PROVENANCES, help_text="reviewed: a part of it at least.")
    succession = serializers.BooleanField(help_text="Whether the target is the next edition of the source.")
    reviewed = serializers.IntegerField(help_text="Groups that count.")
    suggested = serializers.IntegerField(help_text="Groups that nobody has reviewed; they enter no figure.")
    relations = RelationsShape(help_text="Of the groups that count.")
    reviewed_on = serializers.DateField(allow_null=True)
    reviewed_by = serializers.UUIDField(allow_null=True, help_text="Who last said that groups are right.")
    created_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    content_hash = serializers.CharField()


OwnCrosswalkPage = page_of(OwnCrosswalkHead)


class OwnGroupShape(Shape):
    vars()["from"] = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1)
    to = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1)
    relation = serializers.ChoiceField(choices=RELATIONS, help_text="From left to right, over the refs together.")
    provenance = serializers.ChoiceField(
        choices=OWN_PROVENANCES, required=False, help_text="Unless told, the crosswalk's."
    )
    rationale = serializers.DictField(child=serializers.CharField(), required=False, help_text=_WORDS)


class TitlesShape(Shape):
    source = serializers.DictField(child=serializers.CharField(), required=False)  # type: ignore[assignment]  # likewise
    target = serializers.DictField(child=serializers.CharField(), required=False)


class OwnCrosswalkContent(Shape):
    """As a file of crosswalks says it; see assessments/catalogue/FORMAT.md."""

    source = serializers.CharField(help_text="Slug of a standard, public or of one's own.")  # type: ignore[assignment]
    target = serializers.CharField(help_text="Likewise.")
    groups = OwnGroupShape(many=True, help_text=f"At most {MOST_GROUPS:,}.")
    provenance = serializers.ChoiceField(
        choices=OWN_PROVENANCES, required=False, help_text="Of groups that do not say their own; suggested unless told."
    )
    method = serializers.DictField(child=serializers.CharField(), required=False, help_text=_WORDS)
    reviewed_on = serializers.DateField(required=False, allow_null=True, help_text="Today, unless told.")
    sources = CrosswalkSourceShape(many=True, required=False)
    succession = serializers.BooleanField(required=False)
    titles = TitlesShape(required=False, help_text="Of the refs of a standard without a list of requirements here.")


class OwnCrosswalkShape(OwnCrosswalkHead):
    content = OwnCrosswalkContent(help_text="What can be sent to replace it.")


class CrosswalkFindings(Shape):
    keepable = serializers.BooleanField()
    faults = FaultShape(many=True, help_text="At most 1,000.")
    warnings = FaultShape(many=True, help_text="At most 1,000.")
    fault_count = serializers.IntegerField()
    warning_count = serializers.IntegerField()


class CrosswalkReview(StrictSerializer):
    groups = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=MOST_GROUPS),
        required=False,
        allow_empty=False,
        max_length=MOST_GROUPS,
        help_text="Positions of those that are right, from 0; all unless told.",
    )


class JoinedCrosswalkShape(Shape):
    of = serializers.ChoiceField(choices=CROSSWALKS_OF)
    name = serializers.CharField()
    provenance = serializers.ChoiceField(choices=PROVENANCES)
    reviewed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField(allow_null=True, help_text="Of an own one.")


class JoinedLinkShape(Shape):
    of = serializers.ChoiceField(choices=CROSSWALKS_OF, help_text="Where it comes from.")
    position = serializers.IntegerField(help_text="In the crosswalk it is of, from 0.")
    a_refs = serializers.ListField(child=serializers.CharField())
    b_refs = serializers.ListField(child=serializers.CharField())
    relation = serializers.ChoiceField(choices=RELATIONS, help_text="From a to b, over the refs taken together.")
    provenance = serializers.ChoiceField(choices=PROVENANCES)
    standing = serializers.ChoiceField(
        choices=STANDINGS,
        help_text="counted; suggested; repeated: a public link says the same; replaced: an own reviewed link of the "
        "same refs says otherwise and counts; lost: it names a requirement that is not there any more.",
    )
    rationale = serializers.CharField(allow_blank=True)


class OwnComparisonShape(ComparisonShape):
    """As a public comparison, over the public links and the organisation's own together; nothing counts twice."""

    crosswalks = JoinedCrosswalkShape(many=True)
    links = JoinedLinkShape(many=True)
