"""Checking a trail where it is kept: the chain, its numbers, the head, the signed heads, and heads kept outside.

Read in pages, so that memory does not grow with the trail. Appends go on meanwhile: only for the last page the head is
held, so that trail and head are compared as of one moment.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenants.audit import FIELDS, content_of
from tenants.models import AuditEvent, AuditHead, SignedHead
from tenants.scope import current_organisation
from tenants.services.heads import HEAD_SIGNED, head_document
from tenants.signing import public_keys
from tenants.trail_proof import first_link, head_fault, next_link

PAGE = 2000


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many events hold, the link of the last of them in hex, how many signed heads, and the first fault or none."""

    events: int
    head: str
    fault: str = ""
    signed: int = 0


class _Broken(Exception):
    pass


@dataclass(slots=True)
class _Walk:
    organisation_id: uuid.UUID
    fixed: dict[int, list[str]]
    """Seq → links that are vouched for from outside the chain."""
    signed: dict[str, Mapping[str, Any]]
    """Signature → head, as the rows have them."""
    link: bytes = b""
    seq: int = 0
    told: set[str] = field(default_factory=set)

    def step(self, event: AuditEvent) -> None:
        if event.seq != self.seq + 1:
            raise _Broken(f"event {self.seq + 1} is missing")
        content = content_of({name: getattr(event, name) for name in FIELDS})
        link = next_link(self.link, seq=event.seq, content=content)
        if bytes(event.hash) != link:
            raise _Broken(f"event {event.seq} was altered")
        self.seq, self.link = event.seq, link
        if any(vouched != link.hex() for vouched in self.fixed.pop(event.seq, ())):
            raise _Broken(f"the trail was written anew: event {event.seq} is not the one that was signed")
        if event.event == HEAD_SIGNED:
            self._compare(event)

    def _compare(self, event: AuditEvent) -> None:
        """A signed head stands in the trail, too, so that its row can neither go nor come unseen."""
        head = (event.after or {}).get("head", {})
        name = str(head.get("signature"))
        if name not in self.signed:  # signed since the heads were read, or gone
            self.signed |= {row.signature: head_document(row) for row in SignedHead.objects.filter(signature=name)}
        if self.signed.get(name) != head:
            raise _Broken(f"the head signed at event {head.get('seq')} is gone or altered, as event {event.seq} tells")
        self.told.add(name)


def verify(*, outside: Sequence[Mapping[str, Any]] = (), bare: Sequence[tuple[int, str]] = ()) -> Verdict:
    """Recompute the chain of the organisation in scope.

    `outside`: signed heads that were kept elsewhere; `bare`: (seq, link in hex) of heads without a signature. Only they
    tell a trail that was cut off, or written anew together with the signed heads beside it, from one that was not.
    """
    organisation_id, keys = current_organisation(), public_keys()
    stored = [head_document(row) for row in SignedHead.objects.order_by("seq")]
    fixed: dict[int, list[str]] = {}
    for head in [*stored, *outside]:
        fixed.setdefault(int(head["seq"]), []).append(str(head["hash"]))
    for seq, link in bare:
        fixed.setdefault(seq, []).append(link)
    signed: dict[str, Mapping[str, Any]] = {str(head["signature"]): head for head in stored}
    walk = _Walk(organisation_id, fixed, signed, link=first_link(organisation_id))
    try:
        for head in [*outside, *stored]:
            if fault := head_fault(head, organisation_id=organisation_id, keys=keys):
                raise _Broken(fault)  # noqa: TRY301 - one place makes the verdict
        if any(vouched != walk.link.hex() for vouched in walk.fixed.pop(0, ())):
            raise _Broken("a head signed before the first event is not that of this organisation")  # noqa: TRY301
        for event in _events():
            walk.step(event)
        _finish(walk)
    except _Broken as broken:
        return Verdict(walk.seq, walk.link.hex(), str(broken), len(walk.told))
    return Verdict(walk.seq, walk.link.hex(), signed=len(stored))


def _finish(walk: _Walk) -> None:
    head = AuditHead.objects.first()
    if head is None:
        raise _Broken("the head is gone")
    if walk.fixed:
        raise _Broken(f"the trail was cut off: it ends at event {walk.seq}, and event {max(walk.fixed)} was signed")
    if (head.seq, bytes(head.hash)) != (walk.seq, walk.link):
        raise _Broken("the head does not fit the last event")
    if untold := walk.signed.keys() - walk.told:
        raise _Broken(f"no event tells of {len(untold)} of the signed heads")


def _events() -> Iterator[AuditEvent]:
    """All events in order; the head stands still from the last page on."""
    seq, held = -(2**63), False
    while True:
        page = list(AuditEvent.objects.filter(seq__gt=seq).order_by("seq")[:PAGE])
        yield from page
        if page:
            seq = page[-1].seq
        if held and not page:
            return
        if len(page) < PAGE and not held:
            held = True
            AuditHead.objects.select_for_update().first()
