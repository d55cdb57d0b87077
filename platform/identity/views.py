"""The signed-in person."""

from __future__ import annotations

from typing import Any

from api.serializers import StrictSerializer, parse
from api.views import PersonView
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from identity.models import Person, known_time_zone


class PersonShape(StrictSerializer):
    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(max_length=120, required=False)
    language = serializers.ChoiceField(choices=["en"], required=False)
    time_zone = serializers.CharField(max_length=64, required=False, validators=[known_time_zone])


def person_body(person: Person) -> dict[str, Any]:
    return {
        "id": person.pk,
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "time_zone": person.time_zone,
    }


class MeView(PersonView):
    @extend_schema(operation_id="me_read", responses=PersonShape, tags=["me"])
    def get(self, request: Request) -> Response:
        """Who is signed in."""
        return Response(person_body(request.user))

    @extend_schema(operation_id="me_change", request=PersonShape, responses=PersonShape, tags=["me"])
    def patch(self, request: Request) -> Response:
        """Change name, language or time zone."""
        person: Person = request.user
        fields = parse(PersonShape, request.data)
        for name, value in fields.items():
            setattr(person, name, value)
        person.save(update_fields=[*fields])
        return Response(person_body(person))
