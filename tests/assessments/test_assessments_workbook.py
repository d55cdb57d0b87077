"""The whole tree with answers and scores in one response, and what reads cost whatever the size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assessments.models import AnswerComment, Assessment
from tenants.scope import tenant_scope
from tests.assessments.standards import standard_of
from tests.cast import Api, House
from tests.statements import statements
from tests.work import add_evidence, answer_all, make_assessment, pinned, write_answers

MOST_FOR_THE_TREE, MOST_FOR_A_LIST, MOST_FOR_AN_ANSWER = 8, 6, 9


@pytest.fixture(scope="module")
def short(django_db_setup: None) -> Iterator[str]:
    with standard_of(5) as slug:
        yield slug


@pytest.fixture(scope="module")
def long(django_db_setup: None) -> Iterator[str]:
    with standard_of(60) as slug:
        yield slug


def filled(house: House, *, slug: str) -> Assessment:
    """Every requirement answered, with evidence and a remark."""
    assessment = make_assessment(house, slug=slug)
    answers = answer_all(house, assessment, assignee=house.people["bob"])
    first = next(iter(answers.values()))
    number = first.pk.int % 10**9
    for offset, answer in enumerate(answers.values()):
        add_evidence(house, answer, number=number + offset)
    with tenant_scope(house.organisation.pk):
        for answer in answers.values():
            AnswerComment.objects.create(answer=answer, author=house.people["ravi"], text="Seen.")
    return assessment


def count(ask: Callable[[], Any]) -> int:
    ask()
    with statements() as sent:
        response = ask()
    assert response.status_code == 200, response.content
    return len(sent)


def test_the_tree_comes_whole_in_document_order_with_the_public_words(aria: House) -> None:
    assessment = make_assessment(aria)
    body = aria.as_("carol").get(f"{aria.path}/assessments/{assessment.pk}/requirements/?texts=all").json()
    public = aria.as_("carol").get("/standards/iso-56002-2019/requirements/").json()
    words = public["requirements"] if isinstance(public, dict) and "requirements" in public else public["results"]
    own = [{name: row[name] for name in words[0]} for row in body["requirements"]]
    assert own == words
    assert {row["ref"] for row in body["requirements"] if row["answer"] is not None} == set()
    assert body["assessment"]["id"] == str(assessment.pk)
    assert body["scores"] == body["assessment"]["scores"]


def test_the_long_texts_come_only_when_they_are_asked_for(aria: House) -> None:
    path = f"{aria.path}/assessments/{make_assessment(aria).pk}/requirements/"
    whole = aria.as_("carol").get(f"{path}?texts=all").json()["requirements"]
    lean = aria.as_("carol").get(path).json()["requirements"]
    long = ("summary", "question", "evidence", "levels")
    assert lean == [{name: value for name, value in row.items() if name not in long} for row in whole]
    assert aria.as_("carol").get(f"{path}?texts=some").status_code == 400


ALONE = {"inherited_from": None}
"""What a node tells beside what stands in the tree: where its answer was taken over from."""


def test_an_answer_stands_where_its_requirement_stands(aria: House) -> None:
    assessment = make_assessment(aria, target=None)
    answers = write_answers(
        aria,
        assessment,
        {
            "4.1.1": {"level": 3.0, "target": 4.0, "note": 'Zu "prüfen" \u2028 <b>', "assignee": aria.people["bob"]},
            "4.2": {"applicable": False, "reason": "None here."},
        },
    )
    add_evidence(aria, answers["4.1.1"])
    body = aria.as_("carol").get(f"{aria.path}/assessments/{assessment.pk}/requirements/?texts=all").json()
    rows = {row["ref"]: row for row in body["requirements"]}
    answer = rows["4.1.1"]["answer"]
    moments = {name: answer.pop(name) for name in ("answered_at", "updated_at")}
    assert all(text.endswith("Z") and "T" in text for text in moments.values())
    assert answer == {
        "version": 1, "state": "answered", "level": 3.0, "target": 4.0, "applicable": True, "reason": "",
        "note": 'Zu "prüfen" \u2028 <b>', "assignee": {"id": str(aria.people["bob"].pk), "name": "Bob"},
        "answered_by": {"id": str(aria.people["bella"].pk), "name": "Bella"}, "validated_level": None, "evidence": 1,
        "evidenced": True, "comments": 0, "inherited": False,
    }  # fmt: skip
    assert rows["4.1.1"]["score"]["gap"] == 1.0
    assert rows["4.1"]["score"]["asserted"] == rows["4"]["score"]["asserted"] == 3.0
    assert (rows["4.2"]["answer"]["reason"], rows["4.2"]["score"]["asserted"]) == ("None here.", None)
    assert body["assessment"]["progress"]["answered"] == 2
    one = aria.as_("carol").get(f"{aria.path}/assessments/{assessment.pk}/answers/4.1.1/")
    assert (one.json(), one["ETag"]) == (rows["4.1.1"] | ALONE | {"answer": answer | moments}, '"1"')
    above = aria.as_("carol").get(f"{aria.path}/assessments/{assessment.pk}/answers/4/").json()
    assert above == rows["4"] | ALONE


def test_every_node_reads_alike_alone_and_in_the_tree(aria: House) -> None:
    assessment = make_assessment(aria)
    answers = answer_all(aria, assessment, level=3.0)
    add_evidence(aria, answers["5.3"])
    carol, path = aria.as_("carol"), f"{aria.path}/assessments/{assessment.pk}"
    for row in carol.get(f"{path}/requirements/?texts=all").json()["requirements"]:
        assert carol.get(f"{path}/answers/{row['ref']}/").json() == row | ALONE


def test_the_tree_costs_the_same_statements_at_any_size(aria: House, short: str, long: str) -> None:
    carol = aria.as_("carol")
    costs = []
    for slug in (short, long):
        assessment = filled(aria, slug=slug)
        for tail in ("requirements/", "answers/", "scores/", "scores/explanation/", "answers/1.1/", ""):
            path = f"{aria.path}/assessments/{assessment.pk}/{tail}"
            costs.append((tail, count(lambda path=path: carol.get(path))))
    half = len(costs) // 2
    assert costs[:half] == costs[half:]
    assert max(cost for _, cost in costs) <= MOST_FOR_THE_TREE


def test_the_list_costs_the_same_statements_for_few_and_for_many(aria: House, short: str) -> None:
    carol = aria.as_("carol")

    def cost(*, stale: bool) -> int:
        if stale:
            with tenant_scope(aria.organisation.pk):
                for assessment in Assessment.objects.all():
                    assessment.answers_revision += 1
                    assessment.save(update_fields=["answers_revision"])
        with statements() as sent:
            carol.get(f"{aria.path}/assessments/?page_size=200")
        return len(sent)

    for _ in range(5):
        make_assessment(aria, slug=short)
    few = [cost(stale=True), cost(stale=False)]
    for number in range(55):
        assessment = make_assessment(aria, slug=short)
        write_answers(aria, assessment, {"1.1.1": {"level": float(number % 6)}})
    assert [cost(stale=True), cost(stale=False)] == few
    assert max(few) <= MOST_FOR_A_LIST


def test_a_write_costs_the_same_statements_at_any_size(aria: House, short: str, long: str) -> None:
    bob, alice = aria.as_("bob"), aria.as_("alice")
    costs = []
    for slug, refs in ((short, ["1.1.1", "1.1.2"]), (long, [f"1.{s}.{i}" for s in range(2, 6) for i in range(1, 9)])):
        path = f"{aria.path}/assessments/{filled(aria, slug=slug).pk}"
        bulk = {"answers": [{"ref": ref, "version": 1, "level": 4} for ref in refs]}
        with statements() as one:
            assert bob.patch(f"{path}/answers/1.1.5/", {"level": 5}, If_Match='"1"').status_code == 200
        with statements() as many:
            assert bob.patch(f"{path}/answers/", bulk).status_code == 200
        with statements() as given:
            body = {"refs": ["1"], "assignee": str(aria.people["bella"].pk)}
            assert alice.post(f"{path}/assignments/", body).status_code == 200
        costs.append([len(one), len(many), len(given)])
    assert costs[0] == costs[1]
    assert max(costs[0][:2]) <= MOST_FOR_AN_ANSWER


def test_starting_costs_the_same_statements_at_any_size(aria: House, short: str, long: str) -> None:
    alice = aria.as_("alice")

    def cost(slug: str) -> int:
        alice.post(f"{aria.path}/assessments/", {"name": "warm", "standard": slug})
        with statements() as sent:
            alice.post(f"{aria.path}/assessments/", {"name": "n", "standard": slug})
        return len(sent)

    assert cost(short) == cost(long)


def test_moves_cost_the_same_statements_at_any_size(aria: House, short: str, long: str) -> None:
    alice = aria.as_("alice")
    costs = []
    for slug in (short, long):
        assessment = filled(aria, slug=slug)
        cost, where = [], assessment.pk
        for word in ("submit", "withdraw", "submit", "approve", "reopen"):
            with statements() as sent:
                moved = alice.post(f"{aria.path}/assessments/{where}/{word}/")
            assert moved.status_code in {200, 201}, moved.content
            cost.append(len(sent))
        costs.append(cost)
    assert costs[0] == costs[1]


def test_the_tree_is_read_in_the_language_asked_for_as_far_as_there_is_one(aria: House) -> None:
    path = f"{aria.path}/assessments/{make_assessment(aria).pk}/requirements/"
    carol: Api = aria.as_("carol")
    assert carol.get(f"{path}?language=xx").json()["requirements"] == carol.get(path).json()["requirements"]
    assert carol.get(f"{path}?colour=red").status_code == 400
    assert pinned().languages[0] == "en"
