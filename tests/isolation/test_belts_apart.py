"""The sweep again with belts taken off: each of the first two is enough alone, and without both the sweep finds leaks.

The second half shows that the sweep can see: one that found nothing whatever is taken off would prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.isolation import sweep
from tests.isolation.database import without_orm_filter, without_row_level_security
from tests.isolation.routes import Operation
from tests.isolation.world import World

Leaking = dict[str, set[str]]
"""Part of the sweep → the operations it finds leaking."""


def test_with_the_orm_filter_removed_nothing_leaks(world: World) -> None:
    with without_orm_filter():
        assert not [str(leak) for leak in sweep.whole(world)]


def test_with_row_level_security_removed_nothing_leaks(world: World) -> None:
    """Raw SQL is no exception: it names the organisation itself."""
    with without_row_level_security():
        assert not [str(leak) for leak in sweep.whole(world)]


@pytest.fixture(scope="module")
def leaking(world: World) -> Leaking:
    parts: dict[str, Callable[[], Iterable[sweep.Leak]]] = {
        "own addresses": lambda: sweep.foreign_ids_in_own_addresses(world, ("owner",)),
        "organisations": lambda: sweep.foreign_organisations(world, ("owner",)),
        "bodies": lambda: sweep.foreign_ids_in_bodies(world, ("owner",)),
        "queries": lambda: sweep.foreign_words_in_queries(world, ("owner",)),
        "readings": lambda: sweep.canaries_in_answers(world, ("owner",)),
    }
    with without_row_level_security(), without_orm_filter():
        return {name: {str(leak.operation) for leak in find()} for name, find in parts.items()}


def test_without_both_every_address_of_an_organisation_is_open_to_its_neighbours(leaking: Leaking) -> None:
    """All but the address that a signature opens, which names its organisation and its file."""
    everything = {str(operation) for operation in sweep.tenant_operations()}
    assert leaking["organisations"] == everything - {"file-link-open GET"}


def test_without_both_foreign_ids_open_what_they_name(leaking: Leaking) -> None:
    """All but where raw SQL, or a question for rows that are public too, names the organisation itself."""
    missed = {operation for operation in sweep.tenant_operations() if sweep.owned(operation)}
    missed = {operation for operation in missed if str(operation) not in leaking["own addresses"]}
    assert {operation.name for operation in missed if not _is_below_another(operation)} <= {
        "answer", "answer-comments", "answer-reopen", "answer-reviews", "answer-submit", "answers", "assessment",
        "assessment-requirements", "assessment-scores", "score-explanation", "score-explanation-root", "snapshots",
        "actions", "actions-from-gaps", "answer-evidence", "outside-reviewers", "evidence-requests", "file-link-open",
        "answers-file", "gaps-file", "assessment-oscal-plan", "assessment-oscal-results", "assessment-workbook",
        "assessment-workbook-apply", "own-standard", "own-standard-requirements", "own-standard-requirement",
        "own-standard-retire", "own-standard-editions", "own-standard-oscal",
        "own-crosswalk", "own-crosswalk-lint", "own-crosswalk-review", "own-crosswalk-oscal",
        "own-crosswalk-table",
        "inherited", "inherited-confirm", "assessment-upgrade",
    }  # fmt: skip
    assert len(leaking["own addresses"]) > 30


def _is_below_another(operation: Operation) -> bool:
    """Whether the address names two things that must belong together, of which the sweep changes one at a time."""
    return len(sweep.owned(operation)) > 1


@pytest.mark.parametrize(
    ("part", "among_them"),
    [
        ("bodies", {"assessments POST", "actions POST", "answer-evidence POST", "reports POST", "schedules POST"}),
        ("queries", {"audit-events GET", "reports GET"}),
        ("readings", {"members GET", "assessments GET", "evidence-list GET", "audit-events GET", "organisations GET"}),
    ],
)
def test_without_both_every_part_of_the_sweep_finds_leaks(leaking: Leaking, part: str, among_them: set[str]) -> None:
    assert among_them <= leaking[part]


def test_afterwards_the_belts_are_on_again(leaking: Leaking, world: World) -> None:
    assert not list(sweep.canaries_in_answers(world, ("owner",)))
    assert not list(sweep.foreign_words_in_queries(world, ("owner",)))
