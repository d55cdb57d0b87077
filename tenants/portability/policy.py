"""What of an organisation travels in its export: every tenant model stands here once, with what is left out and why.

Of a model that has public rows too, the organisation's own travel. A tenant model that is missing here, and a column
whose name sounds like a secret and of which nothing is said, fail `tests/architecture/test_portability.py`.
"""

from __future__ import annotations

from typing import Final

NOBODYS_TOKEN: Final = "encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex')"  # noqa: S105
"""SQL for what stands in the place of a token's hash after a move: 244 random bits, the hash of no token."""
EMPTY: Final = "NULL"

TRAVELS: Final[dict[str, dict[str, str]]] = {
    "tenants.Membership": {"last_active_at": EMPTY},
    "tenants.Invitation": {"token_hash": NOBODYS_TOKEN},
    "tenants.InvitationMail": {},
    "tenants.AuditHead": {},
    "tenants.AuditEvent": {},
    "tenants.SignedHead": {},
    "catalogue.Standard": {},
    "catalogue.Requirement": {},
    "catalogue.RequirementText": {},
    "catalogue.StandardText": {},
    "catalogue.Crosswalk": {},
    "catalogue.CrosswalkGroup": {},
    "catalogue.StandardDraft": {},
    "assessments.Assessment": {},
    "assessments.AssessmentScore": {},
    "assessments.Answer": {},
    "assessments.AnswerComment": {},
    "assessments.Evidence": {},
    "assessments.EvidenceVersion": {},
    "assessments.EvidenceLink": {},
    "assessments.EvidenceRequest": {"token_hash": NOBODYS_TOKEN},
    "assessments.RequestedFile": {},
    "assessments.EvidenceReminder": {},
    "assessments.InheritedAnswer": {},
    "assessments.Review": {},
    "assessments.ReviewGrant": {"last_seen_at": EMPTY},
    "assessments.OutsideInvitation": {},
    "assessments.Snapshot": {},
    "assessments.Action": {},
    "reports.Report": {"job_id": EMPTY},
    "reports.ReportLink": {"token_hash": NOBODYS_TOKEN},
    "reports.Schedule": {},
    "reports.Occurrence": {},
    "reports.Delivery": {},
}
"""Model → columns that stay behind, with the SQL of what stands in their place after a move."""

STAYS: Final[dict[str, str]] = {
    "tenants.ApiKey": "opens doors; keys are made anew where the organisation arrives",
    "tenants.IdempotencyRecord": "answers to requests of the last day, to this very address",
    "tenants.Job": "work of this installation's worker",
    "assessments.StorageQuota": "what this installation grants; another grants its own",
    "assessments.StorageReservation": "promises to uploads under way here",
    "assessments.DirectUpload": "on their way in, by addresses of this installation",
    "assessments.StandardImport": "reports on files read here; what was made of them travels as drafts and standards",
    "tenants.OrganisationExport": "the exports themselves, whose files lie here",
}

NO_SECRETS: Final[dict[str, str]] = {
    "catalogue.Standard.content_hash": "what assessments pin",
    "catalogue.Standard.files_hash": "empty: an organisation's own standard was made from no files of the catalogue",
    "catalogue.Crosswalk.content_hash": "of what it says",
    "catalogue.Crosswalk.files_hash": "empty, likewise",
    "tenants.AuditHead.hash": "the end of the chain, without which it could not be checked",
    "tenants.AuditEvent.hash": "a link of the chain",
    "tenants.SignedHead.hash": "a link of the chain",
    "tenants.SignedHead.key_id": "names a public key",
    "reports.Occurrence.key": "a local date and time",
}
"""Columns that sound like secrets and travel, with the reason why they may."""

ORGANISATION_STAYS: Final = ("creation_key", "creation_fingerprint", "closing_at", "closing_by_id")
"""Columns of the organisation itself that stay behind: what only this installation can use."""

MOVING_EVENTS: Final = (
    "organisation.export_requested", "organisation.exported", "organisation.export_failed",
    "organisation.export_link_made", "organisation.export_downloaded", "organisation.imported",
)  # fmt: skip
"""Events that tell of the moving itself. At the end of a trail they do not count for the canonical hash, so that a move
does not change what was moved."""
