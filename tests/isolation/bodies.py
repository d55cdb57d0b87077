"""A good body for every operation that takes one: with it the owner of the organisation gets as far as one can.

An operation of the OpenAPI document with a body and without an entry here fails `test_every_body_is_known`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from assessments.models import Answer
from tests.isolation.calls import NOTHING, Body
from tests.isolation.factories import STANDARD
from tests.isolation.routes import Operation
from tests.isolation.world import live_until

if TYPE_CHECKING:
    from tests.isolation.world import Tenant

_SCHEDULE: Final = {
    "name": "Weekly", "cadence": "weekly", "weekday": 0, "time": "08:30", "time_zone": "Europe/Berlin",
    "recipients": ["leader@example.org"],
}  # fmt: skip


def _assessor(t: Tenant) -> str:
    return str(t.people["assessor"].pk)


def _version(t: Tenant) -> int:
    version: int = t.of(Answer).version
    return version


def _text_file(name: str) -> tuple[str, bytes]:
    return name, b"Minutes of the management review, kept as a record.\n"


_JSON: dict[tuple[str, str], Callable[[Tenant], Any]] = {
    ("me", "PATCH"): lambda t: {"name": "Someone"},
    ("organisations", "POST"): lambda t: {"name": "Another One", "slug": "another-one"},
    ("organisation", "PATCH"): lambda t: {"name": "Another name"},
    ("member", "PATCH"): lambda t: {"role": "assessor"},
    ("invitations", "POST"): lambda t: {"email": "new@example.org", "role": "viewer"},
    ("invitation-accept", "POST"): lambda t: {"token": t.arguments["invitation_token"]},
    ("api-keys", "POST"): lambda t: {"name": "Key", "role": "viewer", "days": 7},
    ("assessments", "POST"): lambda t: {"name": "New", "standard": STANDARD, "lead": _assessor(t)},
    ("assessment", "PATCH"): lambda t: {"name": "New name", "lead": _assessor(t)},
    ("assignments", "POST"): lambda t: {"refs": [t.ref], "assignee": _assessor(t)},
    ("answers", "PATCH"): lambda t: {
        "answers": [{"ref": t.ref, "version": _version(t), "note": "New.", "assignee": _assessor(t)}]
    },
    ("answer", "PATCH"): lambda t: {"note": "New.", "assignee": _assessor(t)},
    ("actions", "POST"): lambda t: {"ref": t.ref, "title": "Improve", "owner": _assessor(t)},
    ("action", "PATCH"): lambda t: {"title": "Improve more", "owner": _assessor(t)},
    ("actions-from-gaps", "POST"): lambda t: {"limit": 3},
    ("evidence", "PATCH"): lambda t: {"title": "New title"},
    ("evidence-links", "POST"): lambda t: {"links": [{"ref": t.ref, "evidence": t.arguments["evidence_id"]}]},
    ("answer-evidence", "POST"): lambda t: {"evidence": t.arguments["evidence_id"]},
    ("answer-comments", "POST"): lambda t: {"text": "A remark."},
    ("answer-reviews", "POST"): lambda t: {"verdict": "changes_requested", "note": "Say more."},
    ("reviews", "POST"): lambda t: {
        "reviews": [{"ref": t.ref, "version": _version(t), "verdict": "changes_requested", "note": "Say more."}]
    },
    ("outside-reviewers", "POST"): lambda t: {
        "email": "other@outside.example", "access_until": live_until().isoformat(),
    },
    ("outside-reviewer", "PATCH"): lambda t: {"access_until": live_until().isoformat()},
    ("reports", "POST"): lambda t: {
        "assessment": t.arguments["assessment_id"], "snapshot": t.arguments["snapshot_id"],
    },
    ("report-links", "POST"): lambda t: {"days": 3},
    ("schedules", "POST"): lambda t: {"assessment": t.arguments["assessment_id"], **_SCHEDULE},
    ("schedule", "PATCH"): lambda t: {"name": "Weekly, for the board"},
}  # fmt: skip
_FORMS: dict[tuple[str, str], Callable[[Tenant], dict[str, Any]]] = {
    ("evidence-list", "POST"): lambda t: {"title": "Minutes", "file": _text_file("minutes.txt")},
    ("evidence-versions", "POST"): lambda t: {"file": _text_file("minutes.txt")},
}


def known_bodies() -> set[Operation]:
    return {Operation(*key) for key in (*_JSON, *_FORMS)}


def body_for(operation: Operation, tenant: Tenant) -> Body:
    key = (operation.name, operation.method)
    if key in _FORMS:
        return Body(form=_FORMS[key](tenant))
    return Body(json=_JSON[key](tenant)) if key in _JSON else NOTHING
