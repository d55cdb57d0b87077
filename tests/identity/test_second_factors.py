"""Authenticator apps and recovery codes over HTTP, with codes computed as an app computes them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.utils import timezone

from identity.models import Person, SpentCode
from tests.identity.browser import EMAIL, PASSWORD, Browser, set_up_app, sign_up, totp

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> Person:
    return sign_up()


@pytest.fixture
def home(olga: Person) -> Browser:
    """Olga's own browser, signed in by password."""
    browser = Browser()
    assert browser.sign_in().status_code == 200
    return browser


def _pending(response: Any) -> list[str]:
    return [flow["id"] for flow in response.json()["data"]["flows"] if flow.get("is_pending")]


def test_setting_up_an_app_needs_the_password_once_more(home: Browser):
    code = {"code": "123456"}
    home.auth("GET", "account/authenticators/totp")
    assert home.auth("POST", "account/authenticators/totp", code).status_code in {400, 401}
    assert not Authenticator.objects.exists()
    assert set_up_app(home)
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_a_wrong_code_sets_nothing_up(home: Browser):
    home.reauthenticate()
    secret = home.auth("GET", "account/authenticators/totp").json()["meta"]["secret"]
    wrong = f"{(int(totp(secret)) + 1) % 1_000_000:06}"
    assert home.auth("POST", "account/authenticators/totp", {"code": wrong}).status_code == 400
    assert not Authenticator.objects.exists()


def test_after_that_a_password_alone_opens_nothing(home: Browser):
    secret = set_up_app(home)
    away = Browser()
    answer = away.sign_in()
    assert answer.status_code == 401
    assert _pending(answer) == ["mfa_authenticate"]
    assert not away.is_in()
    assert away.auth("POST", "auth/2fa/authenticate", {"code": "000000"}).status_code == 400
    assert not away.is_in()
    assert away.auth("POST", "auth/2fa/authenticate", {"code": totp(secret)}).status_code == 200
    assert away.is_in()


def test_a_code_works_once(home: Browser):
    secret = set_up_app(home)
    code = totp(secret)
    for number, expected in enumerate((200, 400)):
        away = Browser()
        away.sign_in()
        answer = away.auth("POST", "auth/2fa/authenticate", {"code": code})
        assert (number, answer.status_code) == (number, expected)


def test_a_code_works_once_even_when_the_cache_forgets(home: Browser, settings: Any):
    from django.core.cache import cache

    secret = set_up_app(home)
    code = totp(secret)
    for expected in (200, 400):
        cache.clear()
        away = Browser()
        away.sign_in()
        spelt = code if expected == 200 else f"{code[:3]} {code[3:]}"
        assert away.auth("POST", "auth/2fa/authenticate", {"code": spelt}).status_code == expected


def test_the_code_that_set_the_app_up_does_not_sign_in(home: Browser):
    home.reauthenticate()
    secret = home.auth("GET", "account/authenticators/totp").json()["meta"]["secret"]
    code = totp(secret)
    assert home.auth("POST", "account/authenticators/totp", {"code": code}).status_code == 200
    away = Browser()
    away.sign_in()
    assert away.auth("POST", "auth/2fa/authenticate", {"code": code}).status_code == 400


@pytest.mark.parametrize(("steps", "expected"), [(-2, 400), (-1, 400), (0, 200), (1, 200), (2, 400)])
def test_clocks_may_differ_by_one_step(home: Browser, steps: int, expected: int):
    secret = set_up_app(home)  # with the code of the step before, which is thereby spent
    away = Browser()
    away.sign_in()
    assert away.auth("POST", "auth/2fa/authenticate", {"code": totp(secret, steps=steps)}).status_code == expected


def test_spent_codes_are_forgotten_once_nobody_would_accept_them(home: Browser, olga: Person):
    secret = set_up_app(home)
    assert SpentCode.objects.filter(person=olga).count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        away = Browser()
        away.sign_in()
        assert away.auth("POST", "auth/2fa/authenticate", {"code": totp(secret)}).status_code == 200
    assert SpentCode.objects.filter(person=olga).count() == 1


def test_seeds_are_sealed_and_an_older_secret_key_still_opens_them(home: Browser, settings: Any):
    secret = set_up_app(home)
    rows = list(Authenticator.objects.values_list("data", flat=True))
    assert secret not in str(rows)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret key, long enough to count", [old]
    away = Browser()
    away.sign_in()
    assert away.auth("POST", "auth/2fa/authenticate", {"code": totp(secret)}).status_code == 200


def test_after_resealing_the_old_secret_key_may_go(home: Browser, settings: Any):
    from django.core.management import call_command

    secret = set_up_app(home)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        "another secret key, long enough to count",
        [settings.SECRET_KEY],
    )
    call_command("reseal", verbosity=0)
    settings.SECRET_KEY_FALLBACKS = []
    away = Browser()
    away.sign_in()
    assert away.auth("POST", "auth/2fa/authenticate", {"code": totp(secret)}).status_code == 200


