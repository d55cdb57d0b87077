"""The method page: how the figures come about, what they mean, and how far to trust them."""

from dataclasses import dataclass
from datetime import date

from reports.contents.document import Fact, Method, ScaleStep
from reports.contents.figures import format_level, format_moment, format_number, format_percent, format_score
from reports.contents.leaves import Leaf, Sheet
from reports.contents.snapshot import EvidenceFile, Snapshot
from reports.contents.text import capitalise, count_of

_LEFT_OUT = (
    "Requirements that do not apply leave the sum and the weights alike. Requirements without an answer are left out "
    "too, never counted as 0; the coverage beside each score says how much of the weight is answered. With nothing "
    "answered there is no score."
)
_WEIGHTED_MEAN = (
    "The score of a clause, and of the whole standard, is the weighted mean of the requirements below it: each level "
    "times the weight of its requirement, added up, and divided by the sum of those weights."
)
_MEAN_OF_GROUPS = (
    "The score of a clause is the mean of what stands right below it, clause by clause up to the whole standard: every "
    "top-level clause counts the same, however many requirements it has."
)
_CAPPED_MEAN = (
    "Each level above the target its publisher sets is cut back to that target first. The score of a clause, and of "
    "the whole standard, is the weighted mean of what is left."
)
_FLOOR = (
    "The score of a clause, and of the whole standard, is the weighted mean of the requirements below it, but never "
    "more than a set distance above the lowest of the critical ones."
)
_SAMM = (
    "The score of a practice adds up, over its levels, the mean of the activities of each level; what stands above is "
    "the mean of its practices."
)
_STAGED = (
    "The score of a clause, and of the whole standard, is the highest level for which everything it asks for, and "
    "everything the levels below it ask for, is fulfilled."
)
_SUBTRACTIVE = (
    "The score is the full number of points less those of every requirement that is not met. A clause stands at what "
    "the whole would have if all outside the clause were met."
)
_COUNTED_AS_UNMET = (
    "Requirements that do not apply count nowhere. One that applies and has no answer counts as not met; the coverage "
    "beside each score says how much is answered. With nothing answered there is no score."
)
_FORMULAS = {
    "weighted_mean": (_WEIGHTED_MEAN, _LEFT_OUT),
    "mean_of_groups": (_MEAN_OF_GROUPS, _LEFT_OUT),
    "capped_mean": (_CAPPED_MEAN, _LEFT_OUT),
    "floor": (_FLOOR, _LEFT_OUT),
    "samm": (_SAMM, _LEFT_OUT),
    "staged_minimum": (_STAGED, _COUNTED_AS_UNMET),
    "subtractive": (_SUBTRACTIVE, _COUNTED_AS_UNMET),
}
_ROUNDING = (
    "Figures are rounded half up for print only. Differences and thresholds are worked out before rounding, so a "
    "printed difference can seem to be off by 0.1."
)


@dataclass(frozen=True, slots=True)
class Mean:
    """A recomputed weighted mean: `total` is the sum of level times weight, `weight` the sum of weights."""

    total: float
    weight: float
    answers: int

    @property
    def score(self) -> float:
        return self.total / self.weight


def recompute_mean(snapshot: Snapshot, *, sheet: Sheet) -> Mean | None:
    """Add the weighted mean up again from the leaves; None unless it gives the snapshot's own asserted score."""
    asserted = snapshot.scores.asserted
    if snapshot.standard.method != "weighted_mean" or asserted is None:
        return None
    answered = sheet.answered
    weight = sum(leaf.requirement.weight for leaf in answered)
    total = sum(leaf.requirement.weight * (leaf.level or 0.0) for leaf in answered)
    if weight <= 0 or abs(total / weight - asserted) > 1e-6:
        return None
    return Mean(total=total, weight=weight, answers=len(answered))


def write_method(snapshot: Snapshot, *, sheet: Sheet, files: list[EvidenceFile]) -> Method:
    """Write the method page of a snapshot; `files` are the cited files, each once."""
    standard = snapshot.standard
    scale = standard.scale
    unknown = (f"The standard is scored by its own method, “{standard.method}”.", _LEFT_OUT)
    return Method(
        formula=(*_FORMULAS.get(standard.method, unknown), _ROUNDING),
        worked=_add_up(snapshot, sheet=sheet),
        measures=_explain_measures(scale_minimum=format_level(scale.minimum)),
        scale_title=f"The scale: {format_level(scale.minimum)} to {format_level(scale.maximum)}",
        scale=tuple(ScaleStep(format_level(step.level), step.name, step.criteria) for step in scale.levels),
        trust=_weigh_trust(sheet, files=files, today=snapshot.taken_at.date()),
        provenance=_trace(snapshot),
    )


