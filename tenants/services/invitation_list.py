"""Many invitations at once, from a file: what is good is invited, what is bad is told line by line."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from api.problems import Invalid
from tenants.access import Access
from tenants.invitation_file import Row, UnreadableFile, read_list
from tenants.models import Membership
from tenants.models.invitation import OUTSIDE
from tenants.roles import Role
from tenants.services.invitation_turns import Turns
from tenants.services.invitations import make, open_offers

_LONGEST_ADDRESS = 254
_SHOWN = 254


def invite_listed(*, access: Access, content: bytes) -> dict[str, Any]:
    """The answer to an uploaded list, with one entry for each of its lines.

    Whoever is a member or invited already is left as they are, so that sending a file again does no harm.
    Raises Invalid (`unreadable-file`, with the line) when no line can be read; then nobody was invited.
    """
    try:
        listed = read_list(content, roles=[role.value for role in Role])
    except UnreadableFile as unreadable:
        raise Invalid({"file": [str(unreadable)]}, slug="unreadable-file", line=unreadable.line) from None
    turns = Turns(access.organisation, inviter_id=access.person_id)
    emails = {row.email for row in listed.rows}
    members = set(Membership.objects.filter(person__email__in=emails).values_list("person__email", flat=True))
    offers = open_offers().filter(email__in=emails).exclude(offer=OUTSIDE)
    invited = {email: (offer, pk) for email, offer, pk in offers.values_list("email", "offer", "pk")}
    entries = []
    for row in listed.rows:
        if fault := _fault(row, access=access):
            entries.append(_entry(row, "refused", column=fault[0], reason=fault[1]))
        elif row.email in members:
            entries.append(_entry(row, "already_member", reason="This address belongs to a member."))
        elif row.email in invited:
            offer, invitation_id = invited[row.email]
            reason = f"An invitation as {offer} is open; send it again or revoke it."
            entries.append(_entry(row, "already_invited", reason=reason, invitation=invitation_id))
        else:
            made = make(access=access, email=row.email, offer=row.role, at=turns.next())
            entries.append(_entry(row, "invited", invitation=made.pk, mail_at=made.mail_at))
    counts = Counter(entry["result"] for entry in entries)
    return {
        "counts": {result: counts[result] for result in ("invited", "already_invited", "already_member", "refused")},
        "ignored_columns": listed.ignored_columns,
        "rows": entries,
    }


def _fault(row: Row, *, access: Access) -> tuple[str, str] | None:
    """Column and reason of what is wrong with a line, or None."""
    if row.reason:
        return row.column, row.reason
    try:
        validate_email(row.email)
    except ValidationError:
        return "email", "This is no e-mail address."
    if len(row.email) > _LONGEST_ADDRESS:
        return "email", "The address is too long."
    if not access.may_give(Role(row.role)):
        return "role", "That role is above your own."
    return None


def _entry(row: Row, result: str, *, column: str = "", reason: str = "", **more: Any) -> dict[str, Any]:
    told = {"line": row.line, "email": row.email[:_SHOWN], "role": row.role[:_SHOWN], "result": result}
    return told | {"column": column, "reason": reason, "invitation": None, "mail_at": None} | more
