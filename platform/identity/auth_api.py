"""django-allauth's headless views with this house's forms, and the addresses they answer.

They stand before allauth's own in the URL configuration; the names stay allauth's.
"""

from __future__ import annotations

from typing import Any

from allauth.headless.account.inputs import SignupInput
from allauth.headless.account.views import SignupView
from allauth.headless.constants import Client
from allauth.headless.internal.restkit.inputs import Input
from allauth.headless.mfa import views
from allauth.headless.mfa.inputs import DeleteWebAuthnInput, UpdateWebAuthnInput
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from identity import factors
from identity.authentication import signed_in
from identity.services import first_factor_ends_other_sessions


class CodeInput(factors.CodeForm, Input):  # type: ignore[misc] # the library has no types
    pass


class CodeAgainInput(factors.CodeAgainForm, Input):  # type: ignore[misc]
    pass


class ActivateAppInput(factors.ActivateAppForm, Input):  # type: ignore[misc]
    pass


class PasskeyInput(factors.PasskeyForm, Input):  # type: ignore[misc]
    pass


class PasskeyAgainInput(factors.PasskeyAgainForm, Input):  # type: ignore[misc]
    pass


class PasskeyAloneInput(factors.PasskeyAloneForm, Input):  # type: ignore[misc]
    pass


class AddPasskeyInput(factors.AddPasskeyForm, Input):  # type: ignore[misc]
    pass


class _FirstEndsOthers:
    """POST sets up a factor."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with first_factor_ends_other_sessions(signed_in(request), keep=request.session.session_key):
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        return response


class AppView(_FirstEndsOthers, views.ManageTOTPView):  # type: ignore[misc]
    pass


class PasskeysView(_FirstEndsOthers, views.ManageWebAuthnView):  # type: ignore[misc]
    pass


_VIEWS = (
    ("auth/2fa/authenticate", views.AuthenticateView, CodeInput),
    ("auth/2fa/reauthenticate", views.ReauthenticateView, CodeAgainInput),
    ("auth/webauthn/authenticate", views.AuthenticateWebAuthnView, {"POST": PasskeyInput}),
    ("auth/webauthn/reauthenticate", views.ReauthenticateWebAuthnView, {"POST": PasskeyAgainInput}),
    ("auth/webauthn/login", views.LoginWebAuthnView, {"POST": PasskeyAloneInput}),
    ("account/authenticators/totp", AppView, {"POST": ActivateAppInput}),
    (
        "account/authenticators/webauthn",
        PasskeysView,
        {"POST": AddPasskeyInput, "PUT": UpdateWebAuthnInput, "DELETE": DeleteWebAuthnInput},
    ),
)

urlpatterns = [
    path(f"browser/v1/{address}", view.as_api_view(client=Client.BROWSER, input_class=form))
    for address, view, form in _VIEWS
]
# The account and the mail about it are made together or not at all.
urlpatterns.append(
    path(
        "browser/v1/auth/signup",
        transaction.atomic(SignupView.as_api_view(client=Client.BROWSER, input_class={"POST": SignupInput})),
        name="sign-up",
    )
)
