"""`export_organisation SLUG FILE`: the same archive an owner gets, for operators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import audit
from tenants.models import Organisation
from tenants.portability.archive import write_archive
from tenants.scope import tenant_scope


class Command(BaseCommand):
    help = "Write everything an organisation has into one ZIP file, and print its canonical hash. Told in the trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", metavar="SLUG")
        parser.add_argument("file", type=Path, help="must not be there yet")

    def handle(self, *args: Any, organisation: str, file: Path, **options: Any) -> None:
        row = Organisation.objects.filter(slug=organisation).first()
        if row is None:
            raise CommandError(f"There is no organisation {organisation}.", returncode=2)
        try:
            with file.open("xb") as target:
                written = write_archive(target, organisation_id=row.pk, now=timezone.now())
        except FileExistsError as fault:
            raise CommandError(f"{file} is there already.", returncode=2) from fault
        except (ValueError, OSError) as fault:
            file.unlink(missing_ok=True)
            raise CommandError(f"The export could not be made: {fault}") from fault
        with tenant_scope(row.pk):
            audit.act_as("system:operator")
            audit.record(
                "organisation.exported",
                object_type="organisation",
                object_id=row.pk,
                after={"canonical": written.canonical, "size": file.stat().st_size, "missing": written.missing[:100]},
            )
        for name in written.missing:
            self.stderr.write(f"not in the storage: {name}")
        self.stdout.write(f"{organisation}: canonical {written.canonical}")
