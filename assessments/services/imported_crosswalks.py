"""Keeping what an import brought: its crosswalks, matched to the standards that the organisation sees.

All of it is a suggestion, whatever the file calls it, until a person of the organisation reviews it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.problems import Invalid, NotFound, Problem, Unprocessable
from assessments.catalogue.drafts.content import ContentFault
from assessments.catalogue.importing.report import WARNING
from assessments.catalogue.models import Crosswalk, StandardDraft
from assessments.catalogue.own_crosswalks.matching import SIDES, Named, match_crosswalk, standard_meant
from assessments.catalogue.own_crosswalks.selectors import sides_of, told
from assessments.catalogue.own_crosswalks.services import keep, lint_crosswalk, sound
from assessments.catalogue.own_crosswalks.states import IMPORTED
from assessments.catalogue.search.own import own_current
from assessments.catalogue.selectors import current_standards
from assessments.models import ImportState, StandardImport
from tenants.access import Access

MOST_TOLD: Final = 200
"""Of what was left out of one crosswalk, in the report of its import."""


@dataclass(frozen=True, slots=True)
class KeptImport:
    """`left_out`: what of the file is not in the crosswalk, and why, with its place in the file."""

    crosswalk: Crosswalk
    left_out: Sequence[ContentFault]


def keep_imported(
    *, access: Access, import_id: uuid.UUID, number: int, slugs: Mapping[str, str], replaces: int | None
) -> KeptImport:
    """Keep one crosswalk of an import that was read. `slugs`: what a person says of the sides (SIDES).

    Raises NotFound, Invalid where a side names no standard here, Unprocessable where nothing of it can be kept,
    Conflict where the organisation has one of the two, and PreconditionFailed where `replaces` is not its version.
    """
    row = StandardImport.objects.select_for_update(of=("self",)).filter(pk=import_id).first()
    if row is None:
        raise NotFound
    if row.state != ImportState.READ or number >= len(row.crosswalks):
        raise Invalid({"crosswalk": ["The import brought no such crosswalk; they count from 0."]})
    found = keep_crosswalk(
        actor=access.person_id,
        imported=row.crosswalks[number],
        slugs=slugs,
        draft=row.draft_id,
        replaces=replaces,
        about={"import": str(row.pk)},
    )
    note_kept(row, number=number, found=found)
    row.save(update_fields=["crosswalks"])
    return found


def keep_what_was_read(row: StandardImport) -> None:
    """Keep the crosswalks of an import whose sides are known, and tell in its report what was not kept and why.

    What the organisation has already is not replaced: that a person has to ask for. The caller saves the row.
    """
    for number, imported in enumerate(list(row.crosswalks)):
        place = f"/crosswalks/{number}"
        try:
            found = keep_crosswalk(
                actor=row.created_by_id, imported=imported, draft=row.draft_id, about={"import": str(row.pk)}
            )
        except Problem as problem:
            _warn(row, place, f"was not kept: {_reason(problem)} Keep it with POST …/imports/{row.pk}/crosswalks/.")
            continue
        note_kept(row, number=number, found=found)
        for fault in found.left_out[:MOST_TOLD]:
            _warn(row, fault.pointer, f"left out: {fault.message}")
        if len(found.left_out) > MOST_TOLD:
            _warn(row, place, f"and {len(found.left_out) - MOST_TOLD:,} more were left out")


def keep_crosswalk(
    *,
    actor: uuid.UUID,
    imported: Mapping[str, Any],
    slugs: Mapping[str, str] | None = None,
    draft: uuid.UUID | None = None,
    replaces: int | None = None,
    about: Mapping[str, Any] | None = None,
) -> KeptImport:
    """Match an imported crosswalk to the standards here and keep it. `draft`: of the standard that came along with it.

    Raises as `keep_imported` does.
    """
    source, target = _slugs(imported, given=slugs or {}, draft=draft)
    sides = sides_of([source, target])
    if missing := {
        side: [f"There is no standard {slug}, in the catalogue or among your own."]
        for side, slug in zip(SIDES, (source, target), strict=True)
        if slug not in sides
    }:
        raise Invalid(missing)
    if source == target:
        raise Invalid({"target": ["A standard has no crosswalk to itself."]})
    matched = match_crosswalk(imported, source=sides[source], target=sides[target])
    if not matched.body["groups"]:
        raise Unprocessable(
            "nothing-to-keep",
            f"No link of it is between requirements of {source} and {target}.",
            faults=told(matched.lost),
        )
    document = sound(lint_crosswalk(matched.body))
    kept = keep(
        actor=actor,
        document=document,
        origin=IMPORTED,
        replaces=replaces,
        about={**(about or {}), "left_out": len(matched.lost)},
    )
    return KeptImport(kept.crosswalk, matched.lost)


def note_kept(row: StandardImport, *, number: int, found: KeptImport) -> None:
    """Beside the crosswalk as it was read: what it became."""
    kept = {"name": str(found.crosswalk), "version": found.crosswalk.version, "left_out": len(found.left_out)}
    row.crosswalks[number] = {**row.crosswalks[number], "kept": kept}


def _slugs(imported: Mapping[str, Any], *, given: Mapping[str, str], draft: uuid.UUID | None) -> tuple[str, str]:
    """The two standards: as somebody says, as the file names them, or the one that came along. Raises Invalid."""
    among = [Named(one.slug, one.number, one.title) for one in (*current_standards(), *own_current())]
    along = StandardDraft.objects.filter(pk=draft).values_list("slug", flat=True).first() if draft else None
    found, unknown = [], {}
    for side in SIDES:
        named = imported[side]
        slug = given.get(side) or standard_meant(named, among=among)
        if not slug and named.get("resolved") and along in {one.slug for one in among}:
            slug = str(along)
        if not slug:
            words = str(named.get("title") or named.get("name") or "")[:200]
            unknown[side] = [f"“{words}” names none of the standards here, or several: say its slug."]
        found.append(slug)
    if unknown:
        raise Invalid(unknown)
    return found[0], found[1]


def _warn(row: StandardImport, place: str, message: str) -> None:
    row.report.append({"severity": WARNING, "file": "", "place": place[:600], "message": message[:600]})
    row.counts[WARNING] = row.counts.get(WARNING, 0) + 1


def _reason(problem: Problem) -> str:
    errors: Mapping[str, Any] = problem.members.get("errors", {})
    sentences = [f"{side}: {text}" for side, texts in errors.items() for text in texts]
    return " ".join(sentences) or problem.detail or problem.title
