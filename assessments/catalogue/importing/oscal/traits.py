"""What real catalogues do that the model does not forbid: repeat a control inside itself, keep what was withdrawn."""

from __future__ import annotations

from collections import Counter
from typing import Final

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names, prose
from assessments.catalogue.importing.wording import one_line

GROUPING_CLASSES: Final = frozenset({
    "heading", "category", "family", "function", "domain", "principle", "section", "chapter", "clause", "group",
    "theme", "objective", "goal", "area", "practice-area",
})  # fmt: skip
"""Classes of controls that only hold others: CSF has its categories as controls, and assesses the subcategories."""
_MOST_DO = 0.8


def rule_for_class(control: Located) -> bool:
    """Whether its class says that a control only groups those below."""
    if control.text("class").strip().lower() not in GROUPING_CLASSES:
        return False
    control.note(
        f"{control.text('id')} is a heading, since its class is {control.text('class')} and it has controls below",
        kind="controls that are headings by their class",
    )
    return True


def repeats(child: Located, control: Located) -> bool:
    """Whether the only child says the same as the control that holds it (SP 800-171r3 does so for each requirement)."""
    if _said(child) and _said(child) == _said(control):
        return True
    outer, inner = (
        names.normal(names.label(control) or control.text("id")),
        names.normal(names.label(child) or child.text("id")),
    )
    same_number = bool(outer) and (inner.endswith(outer) or (outer.endswith(inner.rpartition("-")[2]) and "-" in inner))
    same_title = one_line(child.text("title")).casefold() == one_line(control.text("title")).casefold()
    return (
        same_number
        and same_title
        and not (prose.has_statement(child) and prose.has_statement(control) and _said(control))
    )


def find_remnants(catalog: Located) -> frozenset[str]:
    """Controls without children, status and any words of a statement, where most of their kind have one; and those
    without example where nearly all have one (reported only).
    """
    leaves = [
        control
        for control in names.every_control(catalog)
        if not names.controls(control) and not names.is_withdrawn(control)
    ]
    stated = [control for control in leaves if prose.has_statement(control)]
    silent = [control for control in leaves if not prose.has_statement(control) and not _says_anything(control)]
    if len(stated) * 2 < len(leaves) or not silent:
        remnants: frozenset[str] = frozenset()
    else:
        remnants = frozenset(control.text("id") for control in silent)
    _tell_without_example(stated)
    return remnants


def _tell_without_example(leaves: list[Located]) -> None:
    by_class: Counter[str] = Counter(control.text("class") for control in leaves)
    exemplified = {control.text("id") for control in leaves if _has_part(control, "example")}
    of_class = Counter(control.text("class") for control in leaves if control.text("id") in exemplified)
    for control in leaves:
        kind = control.text("class")
        share = of_class[kind] / by_class[kind]
        if control.text("id") not in exemplified and share >= 0.5 and by_class[kind] >= 4:
            control.warning(
                f"{control.text('id')} has no example, unlike most of its kind, and no status: it may be withdrawn",
                kind="controls without an example where most have one",
            )


def _has_part(control: Located, name: str) -> bool:
    return any(part.text("name").lower() == name for part in names.every_part(control))


def _says_anything(control: Located) -> bool:
    return any(part.text("prose") for part in names.every_part(control))


def _said(control: Located) -> str:
    return one_line(" ".join(part.text("prose") for part in names.every_part(control) if part.text("prose"))).casefold()
