"""Starting an assessment, and changing its own fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from api.problems import Conflict, Invalid, PreconditionFailed, Unprocessable
from assessments.catalogue.editions import Edition, edition
from assessments.catalogue.selectors import startable_standard, vocabulary
from assessments.lifecycle import AssessmentState
from assessments.models import Assessment
from assessments.services.transitions import hold_assessment
from tenants import audit
from tenants.access import Access
from tenants.models import Membership

CLOSED: Final = frozenset({AssessmentState.APPROVED.value, AssessmentState.ARCHIVED.value})
_TOLD: Final = {"profile": "its profile", "record": "a few facts"}
MOVES_SCORES: Final = frozenset({"profiles", "target", "selection", "options"})


def start_assessment(*, access: Access, fields: Mapping[str, Any]) -> Assessment:
    """Begin work on the current edition of `fields["standard"]` (a slug). No answer is made: they come when touched.

    Fields: name, standard, scope, profiles, selection, options, period_start, period_end, target, language, lead.
    Without a language it is the first of the organisation's that the standard is there in.
    Raises Invalid, and Unprocessable for a standard without a tree.
    """
    given = dict(fields)
    standard = startable_standard(given.pop("standard"))
    if standard is None:
        raise Invalid({"standard": ["There is no such standard in the catalogue, nor among your own."]})
    if not standard.is_assessable:
        raise Unprocessable(
            "standard-not-assessable",
            f"{standard.number} is in the catalogue with {_TOLD[standard.depth]} only: it has no requirements here "
            "that could be assessed. Choose a standard whose depth is full.",
        )
    of = edition(standard.id)
    given.setdefault("language", of.language(*access.organisation.languages))
    _check(given, of=of, period=(given.get("period_start"), given.get("period_end")))
    lead = given.pop("lead", None)
    assessment = Assessment.objects.create(
        standard_id=standard.id, created_by_id=access.person_id, lead_id=lead, **given
    )
    audit.record(
        "assessment.created",
        object_type="assessment",
        object_id=assessment.pk,
        after={"standard": of.slug, "content_hash": of.content_hash, "lead": lead, **given},
    )
    return assessment


def change_assessment(
    *, access: Access, assessment_id: UUID, expected_version: int, fields: Mapping[str, Any]
) -> Assessment:
    """Change the assessment's own fields until it is approved.

    Raises NotFound, PreconditionFailed, Conflict and Invalid.
    """
    assessment = hold_assessment(assessment_id)
    if assessment.version != expected_version:
        raise PreconditionFailed(assessment.version)
    if assessment.state in CLOSED:
        raise Conflict("assessment-not-open", f"The assessment is {assessment.state}: it does not change any more.")
    period = (fields.get("period_start", assessment.period_start), fields.get("period_end", assessment.period_end))
    _check(fields, of=edition(assessment.standard_id), period=period)
    columns = {("lead_id" if name == "lead" else name): value for name, value in fields.items()}
    before = {name: getattr(assessment, name) for name in columns}
    after = {name: value for name, value in columns.items() if before[name] != value}
    if not after:
        return assessment
    assessment.version += 1
    assessment.updated_at = timezone.now()
    for name, value in after.items():
        setattr(assessment, name, value)
    if after.keys() & MOVES_SCORES:
        assessment.answers_revision += 1
    assessment.save(update_fields=[*after, "version", "updated_at", "answers_revision"])
    audit.record(
        "assessment.changed",
        object_type="assessment",
        object_id=assessment.pk,
        before={name: before[name] for name in after},
        after=after,
    )
    return assessment


def is_member(person_id: UUID) -> bool:
    return Membership.objects.filter(person_id=person_id).exists()


def _check(fields: Mapping[str, Any], *, of: Edition, period: tuple[date | None, date | None]) -> None:
    errors: dict[str, list[str]] = {}
    start, end = period
    if start and end and end < start:
        errors["period_end"] = ["The period ends before it starts."]
    target = fields.get("target")
    if target is not None and not of.scale["minimum"] <= target <= of.scale["maximum"]:
        errors["target"] = [scale_sentence(of)]
    unknown = [name for name in fields.get("profiles", ()) if name not in vocabulary().conditions]
    if unknown:
        known = ", ".join(sorted(vocabulary().conditions))
        errors["profiles"] = [f"Unknown: {', '.join(unknown)}. Choose from {known}."]
    errors |= _choice_errors(fields, of=of)
    if "language" in fields and fields["language"] not in of.languages:
        errors["language"] = [f"The texts of this standard are there in {', '.join(of.languages)}."]
    if fields.get("lead") is not None and not is_member(fields["lead"]):
        errors["lead"] = ["Name a member of this organisation."]
    if errors:
        raise Invalid(errors)


def _choice_errors(fields: Mapping[str, Any], *, of: Edition) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    known = [entry["slug"] for entry in of.selections]
    if (selection := fields.get("selection")) and selection not in known:
        choose = f"Choose from {', '.join(known)}, or leave it empty." if known else "It has none; leave it empty."
        errors["selection"] = [f"{of.number} has no selection {selection}. {choose}"]
    options = {entry["slug"]: [option["slug"] for option in entry["options"]] for entry in of.alternatives}
    for alternative, option in fields.get("options", {}).items():
        if alternative not in options:
            errors[f"options.{alternative}"] = [f"{of.number} has no such alternative."]
        elif option not in options[alternative]:
            errors[f"options.{alternative}"] = [f"Choose one of {', '.join(options[alternative])}."]
    return errors


def scale_sentence(of: Edition) -> str:
    return f"The scale of {of.number} runs from {of.scale['minimum']:g} to {of.scale['maximum']:g}."
