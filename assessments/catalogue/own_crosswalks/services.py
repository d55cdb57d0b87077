"""Making, replacing, reviewing and withdrawing an organisation's crosswalks: rows never change, a new state follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from api.problems import Conflict, Invalid, NotFound, PreconditionFailed, Unprocessable
from assessments.catalogue.crosswalk import MARK, CrosswalkDocument, counts_of
from assessments.catalogue.loader import crosswalk_content_hash
from assessments.catalogue.models import Crosswalk, CrosswalkGroup
from assessments.catalogue.own_crosswalks.checking import Checked, body_of, check, slugs_in
from assessments.catalogue.own_crosswalks.selectors import document_of, of_pair, own_crosswalk, sides_of, told
from assessments.catalogue.own_crosswalks.states import AUTHORED, REVIEWED
from tenants import audit
from tenants.access import Access
from tenants.scope import current_organisation

MOST_CROSSWALKS: Final = 200
MOST_STATES: Final = 2_000
"""Of an organisation: pairs with a crosswalk, and states ever kept; both for the sake of everybody's storage."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`is_new`: whether a state was written; false where it says what the current one says."""

    crosswalk: Crosswalk
    is_new: bool


def lint_crosswalk(body: Mapping[str, Any]) -> Checked:
    """What keeps a crosswalk from being kept, and what it had better have. Nothing is written."""
    return check(body, sides=sides_of(slugs_in(body)), today=timezone.now().date())


def lint_kept(name: str) -> tuple[Crosswalk, Checked]:
    """The same of one that is kept, as its two standards are now. Raises NotFound."""
    row = own_crosswalk(name)
    return row, lint_crosswalk(body_of(document_of(row)))


def create_crosswalk(*, access: Access, body: Mapping[str, Any]) -> Crosswalk:
    """Keep a crosswalk of two standards that have none of the organisation's yet.

    Raises Unprocessable with the faults, and Conflict where there is one, or too many.
    """
    return keep(actor=access.person_id, document=_sound(body), origin=AUTHORED).crosswalk


def replace_crosswalk(*, access: Access, name: str, expected_version: int, body: Mapping[str, Any]) -> Crosswalk:
    """Let a new state take the place of the current one.

    Raises NotFound, PreconditionFailed, Invalid for other standards, and Unprocessable with the faults.
    """
    row = own_crosswalk(name)
    pair = [row.source_slug, row.target_slug]
    if [body.get("source"), body.get("target")] not in (pair, pair[::-1]):
        raise Invalid({"source": [f"This is the crosswalk of {row.source_slug} and {row.target_slug}; make another."]})
    return keep(actor=access.person_id, document=_sound(body), origin=row.origin, replaces=expected_version).crosswalk


def review_crosswalk(
    *, access: Access, name: str, expected_version: int, positions: Collection[int] | None
) -> Crosswalk:
    """Say as a person that groups are right, all unless `positions` tell which: from then on they count.

    Raises NotFound, PreconditionFailed, Invalid for a group that there is not, and Unprocessable where a standard has
    changed so that the crosswalk has faults now.
    """
    row = own_crosswalk(name)
    if row.version != expected_version:
        raise PreconditionFailed(row.version)
    document = document_of(row)
    wanted = set(range(len(document.groups)) if positions is None else positions)
    if unknown := sorted(wanted - set(range(len(document.groups)))):
        raise Invalid({"groups": [f"There is no group {unknown[0]}; they count from 0 to {len(document.groups) - 1}."]})
    new = sorted(position for position in wanted if not document.groups[position].counts)
    groups = tuple(
        replace(group, provenance=REVIEWED) if position in wanted else group
        for position, group in enumerate(document.groups)
    )
    reviewed = replace(document, groups=groups, provenance=REVIEWED, reviewed_on=timezone.now().date().isoformat())
    return keep(
        actor=access.person_id,
        document=_sound(body_of(reviewed)),
        origin=row.origin,
        replaces=expected_version,
        event="crosswalk.reviewed",
        about={"groups": new},
    ).crosswalk


def withdraw_crosswalk(*, name: str, expected_version: int) -> None:
    """Take it out: it links nothing from then on. What was answered over it stays answered, and its states are kept."""
    row = own_crosswalk(name)
    _lock(row.source_slug, row.target_slug)
    row = own_crosswalk(name)
    if row.version != expected_version:
        raise PreconditionFailed(row.version)
    of_pair(row.source_slug, row.target_slug).filter(pk=row.pk).update(is_current=False)
    audit.record("crosswalk.withdrawn", object_type="crosswalk", object_id=row.pk, before=_facts(row))


