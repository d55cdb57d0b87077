"""Which controls a profile takes from what it imports: include and exclude, in the words of all editions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names


@dataclass(frozen=True, slots=True)
class Offered:
    """The controls of an imported catalogue in document order, and each one's children."""

    controls: Mapping[str, Located]
    children: Mapping[str, tuple[str, ...]]


def offered(catalog: Located) -> Offered:
    controls: dict[str, Located] = {}
    children: dict[str, tuple[str, ...]] = {}
    for control in names.every_control(catalog):
        controls.setdefault(control.text("id"), control)
        children[control.text("id")] = tuple(child.text("id") for child in names.controls(control))
    return Offered(controls, children)


def selected(selector: Located, *, among: Offered, insert: bool = False) -> set[str]:
    """The ids an import (or, with `insert`, an insert-controls) names. An import without include takes everything."""
    include = _selections(selector, "include-controls", "include")
    everything = "include-all" in selector or any("all" in entry for entry in include)
    if not include and not everything and not insert:
        everything = True
    chosen = set(among.controls) if everything else _matched(include, among=among, at=selector)
    return chosen - _matched(_selections(selector, "exclude-controls", "exclude"), among=among, at=selector)


def _selections(selector: Located, *keys: str) -> list[Located]:
    return [entry for key in keys for entry in selector.objects(key)]


def _matched(entries: Iterable[Located], *, among: Offered, at: Located) -> set[str]:
    found: set[str] = set()
    for entry in entries:
        for one in (entry, *entry.objects("calls", "id-selectors", "call")):
            with_children = one.text("with-child-controls", "with-subcontrols").lower() == "yes"
            found |= _taken(_ids(one, among=among), among=among, with_children=with_children)
        for one in entry.objects("matching", "matches", "pattern-selectors", "match"):
            with_children = "yes" in {
                owner.text("with-child-controls", "with-subcontrols").lower() for owner in (one, entry)
            }
            found |= _taken(_by_pattern(one, among=among), among=among, with_children=with_children)
    return found


def _ids(entry: Located, *, among: Offered) -> list[str]:
    found = []
    for identifier in [*entry.texts("with-ids", "with-id"), *entry.texts("control-id", "subcontrol-id")]:
        if identifier in among.controls:
            found.append(identifier)
        else:
            entry.warning(f"names the control {identifier}, which what it imports does not have",
                          kind="controls that are named and not there")  # fmt: skip
    return found


def _by_pattern(entry: Located, *, among: Offered) -> list[str]:
    """Glob patterns: `*` any run of characters, `?` one."""
    pattern = entry.text("pattern")
    rule = "".join(
        ".*" if char == "*" else "." if char == "?" else re.escape(char) for char in re.sub(r"\*+", "*", pattern)[:200]
    )
    found = [identifier for identifier in among.controls if pattern and re.fullmatch(rule, identifier)]
    if not found:
        entry.warning(f"the pattern “{pattern[:60]}” matches no control")
    return found


def _taken(ids: Iterable[str], *, among: Offered, with_children: bool) -> set[str]:
    found: set[str] = set()
    waiting = list(ids)
    while waiting:
        identifier = waiting.pop()
        if identifier not in found:
            found.add(identifier)
            waiting += among.children.get(identifier, ()) if with_children else ()
    return found
