"""A hundred editors who read, wait and write: whoever writes on what they read is taken, whoever comes late is told so.

Hypothesis makes up who does what in which order; a model of a few lines says what has to come of it. `./plumbline bench
editors` does the same with real threads against running processes, ten thousand writes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.cast import Api, House
from tests.work import make_assessment, pinned

EDITORS = 100
SHARED = 4
PEOPLE = ("alice", "adam", "bob", "bella")
editors = st.integers(0, EDITORS - 1)
shared = st.integers(0, SHARED - 1)
pytestmark = pytest.mark.timeout(300)


class Editing(RuleBasedStateMachine):
    """`house` is set by the test; every example's rows are undone at its end."""

    house: House
    clients: Mapping[str, Api]
    refs: Sequence[str]

    @initialize()
    def start(self) -> None:
        self.undone = transaction.atomic()
        self.undone.__enter__()
        assessment = make_assessment(self.house)
        self.path = f"{self.house.path}/assessments/{assessment.pk}/answers/"
        self.notes = [""] * SHARED
        self.versions = [0] * SHARED
        self.read: dict[tuple[int, int], int] = {}
        self.written = 0

    def api(self, editor: int) -> Api:
        return self.clients[PEOPLE[editor % len(PEOPLE)]]

    @rule(editor=editors, place=shared)
    def reads(self, editor: int, place: int) -> None:
        answer = self.api(editor).get(f"{self.path}{self.refs[place]}/")
        assert answer.headers["ETag"] == f'"{self.versions[place]}"'
        assert (answer.json()["answer"] or {"note": ""})["note"] == self.notes[place]
        self.read[editor, place] = self.versions[place]

    @rule(editor=editors, place=shared, level=st.integers(0, 5))
    def writes(self, editor: int, place: int, level: int) -> None:
        version = self.read.get((editor, place), 0)
        self.written += 1
        note = f"{editor} wrote {self.written}"
        answer = self.api(editor).patch(
            f"{self.path}{self.refs[place]}/", {"note": note, "level": level}, If_Match=f'"{version}"'
        )
        if version == self.versions[place]:
            assert answer.status_code == 200, answer.content
            self.notes[place], self.versions[place] = note, version + 1
            self.read[editor, place] = version + 1
            assert answer.headers["ETag"] == f'"{version + 1}"'
        else:
            assert answer.status_code == 412, answer.content
            assert answer.json()["current_version"] == self.versions[place]

    @rule(editor=editors, places=st.sets(shared, min_size=2))
    def writes_several(self, editor: int, places: set[int]) -> None:
        """All of them or none."""
        self.written += 1
        versions = {place: self.read.get((editor, place), 0) for place in sorted(places)}
        rows = [
            {"ref": self.refs[place], "version": version, "note": f"{editor} wrote {self.written} at {place}"}
            for place, version in versions.items()
        ]
        answer = self.api(editor).patch(self.path, {"answers": rows})
        if all(self.versions[place] == version for place, version in versions.items()):
            assert answer.status_code == 200, answer.content
            for row, place in zip(rows, versions, strict=True):
                self.notes[place] = str(row["note"])
                self.versions[place] += 1
                self.read[editor, place] = self.versions[place]
        else:
            assert answer.status_code in {409, 412}, answer.content

    @invariant()
    def what_stands_is_what_was_taken(self) -> None:
        if not hasattr(self, "path"):
            return
        rows: list[Any] = self.clients["alice"].get(f"{self.path}?page_size=200").json()["results"]
        found = {row["ref"]: row["answer"] for row in rows if row["ref"] in self.refs}
        for place, ref in enumerate(self.refs):
            answer = found.get(ref) or {"version": 0, "note": ""}
            assert (answer["version"], answer["note"]) == (self.versions[place], self.notes[place])

    def teardown(self) -> None:
        if hasattr(self, "undone"):
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)


def test_no_update_is_lost_whatever_the_order(aria: House) -> None:
    class OfAria(Editing):
        house = aria
        clients = {name: aria.as_(name) for name in PEOPLE}
        refs = [node.ref for node in pinned().nodes if node.assessable][:SHARED]

    run_state_machine_as_test(
        OfAria,
        settings=settings(
            max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
