"""Every refusal under /api/v1/auth/ is a problem document that says what to do next."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import Person
from tests.identity.browser import AUTH, EMAIL, Browser, set_up_app, sign_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> Person:
    return sign_up()


def _slug(response: Any, *, status: int) -> str:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status"} <= body.keys()
    assert body["status"] == status
    return str(body["type"].removeprefix("urn:plumbline:problem:"))


def test_each_refusal_has_a_word_of_its_own(olga: Person):
    stranger, home = Browser(), Browser()
    home.sign_in()
    assert _slug(stranger.auth("GET", "auth/session"), status=401) == "not-signed-in"
    assert _slug(stranger.sign_in(password="wrong"), status=400) == "invalid"
    assert _slug(home.sign_in(), status=409) == "conflict"
    assert _slug(home.auth("DELETE", "account/authenticators/webauthn", {}), status=400) == "invalid"
    assert _slug(home.auth("PUT", "auth/session"), status=405) == "method-not-allowed"
    assert _slug(home.auth("GET", "auth/nowhere"), status=404) == "not-found"
    assert _slug(home.auth("GET", "account/authenticators/recovery-codes"), status=404) == "not-found"
    assert _slug(home.auth("POST", "account/email", {"email": "more@new.example"}), status=401) == "confirm-first"
    assert _slug(stranger.client.post(f"{AUTH}/auth/login"), status=403) == "csrf"


def test_a_field_at_fault_is_named_in_words_and_by_a_stable_code(olga: Person):
    body = Browser().auth("POST", "auth/login", {"email": "no address"}).json()
    assert body["errors"].keys() == body["codes"].keys() == {"email", "password"}
    assert body["codes"]["password"] == ["required"]


def test_an_unfinished_sign_in_tells_the_next_step(olga: Person):
    home = Browser()
    home.sign_in()
    set_up_app(home)
    answer = Browser().sign_in()
    assert _slug(answer, status=401) == "sign-in-unfinished"
    assert "2fa/authenticate" in answer.json()["detail"]
    assert answer.json()["data"]["flows"]
    new = Browser().auth("POST", "auth/signup", {"email": "new@new.example", "password": "correct horse battery"})
    assert _slug(new, status=401) == "sign-in-unfinished"
    assert "mail" in new.json()["detail"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"x"'])
def test_what_is_no_json_object_is_told_so(olga: Person, body: bytes):
    browser = Browser()
    token = browser.client.cookies["csrftoken"].value
    answer = browser.client.generic(
        "POST", f"{AUTH}/auth/login", body, "application/json", headers={"X-CSRFToken": token}
    )
    assert _slug(answer, status=400) == "malformed"


def test_a_body_of_more_than_a_mebibyte_is_too_large(olga: Person):
    answer = Browser().auth("POST", "auth/login", {"email": EMAIL, "password": "x" * 1_100_000})
    assert _slug(answer, status=413) == "too-large"


def test_setting_up_an_app_tells_the_key_in_a_404(olga: Person):
    """allauth's own way: there is no app yet, and here is what one would be made of."""
    home = Browser()
    home.sign_in()
    answer = home.auth("GET", "account/authenticators/totp")
    assert _slug(answer, status=404) == "not-found"
    assert answer.json()["meta"]["totp_url"].startswith("otpauth://totp/")
