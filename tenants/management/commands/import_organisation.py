"""`import_organisation FILE`: take in an organisation that was exported elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.portability.arrival import ArrivalRefused, take_in


class Command(BaseCommand):
    help = (
        "Take in an organisation from its export: all of it, with the canonical hash it left with, or nothing. "
        "API keys are not in an export, and people have no password here: they reset it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            arrived = take_in(file)
        except ArrivalRefused as refusal:
            raise CommandError(f"Nothing was imported. {refusal}") from refusal
        self.stdout.write(
            f"{arrived.slug}: {arrived.rows} rows and {arrived.files} files, canonical {arrived.canonical}"
        )
