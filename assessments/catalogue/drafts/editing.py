"""Changes to a draft's content, as functions from one content to the next. Pure.

Each raises ContentError, with the place in what was asked for, where the change cannot be made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from assessments.catalogue.drafts.content import (
    MOST_REQUIREMENTS,
    ContentError,
    ContentFault,
    DraftContent,
    DraftRequirement,
    as_json,
    requirement_as_json,
)
from assessments.catalogue.drafts.reading import REQUIREMENT_MEMBERS, content_from_json, requirement_from_json
from assessments.catalogue.drafts.tree import tree_of
from assessments.catalogue.schema import OWN_SLUG

FACTS: Final = (
    "slug", "number", "title", "language", "facts", "scale", "scoring", "selections", "alternatives", "prose", "faq",
)  # fmt: skip
"""Members of a content that are changed one by one, each as a whole."""
AFTER: Final = "after"
"""Of a requirement that is added or moved: the sibling it is to follow; null for the first place."""


def own_slug(slug: str) -> str:
    """The slug as an organisation's own standard may have it."""
    return slug if slug.startswith(OWN_SLUG) else f"{OWN_SLUG}{slug}"


def with_own_slug(content: DraftContent) -> DraftContent:
    return replace(content, slug=own_slug(content.slug))


def change_facts(content: DraftContent, *, fields: Mapping[str, Any]) -> DraftContent:
    """The content with the given members in place of its own."""
    faults = [
        ContentFault(f"/{key}", "", "requirements are changed one by one, at their own address")
        if key == "requirements"
        else ContentFault(f"/{key}", "", "there is no such member")
        for key in fields
        if key not in FACTS
    ]
    if faults:
        raise ContentError(faults)
    changed = content_from_json(as_json(replace(content, requirements=())) | dict(fields))
    return replace(changed, requirements=content.requirements)


def add_requirements(content: DraftContent, *, given: Any) -> DraftContent:
    """The content with more requirements, in the order given; each may say which sibling it follows (`after`)."""
    if not isinstance(given, list) or not given:
        raise ContentError([ContentFault("/requirements", "", "must be a list of at least one")])
    if len(content.requirements) + len(given) > MOST_REQUIREMENTS:
        raise ContentError([ContentFault("/requirements", "", f"a draft may have {MOST_REQUIREMENTS:,} requirements")])
    faults: list[ContentFault] = []
    rows = list(content.requirements)
    refs = {row.ref for row in rows}
    for place, value in enumerate(given):
        pointer = f"/requirements/{place}"
        try:
            row = _new_row(value, refs=refs, pointer=pointer)
            if isinstance(value, dict) and AFTER in value:
                rows.insert(_place_after(rows, row, after=value[AFTER], pointer=pointer), row)
            else:
                rows.append(row)
            refs.add(row.ref)
        except ContentError as error:
            faults += error.faults
    if faults:
        raise ContentError(faults)
    return replace(content, requirements=tuple(rows))


def _new_row(value: Any, *, refs: Collection[str], pointer: str) -> DraftRequirement:
    row = requirement_from_json(_without_after(value), pointer=pointer)
    if row.ref in refs:
        raise ContentError([ContentFault(f"{pointer}/ref", row.ref, f"the ref {row.ref} is taken")])
    if row.parent is not None and row.parent not in refs:
        raise ContentError([ContentFault(f"{pointer}/parent", row.ref, f"there is no {row.parent}")])
    return row


def change_requirement(content: DraftContent, *, ref: str, given: Any) -> DraftContent:
    """The content with the given members of one requirement in place of its own.

    A new `ref` goes along wherever the old one is named; a new `parent`, or `after`, moves it with all that is below.
    """
    if not isinstance(given, dict):
        raise ContentError([ContentFault("", ref, "must be an object")])
    at = place_of(content, ref=ref)
    unknown = [key for key in given if key not in {*REQUIREMENT_MEMBERS, AFTER}]
    if unknown:
        raise ContentError([ContentFault(f"/{key}", ref, "there is no such member") for key in unknown])
    told = requirement_as_json(content.requirements[at]) | _without_after(given)
    row = requirement_from_json({key: value for key, value in told.items() if value is not None or key == "parent"})
    rows = list(content.requirements)
    taken = {other.ref for other in rows if other.ref != ref}
    if row.ref in taken:
        raise ContentError([ContentFault("/ref", ref, f"the ref {row.ref} is taken")])
    if row.parent is not None:
        below = {rows[place].ref for place in tree_of(rows).below(ref)} | {ref, row.ref}
        if row.parent in below:
            raise ContentError([ContentFault("/parent", ref, f"{row.parent} is {ref} itself, or stands below it")])
        if row.parent not in taken:
            raise ContentError([ContentFault("/parent", ref, f"there is no {row.parent}")])
    rows[at] = row
    if AFTER in given:
        del rows[at]
        rows.insert(_place_after(rows, row, after=given[AFTER], pointer=""), row)
    changed = replace(content, requirements=tuple(rows))
    return changed if row.ref == ref else _renamed(changed, old=ref, new=row.ref)


def remove_requirement(content: DraftContent, *, ref: str) -> tuple[DraftContent, list[str]]:
    """The content without a requirement and all that stands below it; and their refs."""
    at = place_of(content, ref=ref)
    gone = {at, *tree_of(content.requirements).below(ref)}
    refs = [content.requirements[place].ref for place in sorted(gone)]
    kept = tuple(row for place, row in enumerate(content.requirements) if place not in gone)
    return replace(content, requirements=kept), refs


def place_of(content: DraftContent, *, ref: str) -> int:
    """Where a requirement stands in the list. Raises KeyError."""
    for place, row in enumerate(content.requirements):
        if row.ref == ref:
            return place
    raise KeyError(ref)


def _without_after(value: Any) -> Any:
    return {key: item for key, item in value.items() if key != AFTER} if isinstance(value, dict) else value


def _place_after(rows: Sequence[DraftRequirement], row: DraftRequirement, *, after: Any, pointer: str) -> int:
    """The place in the list behind a sibling; before all of them for None."""
    siblings = [place for place, other in enumerate(rows) if other.parent == row.parent]
    if after is None:
        return siblings[0] if siblings else len(rows)
    for place in siblings:
        if rows[place].ref == after:
            return place + 1
    where = f"below {row.parent}" if row.parent is not None else "at the top"
    raise ContentError([ContentFault(f"{pointer}/{AFTER}", row.ref, f"there is no {after} {where}")])


def _renamed(content: DraftContent, *, old: str, new: str) -> DraftContent:
    def told(refs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if ref == old else ref for ref in refs)

    rows = tuple(
        replace(
            row,
            parent=new if row.parent == old else row.parent,
            withdrawn=None if row.withdrawn is None else told(row.withdrawn),
        )
        for row in content.requirements
    )
    alternatives = tuple(
        replace(entry, options=tuple(replace(option, refs=told(option.refs)) for option in entry.options))
        for entry in content.alternatives
    )
    return replace(content, requirements=rows, alternatives=alternatives)
