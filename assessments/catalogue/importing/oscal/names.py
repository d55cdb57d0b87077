"""The members of OSCAL objects under their names of all editions, and what is asked of them everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from assessments.catalogue.importing.documents.located import Located

_ZEROS: Final = re.compile(r"(?<![0-9])0+(?=[0-9])")
SUCCESSORS: Final = frozenset({"incorporated-into", "moved-to", "incorporated_into", "moved_to", "superseded-by"})
LINK_TO_PART: Final = re.compile(r"[_.](smt|gdn|obj|asm|fr|stmt).*$")


def groups(of: Located) -> list[Located]:
    return of.objects("groups", "group")


def controls(of: Located) -> list[Located]:
    return of.objects("controls", "control", "subcontrols")


def parts(of: Located) -> list[Located]:
    return of.objects("parts", "part")


def params(of: Located) -> list[Located]:
    return of.objects("params", "parameters", "parameter-settings", keyed="id")


def props(of: Located) -> list[Located]:
    return of.objects("props", "properties", "annotations", keyed="name")


def links(of: Located) -> list[Located]:
    return of.objects("links", "link")


def prop_values(of: Located, name: str) -> list[tuple[str, str]]:
    """(class, value) of every property of that name, those without a class first."""
    found = [(prop.text("class"), prop.text("value")) for prop in props(of) if prop.text("name").lower() == name]
    return sorted((entry for entry in found if entry[1]), key=lambda entry: entry[0] != "")


def label(of: Located) -> str:
    """The label for people: the one without a class; "" if there is none."""
    return next((value for _, value in prop_values(of, "label")), "")


def is_withdrawn(control: Located) -> bool:
    return any(value.strip().lower() == "withdrawn" for _, value in prop_values(control, "status"))


def successors(control: Located) -> Iterator[tuple[Located, str]]:
    """The links to what took a withdrawn control's place, with the id each points to."""
    for link in links(control):
        if link.text("rel").lower() in SUCCESSORS:
            yield link, link.text("href").removeprefix("#")


def normal(ref: str) -> str:
    """`AC-2(1)`, `ac-2.1` and `AC-02(01)` alike as `ac-2.1`: for finding, never for showing."""
    plain = ref.strip().lower().replace("(", ".").replace(")", "").replace(" ", "").replace("[", ".").replace("]", "")
    return _ZEROS.sub("", plain).strip(".")


def every_control(of: Located) -> Iterator[Located]:
    """All controls below a catalogue or group, in document order: its own controls before its groups'."""
    for control in controls(of):
        yield from with_children(control)
    for group in groups(of):
        yield from every_control(group)


def with_children(control: Located) -> Iterator[Located]:
    yield control
    for child in controls(control):
        yield from with_children(child)


def every_part(of: Located) -> Iterator[Located]:
    for part in parts(of):
        yield part
        yield from every_part(part)
