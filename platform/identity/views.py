"""The signed-in person."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers import StrictSerializer, parse
from api.views import PersonView
from identity.authentication import signed_in
from identity.models import Person, known_time_zone
from identity.names import NO_ADDRESS, ONE_LINE


class MeChange(StrictSerializer):
    name = serializers.CharField(max_length=120, validators=[ONE_LINE, NO_ADDRESS])
    language = serializers.ChoiceField(choices=["en"])
    time_zone = serializers.CharField(max_length=64, validators=[known_time_zone], help_text="Of the IANA database.")


class MeShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()


def person_body(person: Person) -> dict[str, Any]:
    return {
        "id": person.pk,
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "time_zone": person.time_zone,
    }


class MeView(PersonView):
    @extend_schema(operation_id="me_read", responses=MeShape, tags=["me"])
    def get(self, request: Request) -> Response:
        """Who is signed in."""
        return Response(person_body(signed_in(request)))

    @extend_schema(operation_id="me_change", request=MeChange, responses=MeShape, tags=["me"])
    def patch(self, request: Request) -> Response:
        """Change name, language or time zone."""
        person = signed_in(request)
        fields = parse(MeChange, request.data, partial=True)
        for name, value in fields.items():
            setattr(person, name, value)
        person.save(update_fields=[*fields])
        return Response(person_body(person))
