"""What a person tells about themselves when they sign up, beside e-mail and password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

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
