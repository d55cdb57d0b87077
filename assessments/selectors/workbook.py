"""An assessment opened for work: the whole tree with answers and scores, one answer, or a filtered list of answers.

The hot read. Rows come as tuples from one statement, words come from the edition cache as ready JSON, and the two are
joined as bytes: no model instance and no dictionary of words is made per requirement.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from assessments.catalogue.bounded import Bounded
from assessments.catalogue.editions import EDITIONS_KEPT, Edition, edition
from assessments.lifecycle import AnswerState
from assessments.models import Assessment
from assessments.scoring import LeafState, NodeScore, ScoreSheet, ScoreTree, score
from assessments.selectors.scores import LINKS, node_body, refs_by_id, unanswered_states
from assessments.selectors.sight import Sight, branch
from tenants.scope import current_organisation

AS_IT_CAME: Final = """
(i.state = 'confirmed' AND (i.offer->>'level')::float8 IS NOT DISTINCT FROM a.level
 AND (i.offer->>'applicable')::boolean = a.applicable)
"""
"""`inheritance.stands_as_it_came`, of a decision `i` on an answer `a`."""

_MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_ROWS = f"""
SELECT a.requirement_id::text, a.state, a.level, a.target, a.applicable, a.reason, a.note, a.assignee_id::text,
  a.answered_by_id::text, {_MOMENT.format("a.answered_at")}, a.validated_level, a.version,
  {_MOMENT.format("a.updated_at")}, links.links, links.valid,
  (SELECT count(*) FROM assessments_answercomment t
   WHERE t.organisation_id = a.organisation_id AND t.answer_id = a.id),
  EXISTS (SELECT FROM assessments_inheritedanswer i
          WHERE i.organisation_id = a.organisation_id AND i.assessment_id = a.assessment_id
            AND i.requirement_id = a.requirement_id AND {AS_IT_CAME})
FROM assessments_answer a
{LINKS}
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = %(assessment)s
"""  # noqa: S608 - put together from constants
_SOME_ROWS = f"{_ROWS} AND a.requirement_id = ANY(%(requirements)s)"

LONG_TEXTS: Final = frozenset({"summary", "question", "evidence", "levels"})

_heads: Bounded[tuple[UUID, str, bool, frozenset[str]], Mapping[str, orjson.Fragment]] = Bounded(size=EDITIONS_KEPT)


class AnswerRow(NamedTuple):
    """One answer as it is read. Ids are text, moments ISO text in UTC (`moment`): parsing them is what reading 1,000
    answers would mostly consist of. `evidence` and `comments` are numbers; `evidenced`: some evidence is valid today;
    `inherited`: it stands as it was confirmed from answers given elsewhere.
    """

    requirement_id: str
    state: str
    level: float | None
    target: float | None
    applicable: bool
    reason: str
    note: str
    assignee: str | None
    answered_by: str | None
    answered_at: str | None
    validated_level: float | None
    version: int
    updated_at: str | None
    evidence: int
    evidenced: bool
    comments: int
    inherited: bool

    @property
    def is_answered(self) -> bool:
        return self.level is not None or not self.applicable


UNTOUCHED: Final = AnswerRow(
    "", AnswerState.OPEN.value, None, None, True, "", "", None, None, None, None, 0, None, 0, False, 0, False
)  # fmt: skip
"""What stands for a requirement that nobody has touched: version 0, no row."""


@dataclass(frozen=True)
class Workbook:
    """Everything about the answers of one assessment at one moment, or of the part of it below one requirement."""

    edition: Edition
    rows: Mapping[str, AnswerRow]
    people: Mapping[str, orjson.Fragment]
    language: str
    profiles: Sequence[str]
    target: float | None
    tree: ScoreTree

    @cached_property
    def sheet(self) -> ScoreSheet:
        """The scores of every node of `tree`; the same rule as `scores.leaf_states`."""
        states = unanswered_states(self.tree, of=self.edition, profiles=self.profiles, target=self.target)
        for ref, row in self.rows.items():
            if states[ref].applicable:
                target = self.target if row.target is None else row.target
                states[ref] = LeafState(row.level, row.applicable, row.evidenced, row.validated_level, target)
        return score(self.tree, states)

    def applies(self, ref: str) -> bool:
        condition = self.edition.by_ref[ref].applies_if
        return not condition or condition in self.profiles

    @property
    def progress(self) -> dict[str, int]:
        """Answer state → number of assessable requirements in it; untouched ones are open."""
        return progress(len(self.tree.assessable), touched=Counter(row.state for row in self.rows.values()))


def moment(at: datetime) -> str:
    """ISO text in UTC, as rows have it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def progress(assessable: int, *, touched: Mapping[str, int]) -> dict[str, int]:
    """Answer state → number of requirements, of so many `assessable` ones, from the numbers of rows by state."""
    counts = {state.value: touched.get(state.value, 0) for state in AnswerState}
    counts[AnswerState.OPEN.value] += assessable - sum(touched.values())
    return counts


def answer_rows(
    assessment: Assessment, *, refs: Iterable[str] | None = None, today: date | None = None
) -> dict[str, AnswerRow]:
    """Ref → row of the answers that exist, or of those among `refs` (which must be refs of the edition). One query."""
    of = edition(assessment.standard_id)
    values: dict[str, Any] = {
        "organisation": current_organisation(),
        "assessment": assessment.pk,
        "today": today or timezone.localdate(),
    }
    if refs is not None:
        values["requirements"] = [of.by_ref[ref].id for ref in refs]
    by_id = refs_by_id(of)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS if refs is None else _SOME_ROWS, values)
        return {by_id[row[0]]: AnswerRow(*row) for row in cursor.fetchall()}


