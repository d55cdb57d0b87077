"""Remove the second factors of somebody who lost them, once you know who asks. Ends their sessions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity.models import Person
from identity.services import remove_factors


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError("Nobody has that address.")
        removed = remove_factors(person)
        if options["verbosity"]:
            self.stdout.write(f"{removed} factors of {person.email} are removed, and every session is ended.")
