"""Shapes of bodies and answers, for parsing and for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from api.languages import LANGUAGE
from api.serializers import StrictSerializer
from api.serializers import page_of as page_of  # noqa: PLC0414 - the floors above know it from here
from identity.names import NO_ADDRESS, ONE_LINE
from tenants.models import ExportState, Invitation, JobState
from tenants.models.organisation import MOST_LANGUAGES, SLUG
from tenants.roles import Action, Role, Scope

ROLES = [role.value for role in Role]
KEY_SCOPES = [scope.value for scope in Scope]
KEY_DAYS_MOST, KEY_DAYS = 366, 90
LIST_RESULTS = ["invited", "already_invited", "already_member", "refused"]


class Named(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class Shown(serializers.Serializer[Any]):
    """A person as the reader may know them."""

    id = serializers.UUIDField(allow_null=True, help_text="Null for outside reviewers, but for themselves.")
    name = serializers.CharField(help_text="To outside reviewers the part the person plays, such as Assessor.")


class OrganisationChange(StrictSerializer):
    name = serializers.CharField(max_length=200, validators=[ONE_LINE, NO_ADDRESS])
    sector = serializers.CharField(max_length=80, allow_blank=True, required=False, validators=[ONE_LINE])


def _unrepeated(languages: list[str]) -> None:
    if len(set(languages)) < len(languages):
        raise serializers.ValidationError("Name each language once.")


def _languages(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.RegexField(
            rf"^{LANGUAGE.pattern}\Z", max_length=5, error_messages={"invalid": "Write a language as en or pt-BR."}
        ),
        min_length=1,
        max_length=MOST_LANGUAGES,
        validators=[_unrepeated],
        **options,
    )


class LanguagesChange(StrictSerializer):
    languages = _languages(help_text="Of a text, the first of them that it is there in is read; all are searched.")


class LanguagesShape(serializers.Serializer[Any]):
    languages = serializers.ListField(child=serializers.CharField())
    stemmed = serializers.ListField(
        child=serializers.CharField(),
        help_text="Those of them in which search finds words by their inflections; in others it finds them as written.",
    )


class NewOrganisation(OrganisationChange):
    slug = serializers.CharField(
        max_length=48, required=False, validators=[SLUG], help_text="Made from the name unless given; stays for good."
    )
    languages = _languages(required=False, help_text="en unless given.")


class OrganisationShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    sector = serializers.CharField()
    languages = serializers.ListField(
        child=serializers.CharField(), help_text="The first one there is, is read; all are searched."
    )
    created_at = serializers.DateTimeField()
    role = serializers.ChoiceField(choices=ROLES, help_text="Your role there.")
    mfa_required = serializers.BooleanField(help_text="Whether you need a second factor to be let in.")


class SignInShape(serializers.Serializer[Any]):
    mfa_required = serializers.BooleanField(
        help_text="Whether people need a second factor to be let in; API keys are not asked for one."
    )
    members_without_factor = serializers.IntegerField(
        allow_null=True, help_text="Who would be kept out, or is; null unless you may change it."
    )


class SignInChange(StrictSerializer):
    mfa_required = serializers.BooleanField()


class OrganisationDetail(OrganisationShape):
    actions = serializers.ListField(
        child=serializers.ChoiceField(choices=[action.value for action in Action]), help_text="What you may do there."
    )


class MemberShape(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the person.")
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=ROLES)
    version = serializers.IntegerField(help_text="In quotes it is the ETag.")
    joined_at = serializers.DateTimeField()
    last_active_at = serializers.DateTimeField(allow_null=True, help_text="To within five minutes.")


class RoleChange(StrictSerializer):
    role = serializers.ChoiceField(choices=ROLES)


class Heir(StrictSerializer):
    person = serializers.UUIDField(help_text="Of the member who becomes an owner.")


class NewInvitation(StrictSerializer):
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=ROLES)


class InvitationShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    offer = serializers.ChoiceField(choices=Invitation.OFFERS)
    state = serializers.ChoiceField(choices=["open", "accepted", "revoked", "expired"])
    invited_by = Named()
    created_at = serializers.DateTimeField()
    mail_at = serializers.DateTimeField(help_text="When the mail may leave: those of a list wait for their turn.")
    sent_at = serializers.DateTimeField(allow_null=True, help_text="Null until the mail has left.")
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)


class ListedInvitation(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="In the file, from 1, which is the header.")
    email = serializers.CharField()
    role = serializers.CharField()
    result = serializers.ChoiceField(choices=LIST_RESULTS)
    column = serializers.CharField(help_text="Where the fault is; empty for the line as such, or for none.")
    reason = serializers.CharField(help_text="Why nobody was invited by this line; empty for an invitation.")
    invitation = serializers.UUIDField(allow_null=True)
    mail_at = serializers.DateTimeField(allow_null=True, help_text="When the mail may leave.")


class ListedCounts(serializers.Serializer[Any]):
    invited = serializers.IntegerField()
    already_invited = serializers.IntegerField()
    already_member = serializers.IntegerField()
    refused = serializers.IntegerField()


class InvitationListShape(serializers.Serializer[Any]):
    counts = ListedCounts()
    ignored_columns = serializers.ListField(child=serializers.CharField())
    rows = ListedInvitation(many=True)


class Acceptance(StrictSerializer):
    token = serializers.CharField(max_length=400)


class InvitedTo(Named):
    slug = serializers.CharField()


class AcceptedShape(serializers.Serializer[Any]):
    organisation = InvitedTo()
    offer = serializers.ChoiceField(choices=Invitation.OFFERS)
    role = serializers.ChoiceField(choices=ROLES, allow_null=True, help_text="Null for a reviewer from outside.")
    in_words = serializers.CharField()


class NewApiKey(StrictSerializer):
    name = serializers.CharField(max_length=120, validators=[ONE_LINE])
    scope = serializers.ChoiceField(
        choices=KEY_SCOPES, help_text="read; assess: answer and review as well; admin: all but what only owners may."
    )
    days = serializers.IntegerField(
        min_value=1, max_value=KEY_DAYS_MOST, required=False, help_text=f"How long it lives; {KEY_DAYS} unless told."
    )
    expires_at = serializers.DateTimeField(required=False, help_text="Instead of days.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days, end, now = attrs.pop("days", None), attrs.get("expires_at"), timezone.now()
        if days is not None and end is not None:
            raise serializers.ValidationError({"days": ["Give days or expires_at, not both."]})
        attrs["expires_at"] = _checked_end(end, now=now) if end else now + timedelta(days=days or KEY_DAYS)
        return attrs


def _checked_end(end: datetime, *, now: datetime) -> datetime:
    if not now < end <= now + timedelta(days=KEY_DAYS_MOST):
        raise serializers.ValidationError({"expires_at": [f"In the future, at most {KEY_DAYS_MOST} days away."]})
    return end


class ApiKeyShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scope = serializers.ChoiceField(choices=KEY_SCOPES)
    person = Named(help_text="For whom the key acts.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class ApiKeyMade(ApiKeyShape):
    secret = serializers.CharField(allow_null=True, help_text="The whole key, shown this once; null in a repeat.")


class ExportShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ExportState.values)
    requested_by = Named()
    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When the file is deleted.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    sha256 = serializers.CharField(allow_null=True, help_text="Of the file.")
    canonical = serializers.CharField(allow_null=True, help_text="Of the content, the same after an import elsewhere.")
    missing = serializers.IntegerField(help_text="Files that rows name and the storage has not.")
    error = serializers.CharField(allow_null=True)


class ExportLinkShape(serializers.Serializer[Any]):
    url = serializers.URLField(allow_null=True, help_text="For an owner who is signed in; null in a repeat.")
    expires_at = serializers.DateTimeField()


class Closing(StrictSerializer):
    slug = serializers.CharField(max_length=48, help_text="The organisation's slug, typed again.")


class ClosingShape(serializers.Serializer[Any]):
    closing_at = serializers.DateTimeField(
        allow_null=True, help_text="When deletion was asked for; null when it was not."
    )
    deleted_after = serializers.DateTimeField(allow_null=True, help_text="Until then an owner can take it back.")


class JobShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.values)
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="Percent.")
    attempts = serializers.IntegerField()
    error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
