"""Many writers at once: whoever is told 200 has written, whoever read an old version is told so, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from assessments.models import Answer, Assessment
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tenants.verification import verify
from tests.cast import House
from tests.work import make_assessment, pinned

Threads = Callable[..., list[Any]]
WRITERS = 100
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


@pytest.fixture
def work(committed: None, aria: House) -> Assessment:
    return make_assessment(aria)


def test_of_a_hundred_writers_on_shared_answers_none_is_lost(
    aria: House, work: Assessment, refs: list[str], in_threads: Threads
) -> None:
    """Each adds one line to a shared note, and reads again for as long as somebody else was faster."""

    def write(number: int) -> int:
        who = ("bob", "bella", "alice", "adam")[number % 4]
        api, path = aria.as_(who), f"{aria.path}/assessments/{work.pk}/answers/{refs[number % 5]}/"
        for attempt in range(200):
            read = api.get(path)
            note = (read.json()["answer"] or {"note": ""})["note"]
            body = {"note": f"{note}{number};", "level": number % 6}
            written = api.patch(path, body, If_Match=read["ETag"])
            if written.status_code == 200:
                return attempt
            assert written.status_code in {412, 409}, written.content
            assert written.status_code == 412 or written.json()["type"].endswith(":busy")
        raise AssertionError("never got through")

    in_threads(write, range(WRITERS), threads=10)
    with tenant_scope(aria.organisation.pk):
        answers = list(Answer.objects.filter(assessment=work))
        lines = Counter(line for answer in answers for line in answer.note.split(";") if line)
        assert lines == Counter(str(number) for number in range(WRITERS))
        assert sum(answer.version for answer in answers) == WRITERS
        assert AuditEvent.objects.filter(event="answers.changed").count() == WRITERS
        assert verify().fault == ""


def test_of_many_first_answers_to_one_requirement_one_is_taken(
    aria: House, work: Assessment, refs: list[str], in_threads: Threads
) -> None:
    path = f"{aria.path}/assessments/{work.pk}/answers/{refs[0]}/"

    def write(level: int) -> tuple[int, int]:
        return aria.as_("bob").patch(path, {"level": level}, If_Match='"0"').status_code, level

    done = in_threads(write, range(6))
    assert sorted(code for code, _ in done) == [200, *[412] * 5]
    with tenant_scope(aria.organisation.pk):
        answer = Answer.objects.get()
    assert (200, int(answer.level or 0)) in done
    assert answer.version == 1


def test_overlapping_bulk_writes_are_all_or_none_and_do_not_block_each_other(
    aria: House, work: Assessment, refs: list[str], in_threads: Threads
) -> None:
    path = f"{aria.path}/assessments/{work.pk}/answers/"

    def write(level: int) -> int:
        chosen = refs[:20] if level % 2 else list(reversed(refs[10:30]))
        items = [{"ref": ref, "version": 0, "level": level} for ref in chosen]
        return int(aria.as_("bob").patch(path, {"answers": items}).status_code)

    codes = in_threads(write, range(6))
    assert sorted(codes) == [200, *[412] * 5]
    with tenant_scope(aria.organisation.pk):
        assert Answer.objects.values("level").distinct().count() == 1
        assert Answer.objects.count() == 20
        assert Assessment.objects.get().answers_revision == 1


def test_no_answer_slips_in_behind_a_submission(
    aria: House, work: Assessment, refs: list[str], in_threads: Threads
) -> None:
    """Whatever the order: an answer that was taken is handed in along, one that came too late is refused."""
    api_path = f"{aria.path}/assessments/{work.pk}"
    aria.as_("bob").patch(f"{api_path}/answers/{refs[-1]}/", {"level": 1}, If_Match='"0"')

    def act(number: int) -> int:
        api = aria.as_("bob")
        if number == 6:
            return int(api.post(f"{api_path}/submit/").status_code)
        return int(api.patch(f"{api_path}/answers/{refs[number]}/", {"level": 2}, If_Match='"0"').status_code)

    codes = in_threads(act, range(12))
    assert codes[6] == 200
    assert set(codes) <= {200, 409}
    with tenant_scope(aria.organisation.pk):
        assert set(Answer.objects.values_list("state", flat=True)) == {"submitted"}
        assert Answer.objects.count() == codes.count(200)


def test_many_first_answers_begin_a_draft_once(aria: House, refs: list[str], in_threads: Threads) -> None:
    draft = make_assessment(aria, state="draft")

    def write(number: int) -> int:
        path = f"{aria.path}/assessments/{draft.pk}/answers/{refs[number]}/"
        return int(aria.as_("bob").patch(path, {"level": 2}, If_Match='"0"').status_code)

    assert set(in_threads(write, range(8))) == {200}
    with tenant_scope(aria.organisation.pk):
        assert AuditEvent.objects.filter(event="assessment.begun").count() == 1
        assert Assessment.objects.get().version == 2


def test_lists_read_at_once_keep_one_score_each(aria: House, in_threads: Threads) -> None:
    for _ in range(10):
        make_assessment(aria)

    def read(ordering: str) -> int:
        return int(aria.as_("carol").get(f"{aria.path}/assessments/?ordering={ordering}").status_code)

    assert set(in_threads(read, ["name", "-name", "created_at", "-created_at"] * 3)) == {200}
