"""The parts of a control as the words of a requirement."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from assessments.catalogue.drafts.content import DraftText
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names
from assessments.catalogue.importing.oscal.own import is_own_part, with_own_parts
from assessments.catalogue.importing.oscal.parameters import Parameters
from assessments.catalogue.importing.wording import one_line, tidy

STATEMENT: Final = frozenset({"statement", "item", "requirement", "instruction"})
_OBJECTIVES: Final = frozenset({"assessment-objective", "objective"})
_METHODS: Final = frozenset({"assessment-method", "assessment"})
_OBJECTS: Final = frozenset({"assessment-objects", "objects"})
_ITEMS: Final = STATEMENT | {"paragraph"} | _OBJECTIVES


def words_of(item: Located, *, parameters: Parameters, references: Collection[str] = ()) -> DraftText:
    """Statement, then guidance and what else there is, as the summary; objectives as the question; what an examiner
    looks at as the evidence.
    """
    summary: list[str] = []
    question: list[str] = []
    evidence: list[str] = []
    for part in names.parts(item):
        name = part.text("name").lower()
        if is_own_part(part):
            continue
        if name in _OBJECTIVES:
            question += lines_of(part, parameters=parameters, indent="")
        elif name in _METHODS:
            evidence += _examined(part, parameters=parameters)
        elif name in STATEMENT or (name == "overview" and not summary):
            summary += lines_of(part, parameters=parameters, indent="")
        elif lines := lines_of(part, parameters=parameters, indent=""):
            heading = parameters.fill(part.text("title"), at=part) or _heading(name)
            if summary:
                summary.append("")
            summary += [f"{heading}: {lines[0]}" if len(lines) == 1 else f"{heading}:"]
            summary += lines if len(lines) > 1 else []
    if references:
        summary += ["", f"References: {', '.join(references)}"]
    text = DraftText(
        title=one_line(parameters.fill(item.text("title"), at=item)),
        summary=tidy_lines(summary),
        question=tidy_lines(question),
        evidence=tuple(dict.fromkeys(evidence)),
    )
    return with_own_parts(text, item)


def has_statement(item: Located) -> bool:
    """Whether a statement says anything at all."""
    return any(
        part.text("name").lower() in STATEMENT
        and (part.text("prose") or any(p.text("prose") for p in names.every_part(part)))
        for part in names.parts(item)
    )


def lines_of(part: Located, *, parameters: Parameters, indent: str) -> list[str]:
    """A part and what is below it, a line each, indented by its depth and led by its label."""
    prose = tidy(parameters.fill(part.text("prose"), at=part))
    title = part.text("title") if part.text("name").lower() in _ITEMS else ""
    mark = names.label(part) if part.text("name").lower() in _ITEMS else ""
    head = " ".join(word for word in (mark, parameters.fill(title, at=part), prose) if word)
    lines = [f"{indent}{line}" if line else "" for line in head.split("\n")] if head else []
    below = indent + ("  " if head else "")
    for child in names.parts(part):
        lines += lines_of(child, parameters=parameters, indent=below)
    return lines


def tidy_lines(lines: list[str]) -> str:
    return "\n".join(lines).strip()


def _examined(part: Located, *, parameters: Parameters) -> Iterator[str]:
    """The objects of a method, a line each; of EXAMINE alone where the method is told."""
    methods = [value.upper() for _, value in names.prop_values(part, "method")]
    if methods and "EXAMINE" not in methods:
        return
    for child in names.parts(part):
        if child.text("name").lower() in _OBJECTS:
            for line in parameters.fill(child.text("prose"), at=child).split("\n"):
                if text := one_line(line).lstrip("*-• ").strip():
                    yield text
            yield from (
                line.strip()
                for inner in names.parts(child)
                for line in lines_of(inner, parameters=parameters, indent="")
            )


def _heading(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize() or "Text"
