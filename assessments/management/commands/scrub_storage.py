"""`scrub_storage`: whether the storage holds what the rows say, and nothing that none says."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from api.problems import Unavailable
from assessments.services.scrub import SAMPLE, Verdict, scrub
from tenants.models import Organisation

BROKEN, CANNOT_CHECK = 1, 2
_NAMED = 20


class Command(BaseCommand):
    help = (
        "Compare the files in the storage with the rows that name them, organisation by organisation. Exit code 0 "
        "when all rows have their files and no file is an orphan for more than a day, 1 when not, 2 when the storage "
        "did not answer and nothing is known."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one")
        parser.add_argument("--deep", action="store_true", help=f"read every file whole, not {SAMPLE} taken at random")
        parser.add_argument(
            "--fix",
            action="store_true",
            help="remove orphans older than a day. Not right after the database was restored: what is newer than the "
            "backup looks like an orphan",
        )

    def handle(self, *args: Any, organisation: str | None, deep: bool, fix: bool, **options: Any) -> None:
        rows = Organisation.objects.order_by("slug")
        if organisation:
            rows = rows.filter(slug=organisation)
            if not rows.exists():
                raise CommandError(f"There is no organisation {organisation}.", returncode=CANNOT_CHECK)
        broken = unknown = 0
        for pk, slug in rows.values_list("pk", "slug").iterator():
            verdict = self._scrub(pk, slug=slug, deep=deep, fix=fix)
            unknown += verdict is None
            broken += verdict is not None and not verdict.holds
        if broken:
            raise CommandError(
                f"{broken} organisation(s) with faults. Nothing else was changed; read "
                '"When the storage does not hold what the rows say" in deploy/README.md.',
                returncode=BROKEN,
            )
        if unknown:
            raise CommandError(
                f"The storage did not answer for {unknown} organisation(s): nothing is known of their files.",
                returncode=CANNOT_CHECK,
            )

    def _scrub(self, organisation_id: uuid.UUID, *, slug: str, deep: bool, fix: bool) -> Verdict | None:
        try:
            verdict = scrub(organisation_id, now=timezone.now(), deep=deep, remove=(lambda _: True) if fix else None)
        except Unavailable:
            self.stdout.write(f"UNKNOWN {slug}: the storage does not answer; the log says why")
            return None
        self.stdout.write(line(slug, verdict))
        faults = [*verdict.missing, *verdict.damaged, *(f"orphan {name}" for name in verdict.orphans)]
        for fault in faults[:_NAMED]:
            self.stdout.write(f"  {fault}")
        if len(faults) > _NAMED:
            self.stdout.write(f"  and {len(faults) - _NAMED} more")
        return verdict


def line(slug: str, verdict: Verdict) -> str:
    """One line that says all, for a log and for somebody who was just woken."""
    counts = (
        f"{verdict.rows} files named by rows, {verdict.blobs} in the storage, {verdict.read} read whole; "
        f"{len(verdict.missing)} missing, {len(verdict.damaged)} damaged, "
        f"{len(verdict.orphans)} orphans older than a day"
    )
    removed = f", {len(verdict.removed)} removed" if verdict.removed else ""
    young = f", {verdict.young} younger" if verdict.young else ""
    return f"{'ok' if verdict.holds else 'BROKEN'} {slug}: {counts}{removed}{young}"
