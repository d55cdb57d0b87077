"""A good body for every operation that takes one: with it the owner of the organisation gets as far as one can.

An operation of the OpenAPI document with a body and without an entry here fails `test_every_body_is_known`.
"""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.utils import timezone

from assessments.catalogue.editions import edition
from assessments.exporting.workbook import write_workbook
from assessments.models import Answer, Assessment
from assessments.selectors.offline import offline_book
from assessments.selectors.sight import Sight
from assessments.selectors.taken import tree_of
from tenants.scope import tenant_scope
from tests.isolation.calls import NOTHING, Body, Raw
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


def _links(t: Tenant, target: str, *, ref: str) -> dict[str, Any]:
    """A crosswalk from the organisation's own standard to a public one."""
    group = {"from": [t.arguments["own_ref"]], "to": [ref], "relation": "equal", "rationale": {"en": "Alike."}}
    return {"source": t.arguments["own_slug"], "target": target, "provenance": "reviewed", "groups": [group]}


def _version(t: Tenant) -> int:
    version: int = t.of(Answer).version
    return version


def _text_file(name: str) -> tuple[str, bytes]:
    return name, b"Minutes of the management review, kept as a record.\n"


@cache
def _workbook(organisation_id: uuid.UUID, assessment_id: str) -> bytes:
    """The main assessment's workbook, as its owner gets it, with nothing filled in."""
    with tenant_scope(organisation_id):
        assessment = Assessment.objects.get(pk=assessment_id)
        of, part = edition(assessment.standard_id), tree_of(assessment)
        sight = Sight(of, part, assessment.created_by_id, is_member=True)
        return write_workbook(offline_book(assessment, organisation="", sight=sight, now=timezone.now()))


