"""Signing up: what a person tells about themselves beside e-mail and password, and what a known address costs."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.email_verification import get_email_verification_url
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import setup_user_email
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from api.ids import new_id
from identity.models import Person, known_time_zone
from identity.names import NO_ADDRESS, ONE_LINE


class SignupForm(forms.Form):
    """Mixed into django-allauth's sign-up, for pages and for the headless API alike."""

    name = forms.CharField(max_length=120, required=False, validators=[ONE_LINE, NO_ADDRESS])
    time_zone = forms.CharField(max_length=64, required=False, validators=[known_time_zone])

    def clean(self) -> dict[str, Any]:
        """Judge the password once more, now that it is known whose it is: allauth's API does not compare it to them."""
        cleaned = super().clean() or {}
        field = next((name for name in ("password", "password1") if cleaned.get(name)), None)
        if field is not None:
            person = Person(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
            try:
                validate_password(cleaned[field], user=person)
            except forms.ValidationError as error:
                self.add_error(field, error)
        return cleaned

    def signup(self, request: HttpRequest, person: Person) -> None:
        person.name = self.cleaned_data.get("name", "")
        person.time_zone = self.cleaned_data.get("time_zone") or "UTC"
        person.save(update_fields=["name", "time_zone"])


def rehearse(request: HttpRequest) -> None:
    """Make an account for nobody and take it back: for whoever signs up with an address that is known already.

    Hashing a password and writing its person takes longer than writing a mail to say that there is an account; without
    this the time would tell what the answer does not.
    """
    with transaction.atomic():
        person = Person.objects.create_user(f"{new_id().hex}@rehearsal.invalid", get_random_string(16))
        Person.objects.filter(pk=person.pk).update(name="", time_zone="UTC")
        address = setup_user_email(request, person, [EmailAddress(email=person.email)])
        get_email_verification_url(request, EmailConfirmationHMAC.create(address))
        transaction.set_rollback(True)