def keep(
    *,
    actor: UUID,
    document: CrosswalkDocument,
    origin: str,
    replaces: int | None = None,
    event: str = "",
    about: Mapping[str, Any] | None = None,
) -> Kept:
    """Make a sound document the current state of its pair, in the name of the person `actor`.

    `replaces`: the version that is current, None where none may be. Raises NotFound, PreconditionFailed, Conflict.
    """
    _lock(document.source, document.target)
    before = of_pair(document.source, document.target).filter(is_current=True).first()
    _refuse(before, document=document, replaces=replaces)
    sides = sides_of([document.source, document.target])
    counts = counts_of(document.groups, source=sides[document.source], target=sides[document.target])
    hashed = crosswalk_content_hash(document, counts=counts)
    if before is not None and before.content_hash == hashed and before.source_slug == document.source:
        return Kept(before, is_new=False)
    last = of_pair(document.source, document.target).aggregate(last=Max("version"))["last"] or 0
    of_pair(document.source, document.target).filter(is_current=True).update(is_current=False)
    row = Crosswalk(
        source_slug=document.source,
        target_slug=document.target,
        content_hash=hashed,
        files_hash="",
        is_current=True,
        provenance=document.provenance,
        method=dict(document.method),
        reviewed_on=document.reviewed_on or None,
        sources=[dict(source) for source in document.sources],
        succession=document.succession,
        titles={"source": dict(document.source_titles), "target": dict(document.target_titles)},
        counts=counts,
        version=last + 1,
        origin=origin,
        created_by_id=actor,
        reviewed_by_id=actor if any(group.counts for group in document.groups) else None,
    )
    row.save(force_insert=True)
    CrosswalkGroup.objects.bulk_create(
        (
            CrosswalkGroup(
                crosswalk=row,
                position=position,
                source_refs=list(group.source),
                target_refs=list(group.target),
                relation=group.relation,
                provenance=group.provenance,
                rationale=dict(group.rationale),
            )
            for position, group in enumerate(document.groups)
        ),
        batch_size=1000,
    )
    row.refresh_from_db()
    audit.record(
        event or ("crosswalk.replaced" if before else "crosswalk.created"),
        object_type="crosswalk",
        object_id=row.pk,
        before=_facts(before) if before else None,
        after=_facts(row) | dict(about or {}),
    )
    return Kept(row, is_new=True)


def _refuse(before: Crosswalk | None, *, document: CrosswalkDocument, replaces: int | None) -> None:
    if replaces is not None:
        if before is None:
            raise NotFound
        if before.version != replaces:
            raise PreconditionFailed(before.version)
    elif before is not None:
        detail = f"{before} is there, in version {before.version}: replace that."
        raise Conflict("crosswalk-exists", detail, crosswalk=str(before), version=before.version)
    own = Crosswalk.objects.filter(organisation_id=current_organisation())
    if before is None and own.filter(is_current=True).count() >= MOST_CROSSWALKS:
        raise Conflict("too-many-crosswalks", f"{MOST_CROSSWALKS} are kept. Withdraw some first.")
    if own.count() >= MOST_STATES:
        raise Conflict("too-many-crosswalks", f"{MOST_STATES} states were kept, which is the most there can be.")


def _sound(body: Mapping[str, Any]) -> CrosswalkDocument:
    """The document of a body without faults. Raises Unprocessable."""
    return sound(lint_crosswalk(body))


def sound(checked: Checked) -> CrosswalkDocument:
    """Raises Unprocessable with the faults, where there are any."""
    if checked.document is None:
        raise Unprocessable(
            "crosswalk-at-fault",
            f"{len(checked.faults)} faults keep it from being kept.",
            faults=told(checked.faults),
        )
    return checked.document


def _lock(a: str, b: str) -> None:
    """One at a time decides what is current of a pair, also where nothing is yet."""
    pair = MARK.join(sorted((a, b)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"own-crosswalk:{current_organisation()}:{pair}"]
        )


def _facts(row: Crosswalk) -> dict[str, Any]:
    """What the audit trail keeps of a state."""
    return {
        "name": str(row),
        "version": row.version,
        "content_hash": row.content_hash,
        "origin": row.origin,
        "provenances": row.counts["provenances"],
        "reviewed_on": row.reviewed_on,
        "reviewed_by": row.reviewed_by_id,
    }
