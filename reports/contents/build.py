"""From a snapshot to everything its report says."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.contents.actions import write_actions
from reports.contents.answers import write_answers
from reports.contents.clauses import write_clauses
from reports.contents.document import Cover, Fact, ReportContents
from reports.contents.evidence import anchor_evidence, collect_evidence, write_evidence
from reports.contents.figures import NOT_STATED, format_date, format_period
from reports.contents.gaps import write_gaps
from reports.contents.leaves import lay_out
from reports.contents.method import write_method
from reports.contents.reading import read_snapshot
from reports.contents.snapshot import Snapshot
from reports.contents.summary import write_summary
from reports.contents.text import clean_line, shorten

_FULL_UP_TO = 250  # requirements; above, questions and criteria would double the pages and hide the answers
_FROZEN = ("approved", "archived")


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What can be chosen per report; `None` for compact answers lets the length of the standard decide."""

    confidentiality: str = "Confidential"
    gaps_in_detail: int = 15
    gaps_listed: int = 100
    compact_answers: bool | None = None


DEFAULT_OPTIONS = ReportOptions()


def build_contents(snapshot: Mapping[str, object], *, options: ReportOptions = DEFAULT_OPTIONS) -> ReportContents:
    """Build the report of a frozen snapshot (the JSON object, version 1).

    The same snapshot and options always give equal contents: no clock, no randomness, no look-ups.
    Raises SnapshotMalformedError when the object is not such a snapshot.
    """
    frozen = read_snapshot(snapshot)
    sheet = lay_out(frozen)
    files = collect_evidence(frozen)
    clauses = write_clauses(frozen, sheet=sheet)
    is_compact = options.compact_answers
    if is_compact is None:
        is_compact = len(sheet.leaves) > _FULL_UP_TO
    # Compact answers name their evidence without linking it.
    anchors = {} if is_compact else anchor_evidence(files)
    gaps = write_gaps(frozen, sheet=sheet, detailed=options.gaps_in_detail, listed=options.gaps_listed)
    return ReportContents(
        title=f"{frozen.organisation}: maturity against {frozen.standard.number}",
        subject=f"{frozen.assessment.name}, snapshot of {format_date(frozen.taken_at.date())}",
        taken_at=frozen.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        snapshot_sha256=frozen.sha256,
        scale=frozen.standard.result,
        answers_scale=frozen.standard.scale,
        cover=_write_cover(frozen, confidentiality=clean_line(options.confidentiality)),
        summary=write_summary(frozen, sheet=sheet, groups=clauses.groups),
        clauses=clauses,
        gaps=gaps,
        answers=write_answers(
            frozen,
            sheet=sheet,
            evidence_anchors=anchors,
            linked={gap.anchor for gap in gaps.in_detail},
            is_compact=is_compact,
        ),
        evidence=write_evidence(files, anchors=anchors, today=frozen.taken_at.date()),
        actions=write_actions(frozen, sheet=sheet),
        method=write_method(frozen, sheet=sheet, files=[item for item, _ in files]),
    )


def _write_cover(snapshot: Snapshot, *, confidentiality: str) -> Cover:
    assessment, standard = snapshot.assessment, snapshot.standard
    is_draft = assessment.state not in _FROZEN
    return Cover(
        organisation=snapshot.organisation,
        running_title=shorten(f"{snapshot.organisation} · {standard.number}", limit=70),
        standard_number=standard.number,
        standard_title=standard.title,
        assessment=assessment.name,
        taken_on=format_date(snapshot.taken_at.date()),
        is_draft=is_draft,
        status=_say_status(snapshot),
        confidentiality=confidentiality,
        facts=(
            Fact("Assessment", assessment.name or NOT_STATED),
            Fact("Scope", shorten(assessment.scope.replace("\n", " "), limit=420) or NOT_STATED),
            *([Fact("Part of the standard", "; ".join(assessment.part))] if assessment.part else []),
            Fact("Period", format_period(assessment.period_start, assessment.period_end)),
            Fact("Led by", assessment.lead or NOT_STATED),
            Fact("Status", _say_status(snapshot)),
        ),
    )


def _say_status(snapshot: Snapshot) -> str:
    assessment = snapshot.assessment
    if assessment.state not in _FROZEN:
        return f"Not approved ({assessment.state.replace('_', ' ')}): the figures may still change"
    by = f" by {assessment.approved_by}" if assessment.approved_by else ""
    on = f" on {format_date(assessment.approved_at.date())}" if assessment.approved_at else ""
    archived = ", archived since" if assessment.state == "archived" else ""
    return f"Approved{by}{on}{archived}"