def test_a_recovery_code_signs_in_once(home: Browser):
    set_up_app(home)
    codes = home.auth("GET", "account/authenticators/recovery-codes").json()["data"]["unused_codes"]
    assert len(set(codes)) == 10
    assert "unused_codes" not in home.auth("GET", "account/authenticators/recovery-codes").json()["data"]
    assert codes[0] not in str(list(Authenticator.objects.values_list("data", flat=True)))
    for expected in (200, 400):
        away = Browser()
        away.sign_in()
        assert away.auth("POST", "auth/2fa/authenticate", {"code": codes[0]}).status_code == expected


def test_a_new_password_by_mail_does_not_go_round_the_second_factor(home: Browser, mails: Any):
    secret = set_up_app(home)
    thief = Browser()
    thief.auth("POST", "auth/password/request", {"email": EMAIL})
    key = mails().key(r"/account/password/reset/key/([^/\s]+)/")
    done = thief.auth("POST", "auth/password/reset", {"key": key, "password": "a brand new password"})
    assert done.status_code == 401
    assert not thief.is_in()
    assert _pending(thief.sign_in(password="a brand new password")) == ["mfa_authenticate"]
    assert not thief.is_in()
    assert thief.auth("POST", "auth/2fa/authenticate", {"code": totp(secret)}).status_code == 200


def test_removing_the_app_needs_a_fresh_confirmation_and_tells_by_mail(home: Browser, mails: Any):
    set_up_app(home)
    later = timezone.now() + timedelta(minutes=20)
    with time_machine.travel(later):
        assert home.auth("DELETE", "account/authenticators/totp").status_code == 401
        assert Authenticator.objects.filter(type="totp").exists()
        home.reauthenticate()
        assert home.auth("DELETE", "account/authenticators/totp").status_code == 200
        assert "deactivated" in mails().last.body
    assert not Authenticator.objects.exists()


def test_an_operator_removes_the_factors_of_somebody_who_lost_them(home: Browser, olga: Person):
    from django.core.management import CommandError, call_command

    set_up_app(home)
    call_command("remove_factors", EMAIL, verbosity=0)
    assert not Authenticator.objects.filter(user=olga).exists()
    assert not home.is_in()
    assert Browser().sign_in().status_code == 200
    with pytest.raises(CommandError):
        call_command("remove_factors", "nobody@new.example", verbosity=0)


def test_it_all_works_on_pages_without_any_script(olga: Person):
    browser = Browser()
    browser.page("/account/login/", {"login": EMAIL, "password": PASSWORD})
    asked = browser.page("/account/2fa/totp/activate/")
    assert "Show that it is you" in asked.text
    browser.page("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/2fa/totp/activate/"})
    page = browser.page("/account/2fa/totp/activate/")
    found = re.search(r'<code class="key">([A-Z2-7]+)</code>', page.text)
    assert found is not None
    secret = found[1]
    kept = browser.page("/account/2fa/totp/activate/", {"code": totp(secret, steps=-1)})
    assert len(re.findall(r"<li><code>\d{8}</code></li>", kept.text)) == 10
    browser.page("/account/logout/", {})
    assert not browser.is_in()

    step = browser.page("/account/login/", {"login": EMAIL, "password": PASSWORD})
    assert "One more step" in step.text
    assert not browser.is_in()
    assert "Incorrect code" in browser.page("/account/2fa/authenticate/", {"code": "000000"}).text
    browser.page("/account/2fa/authenticate/", {"code": totp(secret)})
    assert browser.is_in()


@pytest.mark.parametrize(
    "path", ["/account/2fa/", "/account/2fa/webauthn/", "/account/2fa/webauthn/add/", "/account/2fa/totp/activate/",
             "/account/2fa/recovery-codes/generate/", "/account/login/", "/account/email/", "/account/password/change/"]
)  # fmt: skip
def test_the_pages_run_no_inline_script_and_no_inline_style(home: Browser, path: str):
    home.reauthenticate()
    page = (Browser() if path.endswith("login/") else home).page(path)
    assert page.status_code == 200
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*(?:src=|type=\"application/json\"))", page.text)
    assert not re.search(r"\sstyle=|\son\w+=|<style", page.text)


def test_a_stranger_sees_nothing_of_it():
    stranger = Browser()
    for method, path in (
        ("GET", "account/authenticators"),
        ("GET", "account/authenticators/totp"),
        ("POST", "account/authenticators/totp"),
        ("DELETE", "account/authenticators/totp"),
        ("GET", "account/authenticators/recovery-codes"),
        ("GET", "account/authenticators/webauthn"),
        ("POST", "auth/2fa/authenticate"),
        ("POST", "auth/2fa/reauthenticate"),
        ("POST", "auth/webauthn/authenticate"),
    ):
        answer = stranger.auth(method, path, {"code": "123456"} if method == "POST" else None)
        assert answer.status_code == 401, path
        assert "secret" not in answer.content.decode()
    assert stranger.client.get("/account/2fa/").status_code == 302
