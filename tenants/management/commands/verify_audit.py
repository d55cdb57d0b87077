"""`verify_audit`: recompute the audit chains and tell the first fault of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.models import Organisation
from tenants.scope import tenant_scope
from tenants.trail_proof import ProofFault, read_heads
from tenants.verification import Verdict, verify

BROKEN, CANNOT_CHECK = 1, 2
_INLINE = re.compile(r"(\d{1,18}):([0-9a-fA-F]{64})")


class Command(BaseCommand):
    help = (
        "Check the audit trail of every organisation, or of one: hash chain, gapless numbers, signed heads. "
        "Exit code 0 when all hold, 1 when one is broken, 2 when it could not be checked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one")
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="FILE",
            help="a signed head kept outside the database (or SEQ:HASH of one); finds a trail that was cut off or "
            "written anew; may be given several times",
        )

    def handle(self, *args: Any, organisation: str | None, head: Sequence[str] | str, **options: Any) -> None:
        rows = Organisation.objects.order_by("slug")
        if organisation:
            rows = rows.filter(slug=organisation)
            if not rows.exists():
                raise CommandError(f"There is no organisation {organisation}.", returncode=CANNOT_CHECK)
        given = [head] if isinstance(head, str) else head
        outside, inline = _heads(given)
        if inline and not organisation:
            raise CommandError("SEQ:HASH names no organisation; give --organisation.", returncode=CANNOT_CHECK)
        broken = 0
        seen: set[str] = set()
        for row in rows.only("id", "slug").iterator():
            own = [document for document in outside if document["organisation"] == str(row.pk)]
            seen.update(str(document["signature"]) for document in own)
            with tenant_scope(row.pk):
                verdict = verify(outside=own, bare=inline)
            broken += bool(verdict.fault)
            self.stdout.write(_line(row.slug, verdict, outside=len(own) + len(inline)))
        if strange := [document for document in outside if document["signature"] not in seen]:
            raise CommandError(
                f"{len(strange)} of the heads given belong to none of the organisations checked "
                f"({strange[0]['organisation']}): an organisation that had a head is gone, or the file is another's.",
                returncode=BROKEN,
            )
        if broken:
            raise CommandError(
                f"{broken} audit trail(s) do not hold. Change nothing, take a copy of the database, and read "
                '"A broken audit trail" in deploy/README.md.',
                returncode=BROKEN,
            )


def _heads(given: Sequence[str]) -> tuple[list[Mapping[str, Any]], list[tuple[int, str]]]:
    documents: list[Mapping[str, Any]] = []
    inline: list[tuple[int, str]] = []
    for text in given:
        if found := _INLINE.fullmatch(text):
            inline.append((int(found[1]), found[2].lower()))
            continue
        try:
            documents += read_heads(Path(text).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ProofFault) as fault:
            raise CommandError(f"{text} is no file with a head: {fault}", returncode=CANNOT_CHECK) from fault
    return documents, inline


def _line(slug: str, verdict: Verdict, *, outside: int) -> str:
    if verdict.fault:
        return f"BROKEN {slug}: {verdict.fault}. Events 1 to {verdict.events} hold."
    proof = f"and {outside} kept outside" if outside else "no head from outside given: a cut tail would not show"
    head = f"head {verdict.events}:{verdict.head}"
    return f"ok {slug}: {verdict.events} events hold, {verdict.signed} signed heads, {proof}; {head}"
