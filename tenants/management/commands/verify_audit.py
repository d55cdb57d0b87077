"""`verify_audit`: recompute the audit chains and tell the first fault of each."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import audit
from tenants.models import Organisation
from tenants.scope import tenant_scope


def _head(text: str) -> tuple[int, str]:
    """`12:<64 hex digits>`, as /audit-head/ gave it."""
    seq, _, digest = text.partition(":")
    if not seq.isdecimal() or len(digest) != 64:
        raise argparse.ArgumentTypeError("Write the head as SEQ:HASH, as /audit-head/ gave them.")
    return int(seq), digest.lower()


class Command(BaseCommand):
    help = "Recompute the hash chain of every organisation's audit trail, or of one. Exit code 1 when one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one")
        parser.add_argument(
            "--head",
            type=_head,
            metavar="SEQ:HASH",
            help="a head kept outside the database; finds a chain that was cut off or made anew (with --organisation)",
        )

    def handle(self, *args: Any, organisation: str | None, head: tuple[int, str] | None, **options: Any) -> None:
        rows = Organisation.objects.order_by("slug")
        if organisation:
            rows = rows.filter(slug=organisation)
            if not rows.exists():
                raise CommandError(f"There is no organisation {organisation}.")
        elif head:
            raise CommandError("A head belongs to one organisation; name it with --organisation.")
        broken = 0
        for row in rows.only("id", "slug").iterator():
            with tenant_scope(row.pk):
                verdict = audit.verify(outside_head=head)
            broken += bool(verdict.fault)
            tail = f"BROKEN: {verdict.fault}" if verdict.fault else f"holds, head {verdict.events}:{verdict.head}"
            self.stdout.write(f"{row.slug}: {verdict.events} events, {tail}")
        if broken:
            raise CommandError(f"{broken} chain(s) do not hold.")
