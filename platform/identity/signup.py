"""What a person tells about themselves when they sign up, beside e-mail and password."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest

from identity.models import Person, known_time_zone


class SignupForm(forms.Form):
    """Mixed into django-allauth's sign-up, for pages and for the headless API alike."""

    name = forms.CharField(max_length=120, required=False)
    time_zone = forms.CharField(max_length=64, required=False, validators=[known_time_zone])

    def signup(self, request: HttpRequest, person: Person) -> None:
        person.name = self.cleaned_data.get("name", "")
        person.time_zone = self.cleaned_data.get("time_zone") or "UTC"
        person.save(update_fields=["name", "time_zone"])
