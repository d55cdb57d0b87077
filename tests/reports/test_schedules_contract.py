"""Schedules over the API."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Assessment
from reports.models import Occurrence, Schedule
from reports.services.occurrence import come_due
from tenants.models import AuditEvent, Wakeup
from tenants.scope import tenant_scope
from tests.cast import House

WEEKLY = {
    "name": "Monday brief",
    "cadence": "weekly",
    "weekday": 0,
    "time": "08:00",
    "time_zone": "Europe/Berlin",
    "recipients": ["carol@example.org", "board@elsewhere.example"],
}


@pytest.fixture
def body(work: Assessment) -> dict[str, Any]:
    return WEEKLY | {"assessment": str(work.pk)}


@pytest.fixture
def schedule(aria: House, body: dict[str, Any]) -> dict[str, Any]:
    made = aria.as_("adam").post(f"{aria.path}/schedules/", body)
    assert made.status_code == 201, made.content
    shown: dict[str, Any] = made.json()
    return shown


@pytest.fixture
def path(aria: House, schedule: dict[str, Any]) -> str:
    return f"{aria.path}/schedules/{schedule['id']}/"


def alarm(house: House, schedule: dict[str, Any]) -> datetime | None:
    found: datetime | None = (
        Wakeup.objects.filter(organisation=house.organisation, task="reports.run_schedule", subject_id=schedule["id"])
        .values_list("due_at", flat=True)
        .first()
    )
    return found


def test_a_schedule_tells_when_it_is_due_next(aria: House, schedule: dict[str, Any]) -> None:
    due = datetime.fromisoformat(schedule["next_run_at"])
    local = due.astimezone(ZoneInfo("Europe/Berlin"))
    assert timezone.now() < due <= timezone.now() + timedelta(days=7)
    assert (local.weekday(), local.hour, local.minute) == (0, 8, 0)
    assert alarm(aria, schedule) == due
    assert schedule["recipients"] == WEEKLY["recipients"]
    assert (schedule["time"], schedule["version"], schedule["active"]) == ("08:00:00", 1, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekday": None}, "weekday"),
        ({"weekday": 7}, "weekday"),
        ({"day": 3}, "day"),
        ({"cadence": "monthly"}, "weekday"),
        ({"cadence": "hourly"}, "cadence"),
        ({"time": "25:00"}, "time"),
        ({"time": "8"}, "time"),
        ({"time_zone": "Berlin"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"recipients": []}, "recipients"),
        ({"recipients": ["nobody"]}, "recipients.0"),
        ({"recipients": [f"p{i}@example.org" for i in range(51)]}, "recipients"),
        ({"assessment": "01890000-0000-7000-8000-000000000000"}, "assessment"),
        ({"language": "tlh"}, "language"),
        ({"name": "two\nlines"}, "name"),
        ({"next_run_at": "2026-01-01T00:00:00Z"}, "next_run_at"),
    ],
)
def test_bad_input_names_the_field(aria: House, body: dict[str, Any], change: dict[str, Any], field: str) -> None:
    answer = aria.as_("adam").post(f"{aria.path}/schedules/", body | change)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert field in answer.json()["errors"]


def test_recipients_count_once_whatever_their_case(aria: House, body: dict[str, Any]) -> None:
    made = aria.as_("adam").post(f"{aria.path}/schedules/", body | {"recipients": ["A@x.org", "b@x.org", "a@X.org"]})
    assert made.json()["recipients"] == ["a@x.org", "b@x.org"]


def test_a_change_of_rhythm_moves_what_is_due_next(aria: House, path: str, schedule: dict[str, Any]) -> None:
    adam = aria.as_("adam")
    changed = adam.patch(path, {"cadence": "daily", "weekday": None, "time": "06:30:15"}, If_Match='"1"')
    assert changed.status_code == 200, changed.content
    assert changed["ETag"] == '"2"'
    due = datetime.fromisoformat(changed.json()["next_run_at"])
    assert due.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M:%S") == "06:30:15"
    assert alarm(aria, schedule) == due
    assert adam.patch(path, {"cadence": "weekly"}, If_Match='"2"').status_code == 400
    assert adam.get(path).json() == changed.json()


def test_a_change_needs_the_current_version(aria: House, path: str) -> None:
    adam = aria.as_("adam")
    assert adam.patch(path, {"name": "B"}).status_code == 428
    assert adam.patch(path, {"name": "B"}, If_Match='"1"').status_code == 200
    stale = adam.patch(path, {"name": "C"}, If_Match='"1"')
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


def test_a_paused_schedule_is_not_due_and_goes_on_from_now(aria: House, path: str, schedule: dict[str, Any]) -> None:
    adam = aria.as_("adam")
    assert adam.patch(path, {"active": False}, If_Match='"1"').json()["next_run_at"] is None
    assert alarm(aria, schedule) is None
    assert adam.patch(path, {"active": True}, If_Match='"2"').json()["next_run_at"] == schedule["next_run_at"]
    assert alarm(aria, schedule) is not None


def test_a_deleted_schedule_never_comes_due(aria: House, path: str, schedule: dict[str, Any]) -> None:
    due = datetime.fromisoformat(schedule["next_run_at"])
    assert aria.as_("adam").delete(path).status_code == 204
    assert alarm(aria, schedule) is None
    with tenant_scope(aria.organisation.pk):
        assert come_due(schedule_id=uuid.UUID(schedule["id"]), now=due + timedelta(days=1)) is None
        events = AuditEvent.objects.filter(object_type="schedule").order_by("seq")
        assert [event.event for event in events] == ["schedule.created", "schedule.deleted"]
        assert events[0].after["recipients"] == WEEKLY["recipients"]


def test_schedules_are_listed_and_filtered(aria: House, body: dict[str, Any], schedule: dict[str, Any]) -> None:
    paused = aria.as_("adam").post(f"{aria.path}/schedules/", body | {"name": "A", "active": False}).json()

    def found(query: str) -> list[str]:
        return [row["id"] for row in aria.as_("carol").get(f"{aria.path}/schedules/?{query}").json()["results"]]

    assert found("") == [paused["id"], schedule["id"]]
    assert found("active=true") == [schedule["id"]]
    assert found("active=false") == [paused["id"]]
    assert found(f"assessment={body['assessment']}&ordering=name") == [paused["id"], schedule["id"]]
    assert aria.as_("carol").get(f"{aria.path}/schedules/?active=perhaps").status_code == 400


def test_a_schedule_can_be_run_out_of_turn(aria: House, path: str, schedule: dict[str, Any]) -> None:
    made = aria.as_("adam").post(f"{path}run/")
    assert made.status_code == 202
    assert made.json()["state"] == "requested"
    assert aria.as_("carol").get(f"{path}occurrences/").json()["results"][0] == made.json()
    assert aria.as_("carol").get(path).json()["next_run_at"] == schedule["next_run_at"]


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 201), ("adam", 201), ("bob", 403), ("ravi", 403), ("carol", 403)]
)
def test_who_may_schedule(aria: House, body: dict[str, Any], who: str, status: int) -> None:
    assert aria.as_(who).post(f"{aria.path}/schedules/", body).status_code == status
    assert aria.as_(who).get(f"{aria.path}/schedules/").status_code == 200


def test_strangers_see_no_schedule(
    aria: House, nextdoor: House, body: dict[str, Any], schedule: dict[str, Any], unknown_id: uuid.UUID
) -> None:
    charlie = nextdoor.as_("charlie")
    gone = charlie.get(f"{nextdoor.path}/schedules/{unknown_id}/")
    for house in (aria, nextdoor):
        of_one = f"{house.path}/schedules/{schedule['id']}/"
        for path in (of_one, f"{of_one}occurrences/", f"{of_one}deliveries/"):
            answer = charlie.get(path)
            assert (answer.status_code, answer.content) == (404, gone.content)
        assert charlie.patch(of_one, {"name": "B"}, If_Match='"1"').status_code == 404
        assert charlie.delete(of_one).status_code == 404
        assert charlie.post(f"{of_one}run/").status_code == 404
    answer = charlie.post(f"{nextdoor.path}/schedules/", body)
    nothing = charlie.post(f"{nextdoor.path}/schedules/", body | {"assessment": str(unknown_id)})
    assert (answer.status_code, answer.content) == (400, nothing.content)


@pytest.mark.parametrize("part", ["", "occurrences/", "deliveries/"])
def test_lists_take_the_same_statements_for_one_and_for_many(
    aria: House, body: dict[str, Any], path: str, part: str
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            target = f"{path}{part}" if part else f"{aria.path}/schedules/"
            assert aria.as_("carol").get(target).json()["results"]
        return len(captured)

    def add() -> None:
        from reports.models import Delivery

        with tenant_scope(aria.organisation.pk):
            schedule = Schedule.objects.order_by("id").first()
            occurrence = Occurrence.objects.create(schedule=schedule, key=uuid.uuid4().hex, due_at=timezone.now())
            Delivery.objects.create(occurrence=occurrence, recipient="carol@example.org")

    add()
    one = statements()
    for _ in range(4):
        add()
        aria.as_("adam").post(f"{aria.path}/schedules/", body)
    assert statements() == one
