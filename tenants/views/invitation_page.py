"""The page behind an invitation's link: what is offered, by whom, and a button to accept. Works without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from api.problems import Conflict, Forbidden, NotFound, Problem
from api.throttling import AddressThrottle, PersonThrottle, client_address
from identity.models import Person
from tenants import audit
from tenants.models import Invitation, Organisation
from tenants.scope import ORGANISATION_SETTING, entered, forget
from tenants.services import invitations
from tenants.views.tenant import enter_organisation

if TYPE_CHECKING:
    from rest_framework.request import Request

_TEMPLATE = "tenants/invitation.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_page(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """GET shows the offer to whoever holds the link; POST accepts it for the signed-in person.

    One transaction inside the organisation of the address; a problem undoes it and becomes a page.
    """
    try:
        with transaction.atomic():
            organisation = enter_organisation(slug)
            if organisation is None:
                raise NotFound
            with entered(organisation.pk):
                response = _answer(request, organisation=organisation, token=token)
            forget(ORGANISATION_SETTING)
            return response
    except Problem as problem:
        return render(request, _TEMPLATE, {"problem": problem}, status=problem.status)


def _answer(request: HttpRequest, *, organisation: Organisation, token: str) -> HttpResponse:
    if organisation.closing_at is not None:
        raise Problem("organisation-closing", status=410, title="This organisation takes nobody in any more.")
    # Not wrapped in DRF's request: that would sign the person out for the rest of this one.
    plain = cast("Request", request)
    if not all(throttle().allow_request(plain, None) for throttle in (PersonThrottle, AddressThrottle)):
        raise Problem("too-many-requests", status=429, title="Too many requests. Try again in a minute.")
    if request.method == "POST":
        return _accept(request, organisation=organisation, token=token)
    invitation = invitations.find_by_token(token)
    person = request.user if isinstance(request.user, Person) else None
    if invitation.accepted_at and person is not None and invitation.accepted_by_id == person.pk:
        return _show(request, organisation=organisation, invitation=invitation, accepted=True)
    invitations.require_open(invitation)
    return _show(request, organisation=organisation, invitation=invitation)


def _accept(request: HttpRequest, *, organisation: Organisation, token: str) -> HttpResponse:
    if not isinstance(request.user, Person):
        return _show(request, organisation=organisation, invitation=invitations.find_by_token(token))
    audit.set_actor(request, actor=f"person:{request.user.pk}", address=client_address(request))
    invitation = invitations.find_by_token(token)
    try:
        with transaction.atomic():
            invitations.accept(person=request.user, token=token)
    except (Forbidden, Conflict) as problem:
        return _show(
            request, organisation=organisation, invitation=invitation, refusal=problem.detail, status=problem.status
        )
    return redirect(request.path)


def _show(
    request: HttpRequest, *, organisation: Organisation, invitation: Invitation, status: int = 200, **more: Any
) -> HttpResponse:
    words = {
        "organisation": organisation.name,
        "inviter": invitation.invited_by.display_name,
        "offer": invitations.offer_in_words(invitation),
        "expires_at": invitation.expires_at,
        "here": request.path,
    }
    return render(request, _TEMPLATE, words | more, status=status)
