"""`manage.py set_storage_quota SLUG BYTES|default`: what an organisation may keep, for whoever runs Plumbline."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.selectors.storage import storage_use
from assessments.services.storage import set_quota
from tenants import audit
from tenants.models import Organisation
from tenants.scope import tenant_scope


class Command(BaseCommand):
    help = "Give an organisation a storage quota of its own, in bytes, or the common one back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("bytes", help="a number, or `default`")

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        given = str(options["bytes"])
        if given != "default" and not given.isdecimal():
            raise CommandError(f"{given} is neither a number of bytes nor `default`")
        organisation = Organisation.objects.filter(slug=slug).first()
        if organisation is None:
            raise CommandError(f"there is no organisation {slug}")
        with tenant_scope(organisation.pk):
            audit.act_as("system:operator")
            set_quota(limit_bytes=None if given == "default" else int(given))
            use = storage_use()
        self.stdout.write(f"{slug}: {use['used']} of {use['limit']} bytes used")
