"""Passkeys over HTTP with an authenticator in software: what a browser would send, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator as Kept

from identity.models import Person
from tests.identity.browser import EMAIL, PASSWORD, Browser, sign_up
from tests.identity.passkey import PRESENT, Authenticator

pytestmark = pytest.mark.django_db
KEYS, LOGIN, STEP = "account/authenticators/webauthn", "auth/webauthn/login", "auth/webauthn/authenticate"


@pytest.fixture
def olga() -> Person:
    return sign_up()


@pytest.fixture
def home(olga: Person) -> Browser:
    browser = Browser()
    browser.sign_in()
    browser.reauthenticate()
    return browser


def _add(browser: Browser, device: Authenticator, *, name: str = "Laptop") -> Any:
    options = browser.auth("GET", f"{KEYS}?passwordless").json()["data"]["creation_options"]
    return browser.auth("POST", KEYS, {"name": name, "credential": device.create(options)})


def _options(browser: Browser, path: str) -> dict[str, Any]:
    return dict(browser.auth("GET", path).json()["data"]["request_options"])


def test_a_passkey_signs_in_alone(home: Browser, olga: Person):
    device = Authenticator()
    assert _add(home, device).status_code == 200
    away = Browser()
    answer = away.auth("POST", LOGIN, {"credential": device.get(_options(away, LOGIN))})
    assert answer.status_code == 200, answer.content
    assert away.call("GET", "/api/v1/me/").json()["email"] == EMAIL


def test_a_passkey_is_a_second_factor_after_the_password(home: Browser):
    device = Authenticator(flags=PRESENT)
    options = home.auth("GET", KEYS).json()["data"]["creation_options"]
    assert home.auth("POST", KEYS, {"name": "Key", "credential": device.create(options)}).status_code == 200
    away = Browser()
    assert away.sign_in().status_code == 401
    assert not away.is_in()
    answer = away.auth("POST", STEP, {"credential": device.get(_options(away, STEP))})
    assert answer.status_code == 200, answer.content
    assert away.is_in()


def test_without_a_finger_or_pin_it_does_not_replace_the_password(home: Browser):
    device = Authenticator()
    _add(home, device)
    device.flags = PRESENT
    away = Browser()
    assert away.auth("POST", LOGIN, {"credential": device.get(_options(away, LOGIN))}).status_code == 400
    assert not away.is_in()


def test_an_answer_works_once_and_only_for_its_own_challenge(home: Browser):
    device = Authenticator()
    _add(home, device)
    away = Browser()
    said = device.get(_options(away, LOGIN))
    assert away.auth("POST", LOGIN, {"credential": said}).status_code == 200
    away.auth("DELETE", "auth/session")
    assert away.auth("POST", LOGIN, {"credential": said}).status_code == 400
    other = Browser()
    _options(other, LOGIN)
    assert other.auth("POST", LOGIN, {"credential": said}).status_code == 400


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost:9000",
        "https://localhost:8000.evil.example",
    ],
)
def test_a_false_page_gets_nothing(home: Browser, origin: str):
    device = Authenticator()
    _add(home, device)
    device.origin = origin
    away = Browser()
    assert away.auth("POST", LOGIN, {"credential": device.get(_options(away, LOGIN))}).status_code == 400
    options = home.auth("GET", KEYS).json()["data"]["creation_options"]
    bad = Authenticator(origin=origin).create(options)
    assert home.auth("POST", KEYS, {"name": "X", "credential": bad}).status_code == 400


def test_another_key_and_a_forged_signature_are_refused(home: Browser):
    device = Authenticator()
    _add(home, device)
    forged = Authenticator(credential_id=device.credential_id, user_handle=device.user_handle)
    stranger = Authenticator(user_handle=device.user_handle)
    for wrong in (forged, stranger):
        away = Browser()
        assert away.auth("POST", LOGIN, {"credential": wrong.get(_options(away, LOGIN))}).status_code == 400
        assert not away.is_in()


def test_a_key_of_one_person_does_not_sign_in_another(home: Browser):
    device = Authenticator()
    _add(home, device)
    other = sign_up("otto@new.example")
    theirs = Browser()
    theirs.sign_in(email="otto@new.example")
    theirs.reauthenticate()
    own = Authenticator()
    _add(theirs, own)
    own.user_handle, handle = device.user_handle, own.user_handle
    away = Browser()
    assert away.auth("POST", LOGIN, {"credential": own.get(_options(away, LOGIN))}).status_code == 400
    own.user_handle = handle
    step = Browser()
    step.sign_in()
    assert step.auth("POST", STEP, {"credential": own.get(_options(step, STEP))}).status_code == 400
    assert Kept.objects.filter(user=other).exists()


@pytest.mark.parametrize(
    "credential",
    [None, "x", 7, [], {}, {"id": "a"}, {"id": "a", "rawId": "a", "response": {}, "type": "public-key"},
     {"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {},
      "response": {"authenticatorData": "AA", "clientDataJSON": "AA", "signature": "AA", "userHandle": None}},
     {"id": "AA", "rawId": "AA", "type": "public-key",
      "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}],
)  # fmt: skip
def test_rubbish_is_refused_and_no_defect(home: Browser, credential: Any):
    away = Browser()
    _options(away, LOGIN)
    assert away.auth("POST", LOGIN, {"credential": credential}).status_code == 400
    home.auth("GET", KEYS)
    assert home.auth("POST", KEYS, {"name": "X", "credential": credential}).status_code == 400
    assert home.auth("POST", "auth/webauthn/reauthenticate", {"credential": credential}).status_code == 400


def test_a_passkey_confirms_before_something_delicate(home: Browser):
    device = Authenticator()
    _add(home, device)
    path = "auth/webauthn/reauthenticate"
    assert home.auth("POST", path, {"credential": device.get(_options(home, path))}).status_code == 200


def test_passkeys_are_renamed_and_removed_by_their_owner_alone(home: Browser):
    _add(home, Authenticator())
    kept = Kept.objects.get(type="webauthn")
    sign_up("otto@new.example")
    theirs = Browser()
    theirs.sign_in(email="otto@new.example")
    theirs.reauthenticate(PASSWORD)
    assert theirs.auth("PUT", KEYS, {"id": kept.pk, "name": "Mine"}).status_code == 400
    assert theirs.auth("DELETE", KEYS, {"authenticators": [kept.pk]}).status_code == 400
    assert theirs.client.get(f"/account/2fa/webauthn/keys/{kept.pk}/remove/").status_code == 404
    assert home.auth("PUT", KEYS, {"id": kept.pk, "name": "Desk"}).status_code == 200
    names = {one["type"]: one.get("name") for one in home.auth("GET", "account/authenticators").json()["data"]}
    assert names["webauthn"] == "Desk"
    assert home.auth("DELETE", KEYS, {"authenticators": [kept.pk]}).status_code == 200
    assert not Kept.objects.exists()


def test_a_deactivated_person_does_not_sign_in_with_a_passkey(home: Browser, olga: Person):
    device = Authenticator()
    _add(home, device)
    olga.is_active = False
    olga.save()
    away = Browser()
    assert away.auth("POST", LOGIN, {"credential": device.get(_options(away, LOGIN))}).status_code != 200
    assert not away.is_in()
