"""Seal every secret at rest with the newest SECRET_KEY, so that its fallbacks can be dropped."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import transaction

from identity import sealing
from identity.models import WaitingMail

SEALED = ("secret", "seed")
"""Where django-allauth keeps what `FactorAdapter.encrypt` gave it."""


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        resealed = 0
        for key in Authenticator.objects.values_list("pk", flat=True):
            row = Authenticator.objects.select_for_update().filter(pk=key).first()
            fresh = {name: sealing.reseal(row.data[name]) for name in SEALED if name in row.data} if row else {}
            if row and fresh:
                row.data |= fresh
                row.save(update_fields=["data"])
                resealed += 1
        for mail in WaitingMail.objects.select_for_update():
            mail.sealed = sealing.reseal(mail.sealed)
            mail.save(update_fields=["sealed"])
            resealed += 1
        if options["verbosity"]:
            self.stdout.write(f"{resealed} secrets are sealed with the newest key.")
