"""Who may do what: the one table of roles and actions.

Members need no rows per object: a role and this table decide. Outside reviewers hold grants on single assessments
(`assessments.models.grant`) and get OUTSIDE_ACTIONS there and nothing anywhere else.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    ASSESSOR = "assessor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"


class Action(StrEnum):
    ORGANISATION_READ = "organisation.read"
    ORGANISATION_CHANGE = "organisation.change"
    MEMBER_READ = "member.read"
    MEMBER_CHANGE = "member.change"
    INVITATION_READ = "invitation.read"
    INVITATION_SEND = "invitation.send"
    API_KEY_MANAGE = "api_key.manage"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    AUDIT_HEAD_READ = "audit_head.read"
    AUDIT_HEAD_MAIL = "audit_head.mail"
    JOB_READ = "job.read"
    ASSESSMENT_READ = "assessment.read"
    ASSESSMENT_CREATE = "assessment.create"
    ASSESSMENT_CHANGE = "assessment.change"
    ASSESSMENT_SUBMIT = "assessment.submit"
    ASSESSMENT_APPROVE = "assessment.approve"
    ANSWER_WRITE = "answer.write"
    ANSWER_ASSIGN = "answer.assign"
    COMMENT_WRITE = "comment.write"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_WRITE = "evidence.write"
    REVIEW_WRITE = "review.write"
    GRANT_MANAGE = "grant.manage"
    SNAPSHOT_TAKE = "snapshot.take"
    ACTION_WRITE = "action.write"
    REPORT_READ = "report.read"
    REPORT_MAKE = "report.make"
    SCHEDULE_READ = "schedule.read"
    SCHEDULE_MANAGE = "schedule.manage"


_VIEWER = frozenset(
    {
        Action.ORGANISATION_READ,
        Action.MEMBER_READ,
        Action.AUDIT_HEAD_READ,
        Action.JOB_READ,
        Action.ASSESSMENT_READ,
        Action.EVIDENCE_READ,
        Action.REPORT_READ,
        Action.SCHEDULE_READ,
    }
)
_REVIEWER = _VIEWER | {Action.COMMENT_WRITE, Action.REVIEW_WRITE, Action.REPORT_MAKE}
_ASSESSOR = _VIEWER | {
    Action.COMMENT_WRITE,
    Action.ANSWER_WRITE,
    Action.EVIDENCE_WRITE,
    Action.ASSESSMENT_SUBMIT,
    Action.SNAPSHOT_TAKE,
    Action.ACTION_WRITE,
    Action.REPORT_MAKE,
}
_ADMIN = frozenset(Action) - {Action.ORGANISATION_CHANGE, Action.AUDIT_HEAD_MAIL}
_OWNER = frozenset(Action)

ACTIONS: dict[Role, frozenset[Action]] = {
    Role.OWNER: _OWNER,
    Role.ADMIN: _ADMIN,
    Role.ASSESSOR: _ASSESSOR,
    Role.REVIEWER: _REVIEWER,
    Role.VIEWER: _VIEWER,
}

OUTSIDE_ACTIONS: frozenset[Action] = frozenset(
    {Action.ASSESSMENT_READ, Action.EVIDENCE_READ, Action.COMMENT_WRITE, Action.REVIEW_WRITE}
)

_RANK = {Role.VIEWER: 0, Role.REVIEWER: 1, Role.ASSESSOR: 1, Role.ADMIN: 2, Role.OWNER: 3}


def may_hand_out(*, own: Role, offered: Role) -> bool:
    """Whether somebody with role `own` may give `offered`: never one above their own."""
    return _RANK[offered] <= _RANK[own]


def lower(first: Role, second: Role) -> frozenset[Action]:
    """What is allowed to both roles: the reach of a key is never wider than that of the person behind it."""
    return ACTIONS[first] & ACTIONS[second]
