"""Shapes of reports, links, schedules and deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from identity.models import known_time_zone
from identity.names import ONE_LINE
from reports.models import DeliveryState, ReportState
from reports.schedules import CADENCES
from reports.services.report import KINDS, LANGUAGES
from tenants.serializers import Named

DEFAULT_LINK = timedelta(days=7)
LINK_STATES = ("live", "expired", "revoked")
MOST_RECIPIENTS = 50


class NewReport(StrictSerializer):
    assessment = serializers.UUIDField()
    snapshot = serializers.UUIDField(
        allow_null=True, required=False, help_text="Of that assessment; without one it is frozen as it stands now."
    )
    kind = serializers.ChoiceField(choices=KINDS, default=KINDS[0])
    language = serializers.ChoiceField(choices=LANGUAGES, default=LANGUAGES[0])


class ReportShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    assessment = serializers.UUIDField()
    snapshot = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    language = serializers.CharField()
    state = serializers.ChoiceField(choices=ReportState.values)
    progress = serializers.IntegerField(help_text="Percent.")
    requested_by = Named(allow_null=True, help_text="Null when a schedule asked.")
    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    file_name = serializers.CharField(allow_null=True)
    size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    pages = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True, help_text="Of the file, in hexadecimal.")
    error = serializers.CharField(allow_null=True)


class NewLink(StrictSerializer):
    days = serializers.IntegerField(min_value=1, max_value=30, required=False, help_text="7 unless told.")
    hours = serializers.IntegerField(min_value=1, max_value=720, required=False, help_text="Instead of days.")
    recipient = serializers.CharField(
        max_length=254,
        default="",
        allow_blank=True,
        validators=[ONE_LINE],
        help_text="For your records.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Puts `lifetime` in the place of days and hours."""
        days, hours = attrs.pop("days", None), attrs.pop("hours", None)
        if days is not None and hours is not None:
            raise serializers.ValidationError({"hours": ["Give days or hours, not both."]})
        given = timedelta(days=days or 0, hours=hours or 0)
        return attrs | {"lifetime": given or DEFAULT_LINK}


class LinkShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    report = serializers.UUIDField()
    recipient = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=LINK_STATES)
    created_by = Named(allow_null=True, help_text="Null when it went out with a scheduled mail.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    opened = serializers.IntegerField(help_text="How often.")


class LinkMade(LinkShape):
    url = serializers.URLField(allow_null=True, help_text="Opens the report; shown this once, null in a repeat.")


class ScheduleChange(StrictSerializer):
    name = serializers.CharField(max_length=120, validators=[ONE_LINE], required=False)
    cadence = serializers.ChoiceField(choices=CADENCES, required=False)
    weekday = serializers.IntegerField(
        min_value=0, max_value=6, allow_null=True, required=False, help_text="0 is Monday; for weekly schedules."
    )
    day = serializers.IntegerField(
        min_value=1, max_value=31, allow_null=True, required=False,
        help_text="Of the month, its last where it has fewer; monthly, or quarterly in January, April, July, October.",
    )  # fmt: skip
    time = serializers.TimeField(
        input_formats=["%H:%M", "%H:%M:%S"], required=False, help_text="Local time in the time zone, HH:MM or HH:MM:SS."
    )
    time_zone = serializers.CharField(
        max_length=64, validators=[known_time_zone], required=False, help_text="IANA name, such as Europe/Berlin."
    )
    recipients = serializers.ListField(
        child=serializers.EmailField(max_length=254), min_length=1, max_length=MOST_RECIPIENTS, required=False,
        help_text="E-mail addresses; they need not be members.",
    )  # fmt: skip
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    active = serializers.BooleanField(required=False)

    def validate_recipients(self, addresses: list[str]) -> list[str]:
        """Each once, in the order given; case does not tell two addresses apart."""
        return list({address.lower(): address.lower() for address in addresses})


class NewSchedule(ScheduleChange):
    name = serializers.CharField(max_length=120, validators=[ONE_LINE])
    assessment = serializers.UUIDField()
    cadence = serializers.ChoiceField(choices=CADENCES)
    time = serializers.TimeField(input_formats=["%H:%M", "%H:%M:%S"], help_text="Local time, HH:MM or HH:MM:SS.")
    time_zone = serializers.CharField(max_length=64, validators=[known_time_zone])
    recipients = serializers.ListField(
        child=serializers.EmailField(max_length=254), min_length=1, max_length=MOST_RECIPIENTS
    )


class ScheduleShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    assessment = serializers.UUIDField()
    cadence = serializers.ChoiceField(choices=CADENCES)
    weekday = serializers.IntegerField(allow_null=True)
    day = serializers.IntegerField(allow_null=True)
    time = serializers.TimeField()
    time_zone = serializers.CharField()
    recipients = serializers.ListField(child=serializers.EmailField())
    language = serializers.CharField()
    active = serializers.BooleanField()
    next_run_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is not active.")
    version = serializers.IntegerField()
    created_by = Named()
    created_at = serializers.DateTimeField()


class OccurrenceShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField(help_text="Local date and time with offset; `now:` and the moment when run by hand.")
    due_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    report = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=ReportState.values)


class OccurrenceOf(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField()


class DeliveryShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    occurrence = OccurrenceOf()
    report = serializers.UUIDField(allow_null=True)
    recipient = serializers.EmailField()
    state = serializers.ChoiceField(choices=DeliveryState.values)
    attempts = serializers.IntegerField()
    possibly_duplicate = serializers.BooleanField(
        help_text="An earlier attempt may have arrived, under the same Message-ID."
    )
    message_id = serializers.CharField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
