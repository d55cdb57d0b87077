from assessments.models.action import Action
from assessments.models.answer import Answer, AnswerComment
from assessments.models.assessment import Assessment, AssessmentScore
from assessments.models.evidence import Evidence, EvidenceLink, EvidenceVersion, FileState, VirusScan
from assessments.models.grant import OutsideInvitation, ReviewGrant
from assessments.models.inheritance import InheritedAnswer, InheritedState
from assessments.models.reminder import EvidenceReminder, ReminderKind
from assessments.models.request import EvidenceRequest, RequestedFile
from assessments.models.review import Review
from assessments.models.snapshot import Snapshot
from assessments.models.standard_import import ImportState, StandardImport
from assessments.models.storage import StorageQuota, StorageReservation
from assessments.models.upload import DirectUpload, UploadState

__all__ = [
    "Action",
    "Answer",
    "AnswerComment",
    "Assessment",
    "AssessmentScore",
    "DirectUpload",
    "Evidence",
    "EvidenceLink",
    "EvidenceReminder",
    "EvidenceRequest",
    "EvidenceVersion",
    "FileState",
    "ImportState",
    "InheritedAnswer",
    "InheritedState",
    "OutsideInvitation",
    "ReminderKind",
    "RequestedFile",
    "Review",
    "ReviewGrant",
    "Snapshot",
    "StandardImport",
    "StorageQuota",
    "StorageReservation",
    "UploadState",
    "VirusScan",
]
