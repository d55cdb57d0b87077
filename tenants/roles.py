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


class Scope(StrEnum):
    """What an API key was made for. A key reaches what its scope names and its person's role allows, and no more."""

    READ = "read"
    ASSESS = "assess"
    ADMIN = "admin"


class Action(StrEnum):
    ORGANISATION_READ = "organisation.read"
    ORGANISATION_CHANGE = "organisation.change"
    SIGN_IN_MANAGE = "sign_in.manage"
    LANGUAGE_MANAGE = "language.manage"
    ORGANISATION_EXPORT = "organisation.export"
    ORGANISATION_CLOSE = "organisation.close"
    MEMBER_READ = "member.read"
    MEMBER_CHANGE = "member.change"
    INVITATION_READ = "invitation.read"
    INVITATION_SEND = "invitation.send"
    API_KEY_MANAGE = "api_key.manage"
    ACCESS_REVIEW = "access.review"
    OWNERSHIP_TRANSFER = "ownership.transfer"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    AUDIT_HEAD_READ = "audit_head.read"
    AUDIT_HEAD_MAIL = "audit_head.mail"
    JOB_READ = "job.read"
    STANDARD_READ = "standard.read"
    STANDARD_MANAGE = "standard.manage"
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
        Action.STANDARD_READ,
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
_OWNERS_OWN = frozenset(
    {
        Action.ORGANISATION_CHANGE,
        Action.ORGANISATION_EXPORT,
        Action.ORGANISATION_CLOSE,
        Action.AUDIT_HEAD_MAIL,
        Action.OWNERSHIP_TRANSFER,
    }
)
_ADMIN = frozenset(Action) - _OWNERS_OWN
_OWNER = frozenset(Action)

ACTIONS: dict[Role, frozenset[Action]] = {
    Role.OWNER: _OWNER,
    Role.ADMIN: _ADMIN,
    Role.ASSESSOR: _ASSESSOR,
    Role.REVIEWER: _REVIEWER,
    Role.VIEWER: _VIEWER,
}

SCOPES: dict[Scope, frozenset[Action]] = {
    Scope.READ: _VIEWER,
    Scope.ASSESS: _ASSESSOR | _REVIEWER,
    Scope.ADMIN: _ADMIN,
}
"""No scope names what owners alone may do: that takes a person who signed in."""

OUTSIDE_ACTIONS: frozenset[Action] = frozenset(
    {Action.ASSESSMENT_READ, Action.EVIDENCE_READ, Action.COMMENT_WRITE, Action.REVIEW_WRITE}
)

_RANK = {Role.VIEWER: 0, Role.REVIEWER: 1, Role.ASSESSOR: 1, Role.ADMIN: 2, Role.OWNER: 3}


def may_hand_out(*, own: Role, offered: Role) -> bool:
    """Whether somebody with role `own` may give `offered`: never one above their own."""
    return _RANK[offered] <= _RANK[own]


def reach(role: Role, scope: Scope) -> frozenset[Action]:
    """What a key with this scope may do while its person has this role."""
    return ACTIONS[role] & SCOPES[scope]
