"""A browser that keeps cookies and sends the CSRF token back, as a page's script would; and somebody to sit at it."""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import time
from base64 import b32decode
from typing import Any
from urllib.parse import unquote

import orjson
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from identity.models import Person

AUTH = "/api/v1/auth/browser/v1"
EMAIL, PASSWORD = "olga@new.example", "correct horse battery"


class Browser:
    def __init__(self, **headers: str) -> None:
        self.client = Client(enforce_csrf_checks=True, headers={k.replace("_", "-"): v for k, v in headers.items()})
        self.client.get(f"{AUTH}/auth/session")

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        token = self.client.cookies["csrftoken"].value
        return self.client.generic(
            method,
            path,
            b"" if body is None else orjson.dumps(body),
            "application/json",
            headers={"X-CSRFToken": token} | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def auth(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.call(method, f"{AUTH}/{path}", body, **headers)

    def page(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> Any:
        """A page, or what a form on it leads to: without any script."""
        if fields is None:
            return self.client.get(path, headers=headers, follow=True)
        token = self.client.cookies["csrftoken"].value
        return self.client.post(path, fields | {"csrfmiddlewaretoken": token}, headers=headers, follow=True)

    def sign_in(self, *, email: str = EMAIL, password: str = PASSWORD) -> Any:
        return self.auth("POST", "auth/login", {"email": email, "password": password})

    def reauthenticate(self, password: str = PASSWORD) -> Any:
        return self.auth("POST", "auth/reauthenticate", {"password": password})

    def is_in(self) -> bool:
        return bool(self.call("GET", "/api/v1/me/").status_code == 200)


def key_of_mail(pattern: str) -> str:
    """What `pattern` catches in the newest mail."""
    found = re.search(pattern, str(mail.outbox[-1].body))
    assert found is not None
    return unquote(found[1])


def sign_up(email: str = EMAIL, password: str = PASSWORD) -> Person:
    """Somebody whose address is verified, with a password that hashes as a real one does."""
    person = Person.objects.create_user(email, password, name=email.partition("@")[0].title())
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def totp(secret: str, *, steps: int = 0) -> str:
    """The code an app shows now, or some steps of 30 s away: RFC 6238 with SHA-1 and six digits."""
    counter = int(time.time()) // 30 + steps
    digest = hmac.new(b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def set_up_app(browser: Browser) -> str:
    """An authenticator app for whoever is signed in; the key it keeps."""
    browser.reauthenticate()
    asked = browser.auth("GET", "account/authenticators/totp").json()
    secret = str(asked["meta"]["secret"])
    answer = browser.auth("POST", "account/authenticators/totp", {"code": totp(secret, steps=-1)})
    assert answer.status_code == 200, answer.content
    return secret