def people_in(rows: Iterable[AnswerRow], *, sight: Sight) -> dict[str, orjson.Fragment]:
    """Person id → ready JSON {id, name} of everybody who answered and, for members, of the assignees. One query."""
    ids: set[str | None] = set()
    for row in rows:
        ids.add(row.answered_by)
        if sight.is_member:
            ids.add(row.assignee)
    return {id_: orjson.Fragment(orjson.dumps(shown)) for id_, shown in sight.people(ids).items()}


def answer_body(row: AnswerRow, *, people: Mapping[str, orjson.Fragment]) -> dict[str, Any]:
    """An answer as it is shown. `version` in quotes is its ETag. A person not in `people` is not shown."""
    return {
        "version": row.version,
        "state": row.state,
        "level": row.level,
        "target": row.target,
        "applicable": row.applicable,
        "reason": row.reason,
        "note": row.note,
        "assignee": people.get(row.assignee) if row.assignee else None,
        "answered_by": people.get(row.answered_by) if row.answered_by else None,
        "answered_at": row.answered_at,
        "validated_level": row.validated_level,
        "evidence": row.evidence,
        "evidenced": row.evidenced,
        "comments": row.comments,
        "inherited": row.inherited,
        "updated_at": row.updated_at,
    }


def open_workbook(
    assessment: Assessment, *, sight: Sight, top: str | None = None, language: str | None = None
) -> Workbook:
    """Read everything in sight, or what of it is at and below the requirement `top`: two queries, whatever the size.

    Members see who answered and who is to; others see of those who answered what part they play, and nobody else.
    """
    of = sight.edition
    tree = sight.tree if top is None else branch(sight.tree, tops=[top])
    rows = answer_rows(assessment, refs=None if top is None and sight.is_whole else tree.assessable)
    return Workbook(
        edition=of,
        rows=rows,
        people=people_in(rows.values(), sight=sight),
        language=of.language(language, assessment.language),
        profiles=assessment.profiles,
        target=assessment.target,
        tree=tree,
    )


def requirements_json(book: Workbook, *, whole_texts: bool) -> list[dict[str, Any]]:
    """All requirements in document order, each as `requirement_body` has it."""
    heads = _heads_of(book.edition, language=book.language, whole_texts=whole_texts, tree=book.tree)
    return [_body(book, head=heads[ref], ref=ref, node=node) for ref, node in book.sheet.nodes.items()]


def requirement_body(book: Workbook, *, ref: str) -> dict[str, Any]:
    """One requirement, ready for JSON: {…the public part with all its texts…, applies, score, answer}."""
    heads = _heads_of(book.edition, language=book.language, whole_texts=True, tree=book.tree)
    return _body(book, head=heads[ref], ref=ref, node=book.sheet.nodes[ref])


def _body(book: Workbook, *, head: orjson.Fragment, ref: str, node: NodeScore) -> dict[str, Any]:
    row = book.rows.get(ref)
    return {
        "ref": head,
        "applies": book.applies(ref),
        "score": node_body(node),
        "answer": None if row is None else answer_body(row, people=book.people),
    }


def _heads_of(of: Edition, *, language: str, whole_texts: bool, tree: ScoreTree) -> Mapping[str, orjson.Fragment]:
    """Ref → the public part as ready JSON, from the ref's value to the end of the last member.

    orjson copies a fragment as it stands, so that `{"ref": head}` comes out as all of the public part: no member of it
    is encoded again. Without `whole_texts` it ends with the title: the rest is long, never changes for an edition, and
    is to be had per requirement. What is only a heading in the part of the standard that is taken says so.
    """
    headings: frozenset[str] = frozenset()
    if tree is not of.score_tree:
        headings = frozenset(of.score_tree.assessable & tree.nodes.keys() - tree.assessable)

    def make() -> Mapping[str, orjson.Fragment]:
        texts = dict(of.fragments(language))
        for ref in headings:
            texts[ref] = orjson.dumps({**orjson.loads(texts[ref]), "assessable": False})
        if not whole_texts:
            texts = {ref: _without(text, LONG_TEXTS) for ref, text in texts.items()}
        return {ref: orjson.Fragment(text.removeprefix(b'{"ref":')[:-1]) for ref, text in texts.items()}

    return _heads.get_or_make((of.id, language, whole_texts, headings), make)


def _without(text: bytes, names: Collection[str]) -> bytes:
    return orjson.dumps({name: value for name, value in orjson.loads(text).items() if name not in names})


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Some of the answers, and the positions at which the page after and the page before begin."""

    answers: list[dict[str, Any]]
    next: int | None
    previous: int | None


def answer_page(book: Workbook, *, keep: Callable[[str, AnswerRow], bool], start: int, size: int) -> AnswerPage:
    """At most `size` assessable requirements from position `start` on that `keep` lets through, in document order.

    One without a row is kept or not as the untouched answer it stands for.
    """
    texts = book.edition.texts(book.language)
    kept = [
        node
        for node in book.edition.nodes
        if node.ref in book.tree.assessable and keep(node.ref, book.rows.get(node.ref, UNTOUCHED))
    ]
    first = bisect_left(kept, start, key=lambda node: node.position)
    last = first + size
    answers = [
        {
            "ref": node.ref,
            "title": texts[node.ref].title,
            "applies": book.applies(node.ref),
            "answer": answer_body(book.rows[node.ref], people=book.people) if node.ref in book.rows else None,
        }
        for node in kept[first:last]
    ]
    return AnswerPage(
        answers=answers,
        next=kept[last].position if last < len(kept) else None,
        previous=kept[max(0, first - size)].position if first > 0 else None,
    )
