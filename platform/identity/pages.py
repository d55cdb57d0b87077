"""Our own pages among allauth's under /account/."""

from __future__ import annotations

import contextlib
import uuid
from typing import Any

from allauth.account.views import signup
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from api.problems import NotFound
from identity.authentication import signed_in
from identity.models import Person
from identity.selectors import session_body, sessions_of
from identity.services import end_session, end_sessions, first_factor_ends_other_sessions


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sessions_page(request: HttpRequest) -> HttpResponse:
    """Where I am signed in; a form ends one of them or all the others."""
    person, current = request.user, str(request.session.session_key)
    if not isinstance(person, Person):
        return HttpResponseRedirect(reverse("account_login"))
    rows = [session_body(row, current=current) for row in sessions_of(person).order_by("-last_seen")]
    if request.method == "GET":
        rows.sort(key=lambda row: not row["current"])
        return render(request, "plumbline/sessions.html", {"rows": rows})
    chosen = request.POST.get("session", "")
    if chosen == "others":
        end_sessions(person, keep=current)
    elif any(str(row["id"]) == chosen and row["current"] for row in rows):
        logout(request)
    else:
        with contextlib.suppress(ValueError, NotFound):  # a second click: it has ended already
            end_session(person, session_id=uuid.UUID(chosen))
    return HttpResponseRedirect(reverse("account_sessions"))


class _FirstEndsOthers:
    """A form that sets up a factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        request: HttpRequest = self.request  # type: ignore[attr-defined] # of the view it is mixed into
        with first_factor_ends_other_sessions(signed_in(request), keep=request.session.session_key):
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response


class ActivateAppPage(_FirstEndsOthers, ActivateTOTPView):  # type: ignore[misc] # the library has no types
    pass


class AddPasskeyPage(_FirstEndsOthers, AddWebAuthnView):  # type: ignore[misc]
    pass


urlpatterns = [
    path("sessions/", sessions_page, name="account_sessions"),
    # The account and the mail about it are made together or not at all.
    path("signup/", transaction.atomic(signup), name="account_signup"),
    path("2fa/totp/activate/", ActivateAppPage.as_view(), name="mfa_activate_totp"),
    path("2fa/webauthn/add/", AddPasskeyPage.as_view(), name="mfa_add_webauthn"),
]
"""Before allauth's own, under allauth's names."""
