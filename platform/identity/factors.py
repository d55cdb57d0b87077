"""Second factors: authenticator apps (RFC 6238), passkeys (WebAuthn) and recovery codes, by django-allauth.

What is done differently here: secrets are sealed at rest, a code works once for 90 s whatever becomes of the cache, and
tries are limited for each person.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.conf import settings
from django.utils import timezone
from fido2.utils import websafe_decode

from identity import limits, sealing
from identity.models import Person, SpentCode

SPENT_FOR = timedelta(minutes=3)
"""Longer than any code is accepted: its own 30 s, and the steps before and after it."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # the library has no types
    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return "Plumbline"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host of BASE_URL, whatever name a request came in by."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "localhost", "name": "Plumbline"}

    def generate_authenticator_name(self, user: Person, type: str) -> str:  # noqa: A002 - the library's name for it
        known = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {known + 1}"


def spend(person: Person, code: str) -> None:
    """Use up a code that was right. Raises the library's "incorrect code" when it was used before.

    The row is the truth, so that neither a lost cache nor two requests at once let a code in twice.
    """
    now = timezone.now()
    SpentCode.objects.filter(person=person, at__lt=now - SPENT_FOR).delete()
    made = SpentCode.objects.bulk_create(
        [SpentCode(person=person, code=normalize_user_code(code)[:16], at=now)], ignore_conflicts=True
    )
    if not SpentCode.objects.filter(pk=made[0].pk).exists():
        raise get_adapter().validation_error("incorrect_code")


class _CodeOnce:
    def clean_code(self) -> str:
        limits.take(limits.CODE, request=context.request, person=self.user.pk)  # type: ignore[attr-defined]
        code: str = super().clean_code()  # type: ignore[misc] # of the form it is mixed into
        if self.authenticator.type == Authenticator.Type.TOTP:  # type: ignore[attr-defined]
            spend(self.user, code)  # type: ignore[attr-defined]
        return code


class CodeForm(_CodeOnce, AuthenticateForm):  # type: ignore[misc]
    """A code, after the password."""


class CodeAgainForm(_CodeOnce, ReauthenticateForm):  # type: ignore[misc]
    """A code, before something delicate."""


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app; it does not open the next sign-in too."""

    def clean_code(self) -> str:
        limits.take(limits.CODE, request=context.request, person=self.user.pk)
        code: str = super().clean_code()
        spend(self.user, code)
        return code


def require_own_page(credential: Any) -> None:
    """Refuse what a browser made for another page. The library would take any port and any host below ours.

    Raises ValueError, KeyError or TypeError, as for whatever else cannot be read.
    """
    said = json.loads(websafe_decode(credential["response"]["clientDataJSON"]))
    if said["origin"] != settings.BASE_URL:
        raise ValueError("made for another page")


class _WellFormed:
    """A credential is whatever a browser, or somebody in its place, sends: what cannot be read is wrong, not a defect.

    The library reads it field by field and meets a missing one with an AttributeError or KeyError.
    """

    def clean_credential(self) -> Any:
        limits.take(limits.PASSKEY, request=context.request)
        try:
            require_own_page(self.cleaned_data["credential"])  # type: ignore[attr-defined]
            return super().clean_credential()  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(_WellFormed, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey, after the password."""


class PasskeyAgainForm(_WellFormed, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey, before something delicate."""


class PasskeyAloneForm(_WellFormed, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of address and password; the device asks its owner for a finger or a PIN."""


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    def clean(self) -> dict[str, Any]:
        try:
            if self.cleaned_data.get("credential"):
                require_own_page(self.cleaned_data["credential"])
            cleaned: dict[str, Any] = super().clean()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned
