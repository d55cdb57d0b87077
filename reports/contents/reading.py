"""Parsing a frozen snapshot: once at the door, trusted afterwards.

What does not fit is refused with the path of the offending value.  Unknown keys are ignored, so that a newer
snapshot can carry more.
"""

from collections.abc import Mapping
from typing import cast

from reports.contents.fields import Fields, SnapshotMalformedError
from reports.contents.snapshot import (
    Answer,
    AnswerElsewhere,
    Assessment,
    EvidenceFile,
    Level,
    Origin,
    PlannedAction,
    Previous,
    Requirement,
    Review,
    Scale,
    Scores,
    Snapshot,
    Standard,
    Verdict,
)
from reports.contents.text import clean_line

VERSION = 1


def read_snapshot(raw: Mapping[str, object]) -> Snapshot:
    """Parse a frozen snapshot; raises SnapshotMalformedError with the path of the first value that does not fit."""
    fields = Fields(raw, path="snapshot")
    if fields.integer("version") != VERSION:
        raise SnapshotMalformedError("snapshot.version", f"only version {VERSION} can be read")
    requirements = tuple(_read_requirement(item) for item in fields.items("requirements"))
    refs = [requirement.ref for requirement in requirements]
    if len(set(refs)) != len(refs):
        raise SnapshotMalformedError("snapshot.requirements", "a ref stands twice")
    previous = fields.optional_object("previous")
    return Snapshot(
        taken_at=fields.moment("taken_at"),
        sha256=fields.line("sha256"),
        organisation=fields.object("organisation").line("name"),
        assessment=_read_assessment(fields.object("assessment")),
        standard=_read_standard(fields.object("standard")),
        scores=_read_scores(fields.object("scores")),
        requirements=requirements,
        actions=tuple(_read_action(item) for item in fields.items("actions")),
        previous=None if previous is None else _read_previous(previous),
    )


def _read_scores(fields: Fields) -> Scores:
    return Scores(
        asserted=fields.optional_number("asserted"),
        evidenced=fields.optional_number("evidenced"),
        validated=fields.optional_number("validated"),
        target=fields.optional_number("target"),
        coverage=fields.optional_number("coverage"),
        answered=fields.integer("answered"),
        applicable=fields.integer("applicable"),
        total=fields.integer("total"),
    )


def _read_standard(fields: Fields) -> Standard:
    scale = _read_scale(fields.object("scale"))
    result = fields.optional_object("result_scale")
    return Standard(
        slug=fields.line("slug"),
        number=fields.line("number"),
        title=fields.line("title"),
        publisher=fields.line("publisher"),
        edition=fields.line("edition"),
        content_hash=fields.line("content_hash"),
        method=fields.line("method"),
        scale=scale,
        result=scale if result is None else _read_scale(result),
    )


def _read_scale(scale: Fields) -> Scale:
    levels = [
        Level(level=step.number("level"), name=step.line("name"), criteria=step.paragraphs("criteria"))
        for step in scale.items("levels")
    ]
    minimum, maximum = scale.number("minimum"), scale.number("maximum")
    if not minimum < maximum:
        raise SnapshotMalformedError(scale.path, "the maximum must lie above the minimum")
    return Scale(
        slug=scale.line("slug"),
        minimum=minimum,
        maximum=maximum,
        levels=tuple(sorted(levels, key=lambda step: step.level)),
    )


def _read_part(fields: Fields) -> tuple[str, ...]:
    """The names of the selection and of the options that were taken; older snapshots know of none."""
    selection = fields.optional_object("selection")
    return (
        *([selection.line("name")] if selection else []),
        *(
            f"{item.object('alternative').line('name')}: {item.object('option').line('name')}"
            for item in fields.items("options")
        ),
    )


def _read_assessment(fields: Fields) -> Assessment:
    return Assessment(
        name=fields.line("name"),
        scope=fields.paragraphs("scope"),
        period_start=fields.optional_date("period_start"),
        period_end=fields.optional_date("period_end"),
        state=fields.line("state"),
        revision=fields.integer("revision"),
        lead=fields.line("lead"),
        approved_by=fields.line("approved_by"),
        approved_at=fields.optional_moment("approved_at"),
        target=fields.optional_number("target"),
        part=_read_part(fields),
    )


def _read_requirement(fields: Fields) -> Requirement:
    answer = fields.optional_object("answer")
    return Requirement(
        ref=fields.line("ref"),
        parent=fields.line("parent") or None,
        depth=fields.integer("depth"),
        title=fields.line("title"),
        summary=fields.paragraphs("summary"),
        question=fields.paragraphs("question"),
        assessable=fields.boolean("assessable"),
        weight=fields.number("weight"),
        scores=_read_scores(fields.object("score")),
        answer=None if answer is None else _read_answer(answer),
    )


def _read_answer(fields: Fields) -> Answer:
    review, origin = fields.optional_object("review"), fields.optional_object("inherited")
    return Answer(
        level=fields.optional_number("level"),
        target=fields.optional_number("target"),
        applicable=fields.boolean("applicable"),
        reason=fields.paragraphs("reason"),
        note=fields.paragraphs("note"),
        state=fields.line("state"),
        answered_by=fields.line("answered_by"),
        answered_at=fields.optional_moment("answered_at"),
        review=None if review is None else _read_review(review),
        evidence=tuple(_read_evidence(item) for item in fields.items("evidence")),
        origin=None if origin is None else _read_origin(origin),
        criteria=fields.paragraphs("criteria"),
        next_criteria=fields.paragraphs("next_criteria"),
    )


def _read_origin(fields: Fields) -> Origin:
    return Origin(
        crosswalk=fields.line("crosswalk"),
        relation=fields.line("relation"),
        sources=tuple(
            AnswerElsewhere(
                standard=item.line("standard"),
                ref=item.line("ref"),
                assessment=item.line("assessment"),
                level=item.optional_number("level"),
                validated=item.boolean("validated"),
            )
            for item in fields.items("sources")
        ),
        confirmed_by=fields.line("confirmed_by"),
        confirmed_at=fields.optional_moment("confirmed_at"),
    )


def _read_review(fields: Fields) -> Review:
    verdict = fields.line("verdict")
    if verdict not in ("validated", "changes_requested"):
        raise SnapshotMalformedError(f"{fields.path}.verdict", f"unknown verdict {verdict!r}")
    return Review(
        verdict=cast("Verdict", verdict),
        level=fields.optional_number("level"),
        note=fields.paragraphs("note"),
        reviewer=fields.line("reviewer"),
        at=fields.optional_moment("at"),
    )


def _read_evidence(fields: Fields) -> EvidenceFile:
    return EvidenceFile(
        number=fields.line("number"),
        title=fields.line("title"),
        file_name=fields.line("file_name"),
        media_type=fields.line("media_type"),
        size=fields.integer("size"),
        sha256=fields.line("sha256"),
        version=fields.integer("version"),
        valid_until=fields.optional_date("valid_until"),
    )


def _read_action(fields: Fields) -> PlannedAction:
    return PlannedAction(
        ref=fields.line("ref"),
        title=fields.line("title"),
        owner=fields.line("owner"),
        due=fields.optional_date("due"),
        effort=fields.line("effort"),
        expected_level=fields.optional_number("expected_level"),
        state=fields.line("state"),
    )


def _read_previous(fields: Fields) -> Previous:
    groups = fields.object("groups")
    return Previous(
        taken_at=fields.moment("taken_at"),
        scores=_read_scores(fields.object("scores")),
        groups={clean_line(ref): groups.optional_number(ref) for ref in groups.keys()},  # noqa: SIM118 - Fields is no mapping
    )