def _add_up(snapshot: Snapshot, *, sheet: Sheet) -> str:
    mean = recompute_mean(snapshot, sheet=sheet)
    if mean is None:
        return ""
    return (
        f"This report’s asserted score, added up again from its answers: {count_of(mean.answers, 'answer')} with a "
        f"weight of {format_number(mean.weight)} together, levels times weights {format_number(mean.total)}; "
        f"{format_number(mean.total)} ÷ {format_number(mean.weight)} = {format_score(mean.score)}."
    )


def _explain_measures(*, scale_minimum: str) -> tuple[Fact, ...]:
    return (
        Fact("Asserted", "The levels the organisation gave itself."),
        Fact(
            "Evidenced",
            "The same answers, but one without evidence that was valid on the day of the snapshot counts at level "
            f"{scale_minimum}.",
        ),
        Fact(
            "Validated",
            "The same answers with the levels a reviewer confirmed; one without a reviewer’s confirmation counts at "
            f"level {scale_minimum}. Nobody can validate an answer of their own.",
        ),
        Fact("Coverage", "The share of the weight of all applicable requirements that is answered."),
        Fact("Target", "The level aimed at, set for the assessment or for a single requirement."),
    )


def _weigh_trust(sheet: Sheet, *, files: list[EvidenceFile], today: date) -> tuple[Fact, ...]:
    answered = sheet.answered
    if not answered:
        return (Fact("Not assessed", "No answer has been given, so there is nothing to trust or to doubt."),)
    evidenced = sum(leaf.evidenced for leaf in answered)
    lapsed = sum(
        1 for leaf in answered
        if not leaf.evidenced and leaf.requirement.answer is not None and leaf.requirement.answer.evidence
    )  # fmt: skip
    validated = sum(leaf.validated for leaf in answered)
    sent_back = sum(leaf.changes_requested for leaf in answered)
    waived = sum(1 for leaf in sheet.leaves if leaf.status == "not_applicable")
    expired = sum(1 for item in files if not item.is_valid_on(today))
    undated = sum(1 for item in files if item.valid_until is None)
    return (
        Fact(
            "Coverage",
            f"Answered: {len(answered)} of {count_of(len(sheet.applicable), 'applicable requirement')}. Left out as "
            f"not applicable: {waived}{', each with its reason in the full answers' if waived else ''}.",
        ),
        Fact(
            "Evidence",
            f"Resting on valid evidence: {evidenced} of {count_of(len(answered), 'answer')} "
            f"({format_percent(evidenced / len(answered))}). Citing only evidence that has expired: {lapsed}.",
        ),
        Fact(
            "Age of evidence",
            f"{capitalise(count_of(len(files), 'file'))} cited. Expired: {expired}. Without a stated expiry: "
            f"{undated}.",
        ),
        Fact(
            "Review",
            f"Confirmed by a reviewer: {validated} of {count_of(len(answered), 'answer')} "
            f"({format_percent(validated / len(answered))}). Sent back for changes: {sent_back}. {_disagree(sheet)}",
        ),
        *_say_taken_over(answered),
    )


def _say_taken_over(answered: list[Leaf]) -> tuple[Fact, ...]:
    """Say how much was answered elsewhere: it was given for another question, or at another time."""
    taken = [(leaf, leaf.requirement.answer.origin) for leaf in answered if leaf.requirement.answer is not None]
    taken = [(leaf, origin) for leaf, origin in taken if origin is not None]
    if not taken:
        return ()
    over_links = sum(bool(origin.crosswalk) for _, origin in taken if origin is not None)
    validated = sum(leaf.validated for leaf, _ in taken)
    words = (
        f"Confirmed from answers in other assessments, and unchanged since: {len(taken)} of "
        f"{count_of(len(answered), 'answer')} ({format_percent(len(taken) / len(answered))}), {over_links} of them "
        f"from another standard over a crosswalk. Confirmed by a reviewer here: {validated} of these."
    )
    return (Fact("Taken over", words),)


def _disagree(sheet: Sheet) -> str:
    """Say how often reviewers set another level: a self-assessment they never correct is worth less trust."""
    lower = higher = 0
    for leaf in sheet.answered:
        review = leaf.requirement.answer.review if leaf.requirement.answer is not None else None
        if leaf.validated and review is not None and review.level is not None and leaf.level is not None:
            lower += review.level < leaf.level
            higher += review.level > leaf.level
    if not lower and not higher:
        return "Where reviewers confirmed a level, it was the one asserted."
    return f"Set by reviewers below the level asserted: {lower}; above it: {higher}."


def _trace(snapshot: Snapshot) -> tuple[Fact, ...]:
    standard, assessment = snapshot.standard, snapshot.assessment
    return (
        Fact("Standard", f"{standard.number}, {standard.title} ({standard.publisher}, edition {standard.edition})"),
        Fact("Texts of the standard", f"SHA-256 {standard.content_hash}", is_hash=True),
        Fact("Assessment", f"{assessment.name}, revision {assessment.revision}"),
        Fact("Snapshot taken", format_moment(snapshot.taken_at)),
        Fact("Snapshot", f"SHA-256 {snapshot.sha256}", is_hash=True),
    )
