"""Our own pages among allauth's under /account/."""

from __future__ import annotations

import contextlib
import uuid

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from api.problems import NotFound
from identity.models import Person
from identity.selectors import session_body, sessions_of
from identity.services import end_session, end_sessions


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