_JSON: dict[tuple[str, str], Any] = {
    ("me", "PATCH"): {"name": "Someone"},
    ("organisations", "POST"): {"name": "Another One", "slug": "another-one"},
    ("organisation", "PATCH"): {"name": "Another name"},
    ("languages", "PATCH"): {"languages": ["en", "de"]},
    ("sign-in", "PATCH"): {"mfa_required": False},
    ("member", "PATCH"): {"role": "assessor"},
    ("ownership", "POST"): lambda t: {"person": t.arguments["person_id"]},
    ("invitations", "POST"): {"email": "new@example.org", "role": "viewer"},
    ("invitation-accept", "POST"): lambda t: {"token": t.arguments["invitation_token"]},
    ("api-keys", "POST"): {"name": "Key", "scope": "read", "days": 7},
    ("audit-head-mail", "PUT"): {"wanted": True},
    ("closing", "POST"): lambda t: {"slug": t.organisation.slug},
    ("own-standard-editions", "POST"): {"edition": "another"},
    ("standard-drafts", "POST"): {"slug": "another", "number": "Another 1", "title": "Another"},
    ("standard-draft", "PATCH"): {"title": "New title"},
    ("draft-requirements", "POST"): {"requirements": [{"ref": "another", "texts": {"en": {"title": "Another"}}}]},
    ("draft-requirement", "PATCH"): {"weight": 2},
    ("own-crosswalks", "POST"): lambda t: _links(t, "eu-gdpr", ref="5"),
    ("own-crosswalks-lint", "POST"): lambda t: _links(t, "eu-gdpr", ref="5"),
    ("own-crosswalk", "PUT"): lambda t: _links(t, STANDARD, ref=t.ref),
    ("import-crosswalks", "POST"): {"crosswalk": 0, "source": "eu-gdpr", "target": "iso-27001-2022"},
    ("own-crosswalk-review", "POST"): {"groups": [0]},
    ("assessments", "POST"): lambda t: {"name": "New", "standard": STANDARD, "lead": _assessor(t)},
    ("assessment", "PATCH"): lambda t: {"name": "New name", "lead": _assessor(t)},
    ("assignments", "POST"): lambda t: {"refs": [t.ref], "assignee": _assessor(t)},
    ("answers", "PATCH"): lambda t: {
        "answers": [{"ref": t.ref, "version": _version(t), "note": "New.", "assignee": _assessor(t)}]
    },
    ("answer", "PATCH"): lambda t: {"note": "New.", "assignee": _assessor(t)},
    ("inherited-confirm", "POST"): {"all": "full"},
    ("inherited-dismiss", "POST"): lambda t: {"refs": [t.ref]},
    ("assessment-upgrade", "POST"): {"name": "Next edition"},
    ("actions", "POST"): lambda t: {"ref": t.ref, "title": "Improve", "owner": _assessor(t)},
    ("action", "PATCH"): lambda t: {"title": "Improve more", "owner": _assessor(t)},
    ("actions-from-gaps", "POST"): {"limit": 3},
    ("evidence", "PATCH"): lambda t: {"title": "New title", "owner": _assessor(t)},
    ("evidence-requests", "POST"): lambda t: {
        "email": "supplier@example.org", "what": "Certificate", "refs": [t.ref],
        "due_on": live_until().date().isoformat(),
    },
    ("uploads", "POST"): lambda t: {
        "file_name": "minutes.txt", "size": 52, "sha256": "ab" * 32, "evidence": t.arguments["evidence_id"],
    },
    ("evidence-links", "POST"): lambda t: {"links": [{"ref": t.ref, "evidence": t.arguments["evidence_id"]}]},
    ("answer-evidence", "POST"): lambda t: {"evidence": t.arguments["evidence_id"]},
    ("answer-comments", "POST"): {"text": "A remark."},
    ("answer-reviews", "POST"): {"verdict": "changes_requested", "note": "Say more."},
    ("reviews", "POST"): lambda t: {
        "reviews": [{"ref": t.ref, "version": _version(t), "verdict": "changes_requested", "note": "Say more."}]
    },
    ("outside-reviewers", "POST"): lambda _: {
        "email": "other@outside.example", "access_until": live_until().isoformat(),
    },
    ("outside-reviewer", "PATCH"): lambda _: {"access_until": live_until().isoformat()},
    ("reports", "POST"): lambda t: {
        "assessment": t.arguments["assessment_id"], "snapshot": t.arguments["snapshot_id"],
    },
    ("report-links", "POST"): {"days": 3},
    ("schedules", "POST"): lambda t: {"assessment": t.arguments["assessment_id"], **_SCHEDULE},
    ("schedule", "PATCH"): {"name": "Weekly, for the board"},
}  # fmt: skip
_FORMS: dict[tuple[str, str], Any] = {
    ("evidence-list", "POST"): {"title": "Minutes", "file": _text_file("minutes.txt")},
    ("standard-imports", "POST"): {"files": ("controls.csv", b"ref,title\n1,One\n"), "preview": "true"},
    ("upload-send", "POST"): {"file": _text_file("minutes.txt")},
    ("evidence-versions", "POST"): {"file": _text_file("minutes.txt")},
    ("assessment-workbook", "POST"): lambda t: {
        "file": ("answers.xlsx", _workbook(t.pk, t.arguments["assessment_id"]))
    },
    ("assessment-workbook-apply", "POST"): lambda t: {
        "file": ("answers.xlsx", _workbook(t.pk, t.arguments["assessment_id"])),
        "rows": orjson.dumps([{"ref": t.ref, "version": _version(t)}]).decode(),
    },
}
_RAW: dict[tuple[str, str], Raw] = {
    ("invitations-upload", "POST"): Raw(b"email,role\nnew@example.org,viewer\n", "text/csv"),
}
_MILDER: dict[tuple[str, str], Any] = {
    ("invitation-accept", "POST"): {},
    ("answers", "PATCH"): lambda t: {"answers": [{"ref": t.ref, "version": _version(t), "note": "New."}]},
    ("answer", "PATCH"): {"note": "New."},
}
"""Bodies that ask for less than the good one does, which needs more than the operation's own right."""
_VARIANTS: dict[str, Any] = {
    "answers PATCH, naming an assignee": _JSON["answers", "PATCH"],
    "answer PATCH, naming an assignee": _JSON["answer", "PATCH"],
    "member PATCH, to owner": {"role": "owner"},
    "invitations POST, of an owner": {"email": "new@example.org", "role": "owner"},
    "invitation-accept POST, another's": _JSON["invitation-accept", "POST"],
}
"""Row of the permission matrix with a comma in it → the body it is about."""


def known_bodies() -> set[Operation]:
    return {Operation(*key) for key in (*_JSON, *_FORMS, *_RAW)}


def body_for(operation: Operation, tenant: Tenant) -> Body:
    key = (operation.name, operation.method)
    if key in _RAW:
        return Body(raw=_RAW[key])
    if key in _FORMS:
        return Body(form=_made(_FORMS[key], tenant))
    return Body(json=_made(_JSON[key], tenant)) if key in _JSON else NOTHING


def body_for_row(row: str, tenant: Tenant) -> Body:
    """The body with which a row of the permission matrix is tried. KeyError for a variant that is none."""
    name, _, variant = row.partition(",")
    operation = Operation(*name.split())
    if variant:
        return Body(json=_made(_VARIANTS[row], tenant))
    key = (operation.name, operation.method)
    return Body(json=_made(_MILDER[key], tenant)) if key in _MILDER else body_for(operation, tenant)


def _made(body: Any, tenant: Tenant) -> Any:
    """A body as it stands in the tables above, or made for the tenant."""
    return body(tenant) if callable(body) else body
