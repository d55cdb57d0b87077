"""What an assessment takes of its standard, and the answers within it. The others are kept, and count nowhere."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from assessments.catalogue.editions import Edition, edition
from assessments.catalogue.parts import is_whole, options_taken, part_of
from assessments.models import Answer, Assessment
from assessments.scoring import ScoreTree


def tree_of(assessment: Assessment) -> ScoreTree:
    """What of the standard is assessed, from memory."""
    return part_of(edition(assessment.standard_id), selection=assessment.selection, options=assessment.options)


def answers_in(assessment: Assessment) -> QuerySet[Answer]:
    """The answers to what is taken."""
    rows = Answer.objects.filter(assessment=assessment)
    of, tree = edition(assessment.standard_id), tree_of(assessment)
    return (
        rows if is_whole(of, tree=tree) else rows.filter(requirement_id__in=[of.by_ref[r].id for r in tree.assessable])
    )


def chosen(of: Edition, *, assessment: Assessment, language: str | None) -> dict[str, Any]:
    """{selection: {slug, name} or None, options: [{alternative {slug, name}, option {slug, name}}]} in words."""
    taken = options_taken(of.alternatives, options=assessment.options)
    named = of.choices_in(language)
    return {
        "selection": next((entry for entry in named["selections"] if entry["slug"] == assessment.selection), None),
        "options": [
            {
                "alternative": {"slug": alternative["slug"], "name": alternative["name"]},
                "option": next(
                    {"slug": option["slug"], "name": option["name"]}
                    for option in alternative["options"]
                    if option["slug"] == taken[alternative["slug"]]
                ),
            }
            for alternative in named["alternatives"]
        ],
    }
