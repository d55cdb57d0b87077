from tenants.models.api_key import ApiKey
from tenants.models.audit import AuditEvent, AuditHead, SignedHead
from tenants.models.idempotency import IdempotencyRecord
from tenants.models.invitation import Invitation, InvitationMail
from tenants.models.job import Job, JobState, Wakeup
from tenants.models.leaving import DeletionCertificate, ExportState, OrganisationExport
from tenants.models.organisation import Membership, Organisation

__all__ = [
    "ApiKey",
    "AuditEvent",
    "AuditHead",
    "DeletionCertificate",
    "ExportState",
    "IdempotencyRecord",
    "Invitation",
    "InvitationMail",
    "Job",
    "JobState",
    "Membership",
    "Organisation",
    "OrganisationExport",
    "SignedHead",
    "Wakeup",
]
