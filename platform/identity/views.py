"""The signed-in person, and where they are signed in."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.serializers import StrictSerializer, page_of, parse
from api.views import PersonView
from identity.authentication import signed_in
from identity.models import Person, known_time_zone
from identity.names import NO_ADDRESS, ONE_LINE
from identity.selectors import session_body, sessions_of
from identity.services import end_session, end_sessions


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


class SessionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    device = serializers.CharField(help_text="What the browser says it is, in words; no proof of anything.")
    address = serializers.CharField(help_text="Network address of the newest request.")
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField(help_text="Exact to five minutes.")
    ends_at = serializers.DateTimeField(help_text="12 h after it was last used, 7 days after it began at the latest.")
    current = serializers.BooleanField(help_text="Whether it is the one you ask with.")


class SessionsView(PersonView):
    @extend_schema(operation_id="sessions_list", responses=page_of(SessionShape), tags=["me"])
    def get(self, request: Request) -> Response:
        """List where I am signed in."""
        Filters(request)
        current = str(request.session.session_key)
        return paginate(
            sessions_of(signed_in(request)),
            request=request,
            orderings=("-last_seen", "first_seen"),
            render=lambda session: session_body(session, current=current),
        )

    @extend_schema(operation_id="sessions_end_others", request=None, responses={204: None}, tags=["me"])
    def delete(self, request: Request) -> Response:
        """Sign out everywhere else."""
        end_sessions(signed_in(request), keep=request.session.session_key)
        return Response(status=204)


class SessionView(PersonView):
    @extend_schema(operation_id="session_end", request=None, responses={204: None}, tags=["me"])
    def delete(self, request: Request, session_id: uuid.UUID) -> Response:
        """Sign out in one place; here, when the session is this one."""
        person, current = signed_in(request), str(request.session.session_key)
        here = any(session_body(row, current=current)["current"] for row in sessions_of(person).filter(id=session_id))
        end_session(person, session_id=session_id)
        if here:
            logout(request._request)  # noqa: SLF001 - DRF's own name for the request it wraps
        return Response(status=204)
