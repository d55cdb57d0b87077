"""Records of any content for property tests: every text PostgreSQL can keep, every combination of what may be empty."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from assessments.exporting.record import (
    ActionRow,
    AnsweredRow,
    EvidenceRow,
    Record,
    RequirementRow,
    ReviewRow,
    Scale,
    Whole,
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
names = texts.filter(bool)
slugs = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
levels = st.integers(0, 5).map(float)
targets = st.none() | st.floats(0, 5, allow_nan=False)
days = st.dates(date(2000, 1, 1), date(2099, 1, 1)).map(date.isoformat)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001 - given its zone below
    lambda at: at.replace(tzinfo=UTC, microsecond=0).isoformat().replace("+00:00", "Z")
)
people = st.none() | names

evidence = st.builds(
    EvidenceRow,
    number=st.integers(1, 9).map("E-{:04d}".format), title=names, file_name=names, media_type=names,
    size=st.integers(0, 2**40), sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True), version=st.integers(1, 9),
    valid_until=st.none() | days,
)  # fmt: skip
reviews = st.builds(
    ReviewRow, verdict=st.sampled_from(["validated", "changes_requested"]), level=st.none() | levels, note=texts,
    reviewer=people, at=moments,
)  # fmt: skip


@st.composite
def answers(draw: st.DrawFn, ref: str) -> AnsweredRow:
    applicable = draw(st.booleans())
    return AnsweredRow(
        ref=ref,
        state=draw(st.sampled_from(["open", "answered", "submitted", "validated", "changes_requested"])),
        level=draw(st.none() | levels) if applicable else None,
        target=draw(targets),
        applicable=applicable,
        reason="" if applicable else draw(names),
        note=draw(texts),
        answered_by=draw(people),
        assignee=draw(people),
        answered_at=draw(st.none() | moments),
        review=draw(st.none() | reviews),
        evidence=tuple(draw(st.lists(evidence, max_size=2, unique_by=lambda file: file.number))),
    )


wholes: Any = st.builds(
    Whole,
    id=st.uuids().map(str), name=names, scope=texts, organisation=names, organisation_slug=slugs,
    state=st.sampled_from(["draft", "in_progress", "approved"]), revision=st.integers(1, 9),
    profiles=st.lists(slugs, max_size=2).map(tuple), selection=st.just("") | slugs,
    options=st.lists(st.tuples(slugs, slugs), max_size=2, unique_by=lambda way: way[0]).map(tuple),
    period_start=st.none() | days, period_end=st.none() | days, lead=people, approved_by=people,
    approved_at=st.none() | moments, target=targets, language=st.just("en"), standard=slugs, number=names,
    content_hash=st.from_regex(r"[0-9a-f]{64}", fullmatch=True), method=slugs, taken_at=moments,
    scale=st.just(
        Scale(slug="maturity", name="Maturity", minimum=0.0, maximum=5.0,
              levels=tuple((float(level), f"Level {level}", "Words.\nMore words.") for level in range(6)))
    ),
    scores=st.just((("asserted", 2.5), ("coverage", 0.5), ("total", 7))),
)  # fmt: skip


WHOLE = Whole(
    id="01890000-0000-7000-8000-000000000000", name="Assessment", scope="", organisation="Aria",
    organisation_slug="aria", state="in_progress", revision=1, profiles=(), selection="", options=(),
    period_start=None, period_end=None, lead=None, approved_by=None, approved_at=None, target=None, language="en",
    standard="iso-56002-2019", number="ISO 56002", content_hash="0" * 64, method="weighted_mean",
    taken_at="2026-01-01T00:00:00Z", scores=(),
    scale=Scale(slug="maturity", name="Maturity", minimum=0.0, maximum=5.0, levels=((0.0, "None", "Nothing."),)),
)  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> Record:
    refs = draw(st.lists(texts.filter(lambda ref: bool(ref.strip())), unique=True, min_size=1, max_size=5))
    touched = [ref for ref in refs if draw(st.booleans())]
    planned = draw(
        st.lists(
            st.builds(
                ActionRow, ref=st.sampled_from(refs), title=names, description=texts, owner=people,
                due=st.none() | days, effort=st.none() | st.just("small"), expected_level=st.none() | levels,
                state=st.sampled_from(["planned", "in_progress", "done", "dropped"]),
            ),
            max_size=4,
        )
    )  # fmt: skip
    return Record(
        whole=draw(wholes),
        requirements=tuple(RequirementRow(ref=ref, title=draw(names), weight=draw(st.floats(0, 20))) for ref in refs),
        answers={ref: draw(answers(ref)) for ref in touched},
        actions=tuple(planned),
    )
