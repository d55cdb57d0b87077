from tenants.models.api_key import ApiKey
from tenants.models.audit import AuditEvent, AuditHead, SignedHead
from tenants.models.idempotency import IdempotencyRecord
from tenants.models.invitation import Invitation, InvitationMail
from tenants.models.job import Job, JobState, Wakeup
from tenants.models.organisation import Membership, Organisation

__all__ = [
    "ApiKey",
    "AuditEvent",
    "AuditHead",
    "IdempotencyRecord",
    "Invitation",
    "InvitationMail",
    "Job",
    "JobState",
    "Membership",
    "Organisation",
    "SignedHead",
    "Wakeup",
]
