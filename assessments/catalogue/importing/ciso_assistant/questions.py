"""Questions with choices: criteria of the levels where each choice gives one, otherwise words of the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.wording import tidy

_CHOOSING: Final = frozenset({"unique_choice", "multiple_choice"})


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    levels: Mapping[int, str]


def read_questions(entry: Located, *, levels: frozenset[int], language: str) -> Asked:
    """The questions of one node. `levels`: those of the framework's scale."""
    questions = entry.objects("questions", keyed="urn")
    if not questions and isinstance(entry.get("question"), Located):  # one question, as libraries before 2025 had it
        questions = entry.objects("question")
    if not questions:
        return Asked("", {})
    if len(questions) == 1 and (found := _as_levels(questions[0], levels=levels)):
        return Asked(tidy(questions[0].text("text")), found)
    for question in questions:
        if question.get("depends_on"):
            question.warning("is asked only after certain answers; that condition is not kept", at="depends_on",
                             kind="questions that depend on others")  # fmt: skip
    if any(_choices(question) for question in questions):
        entry.warning(
            "its choices do not give one level each; they stand in the words of the question", at="questions",
            kind="questions whose choices stand in their words",
        )  # fmt: skip
    return Asked("\n\n".join(text for question in questions if (text := _whole(question))), {})


def _choices(question: Located) -> list[Located]:
    return question.objects("choices", "options")


def _as_levels(question: Located, *, levels: frozenset[int]) -> dict[int, str]:
    """Level → choice, where every choice of a single choice scores another level of the scale."""
    choices = _choices(question)
    if question.text("type") not in {"unique_choice", ""} or len(choices) < 2:
        return {}
    found: dict[int, str] = {}
    for choice in choices:
        score = choice.number("add_score") if "add_score" in choice else None
        if score is None or score not in levels or int(score) in found:
            return {}
        found[int(score)] = _choice_text(choice)
    return found


def _whole(question: Located) -> str:
    lines = [tidy(question.text("text"))]
    lines += [f"- {text}" for choice in _choices(question) if (text := _choice_text(choice))]
    return "\n".join(line for line in lines if line)


def _choice_text(choice: Located) -> str:
    return tidy("\n".join(text for text in (choice.text("value"), choice.text("description")) if text))
