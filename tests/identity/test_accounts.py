"""Signing up, in and out over HTTP, as a browser does: with cookies, CSRF tokens and the keys that come by mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.core import mail
from django.test import Client

from identity.models import Person
from tests.identity.browser import AUTH, EMAIL, PASSWORD, Browser
from tests.identity.conftest import Mails

pytestmark = pytest.mark.django_db
PostOffice = Callable[[], Mails]
NEW = {"email": EMAIL, "password": PASSWORD, "name": "Olga", "time_zone": "Europe/Berlin"}


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def olga(browser: Browser, mails: PostOffice) -> Person:
    """Signed up and verified, and signed out again."""
    browser.auth("POST", "auth/signup", NEW)
    Browser().auth("POST", "auth/email/verify", {"key": mails().key()})
    mail.outbox.clear()
    return Person.objects.get(email=EMAIL)


def _sign_in(browser: Browser, *, password: str = PASSWORD, email: str = EMAIL) -> Any:
    return browser.auth("POST", "auth/login", {"email": email, "password": password})


def test_a_person_signs_up_verifies_and_signs_in(browser: Browser, mails: PostOffice):
    response = browser.auth("POST", "auth/signup", NEW)
    assert response.status_code == 401
    flows = {flow["id"]: flow for flow in response.json()["data"]["flows"]}
    assert flows["verify_email"]["is_pending"]
    assert browser.call("GET", "/api/v1/me/").status_code == 401

    letter = mails().last
    assert letter.to == [EMAIL]
    assert "http://localhost:8000/account/confirm-email/" in letter.body
    verified = browser.auth("POST", "auth/email/verify", {"key": mails().key()})
    assert verified.status_code == 401  # verified, and not signed in by that
    assert "verify_email" not in [flow["id"] for flow in verified.json()["data"]["flows"] if flow.get("is_pending")]
    assert _sign_in(browser).status_code == 200
    me = browser.call("GET", "/api/v1/me/").json()
    assert (me["email"], me["name"], me["time_zone"]) == (EMAIL, "Olga", "Europe/Berlin")


def test_passwords_are_kept_by_argon2(olga: Person):
    assert olga.password.startswith("argon2$argon2id$")


def test_a_person_signs_in_and_out(olga: Person):
    browser = Browser()
    before = browser.client.cookies["csrftoken"].value
    assert _sign_in(browser).status_code == 200
    assert browser.client.cookies["csrftoken"].value != before
    assert browser.auth("GET", "auth/session").status_code == 200
    assert browser.call("GET", "/api/v1/me/").status_code == 200
    session = browser.client.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert browser.auth("DELETE", "auth/session").status_code == 401
    assert browser.call("GET", "/api/v1/me/").status_code == 401


def test_an_address_is_the_same_however_it_is_spelt(olga: Person):
    assert _sign_in(Browser(), email=EMAIL.upper()).status_code == 200


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong password"), ("nobody@new.example", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_look_alike(olga: Person, email: str, password: str):
    response = _sign_in(Browser(), email=email, password=password)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["codes"] == {"password": ["email_password_mismatch"]}


def test_signing_up_again_looks_the_same_and_tells_the_owner_by_mail(olga: Person, mails: PostOffice):
    response = Browser().auth("POST", "auth/signup", NEW | {"password": "another long password"})
    assert response.status_code == 401
    assert "verify_email" in [flow["id"] for flow in response.json()["data"]["flows"]]
    assert "already" in mails().last.body
    assert _sign_in(Browser()).status_code == 200
    assert Person.objects.filter(email=EMAIL).count() == 1


def test_without_verifying_nobody_is_signed_in(browser: Browser):
    browser.auth("POST", "auth/signup", NEW)
    other = Browser()
    assert _sign_in(other).status_code == 401
    assert other.call("GET", "/api/v1/me/").status_code == 401


def test_a_wrong_verification_key_verifies_nothing(browser: Browser):
    browser.auth("POST", "auth/signup", NEW)
    assert browser.auth("POST", "auth/email/verify", {"key": "wrong"}).status_code == 400
    assert browser.call("GET", "/api/v1/me/").status_code == 401


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"password": "short"}, "password"),
        ({"password": "1234567890"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "q1w2e3r4t5y6"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": EMAIL}, "password"),
        ({"email": "no address"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Win at https://evil.example"}, "name"),
    ],
)
def test_a_wrong_field_at_sign_up_is_named(browser: Browser, change: dict[str, Any], param: str):
    response = browser.auth("POST", "auth/signup", NEW | change)
    assert response.status_code == 400
    assert param in response.json()["errors"]
    assert not Person.objects.filter(email=EMAIL).exists()


def test_name_and_time_zone_may_be_left_out(browser: Browser):
    browser.auth("POST", "auth/signup", {"email": EMAIL, "password": PASSWORD})
    person = Person.objects.get(email=EMAIL)
    assert (person.name, person.display_name, person.time_zone) == ("", "olga", "UTC")


def test_a_forgotten_password_is_reset_by_mail(olga: Person, mails: PostOffice):
    browser = Browser()
    assert browser.auth("POST", "auth/password/request", {"email": EMAIL}).status_code == 200
    key = mails().key(r"http://localhost:8000/account/password/reset/key/([^/\s]+)/")
    assert browser.auth("POST", "auth/password/reset", {"key": key, "password": "short"}).status_code == 400
    done = browser.auth("POST", "auth/password/reset", {"key": key, "password": "a brand new password"})
    assert done.status_code in {200, 401}
    assert _sign_in(Browser()).status_code == 400
    assert _sign_in(Browser(), password="a brand new password").status_code == 200
    again = Browser().auth("POST", "auth/password/reset", {"key": key, "password": "yet another password"})
    assert again.status_code == 400


def test_a_reset_for_an_unknown_address_looks_the_same(olga: Person):
    known = Browser().auth("POST", "auth/password/request", {"email": EMAIL})
    unknown = Browser().auth("POST", "auth/password/request", {"email": "nobody@new.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.content == unknown.content


def test_without_the_csrf_token_nothing_is_changed(olga: Person):
    browser = Browser()
    _sign_in(browser)
    plain = browser.client
    for method, path in (
        ("PATCH", "/api/v1/me/"),
        ("POST", "/api/v1/organisations/"),
        ("DELETE", f"{AUTH}/auth/session"),
    ):
        response = plain.generic(method, path, b'{"name": "X"}', "application/json")
        assert response.status_code == 403, path
        assert response["Content-Type"] == "application/problem+json"
    assert browser.call("PATCH", "/api/v1/me/", {"name": "X"}).status_code == 200


def test_signing_in_needs_the_csrf_token_too(olga: Person):
    client = Client(enforce_csrf_checks=True)
    body = orjson.dumps({"email": EMAIL, "password": PASSWORD})
    response = client.generic("POST", f"{AUTH}/auth/login", body, "application/json")
    assert response.status_code == 403


def test_a_deactivated_person_is_out(olga: Person):
    browser = Browser()
    _sign_in(browser)
    olga.is_active = False
    olga.save()
    assert browser.call("GET", "/api/v1/me/").status_code == 401
    assert _sign_in(Browser()).status_code != 200


def test_there_is_no_way_in_for_clients_without_cookies(client: Client):
    assert client.get("/api/v1/auth/app/v1/auth/session").status_code == 404


def test_a_person_changes_their_own_name_and_time_zone_and_nothing_else(olga: Person):
    browser = Browser()
    _sign_in(browser)
    changed = browser.call("PATCH", "/api/v1/me/", {"name": "Olga K.", "time_zone": "Asia/Tokyo"}).json()
    assert (changed["name"], changed["time_zone"]) == ("Olga K.", "Asia/Tokyo")
    for body in (
        {"email": "x@y.example"},
        {"is_staff": True},
        {"time_zone": "Mars"},
        {"language": "xx"},
        {"name": "a\nb"},
        {"name": None},
    ):
        response = browser.call("PATCH", "/api/v1/me/", body)
        assert response.status_code == 400, body
        assert next(iter(body)) in response.json()["errors"]
    olga.refresh_from_db()
    assert (olga.email, olga.is_staff) == (EMAIL, False)
    assert browser.call("PATCH", "/api/v1/me/", {}).status_code == 200


def test_operators_sign_in_where_everybody_does(client: Client):
    response = client.get("/operators/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/account/login/")


def test_an_operator_neither_changes_addresses_nor_deletes_people(olga: Person, client: Client):
    operator = Person.objects.create_superuser("op@platform.example", "a very long password")
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/operators/identity/person/{olga.pk}"
    assert client.get(f"{path}/change/").status_code == 200
    client.post(f"{path}/change/", {"email": "mine@platform.example", "is_active": ""})
    olga.refresh_from_db()
    assert (olga.email, olga.is_active) == (EMAIL, False)
    assert client.post(f"{path}/delete/").status_code == 403
