"""`manage.py sync_catalogue`: bring the catalogue's tables in line with its files, or only check the files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS

from assessments.catalogue.loader import content_hash
from assessments.catalogue.schema import CatalogueError
from assessments.catalogue.sync import DATA, check_catalogue, sync_catalogue

HASH_SHOWN = 12


class Command(BaseCommand):
    help = "Load the standards catalogue from its files. A second run without changes writes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only check the files; needs no database")
        parser.add_argument("--data", type=Path, default=DATA, help="the folder with one folder per standard")
        parser.add_argument(
            "--database", default=DEFAULT_DB_ALIAS, help="the connection of the role that owns the tables"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        data: Path = options["data"]
        if not data.is_dir():
            raise CommandError(f"{data} is no folder")
        try:
            if options["check"]:
                self._check(data)
            else:
                self._sync(data, using=options["database"])
        except CatalogueError as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            count = len(error.faults)
            raise CommandError(
                f"{count} fault{'s' if count > 1 else ''} in the catalogue; nothing was written"
            ) from None

    def _check(self, data: Path) -> None:
        checked = check_catalogue(data)
        for document in checked.standards:
            count, hashed = len(document.requirements), content_hash(document)[:HASH_SHOWN]
            self.stdout.write(f"{document.slug:32} checked  {document.depth:8} {count:5} requirements  {hashed}")
        for crosswalk in checked.crosswalks:
            self.stdout.write(f"{crosswalk.name:56} checked  {len(crosswalk.groups):5} groups")

    def _sync(self, data: Path, *, using: str) -> None:
        synced = sync_catalogue(data, using=using)
        for result in synced.standards:
            self.stdout.write(
                f"{result.slug:32} {result.outcome:16} {result.requirements:6} requirements, "
                f"{result.assessable} assessable  {result.depth:8} {result.content_hash[:HASH_SHOWN]}"
            )
        for crosswalk in synced.crosswalks:
            self.stdout.write(
                f"{crosswalk.name:56} {crosswalk.outcome:16} {crosswalk.groups:6} groups  "
                f"{crosswalk.content_hash[:HASH_SHOWN]}"
            )
