"""How often somebody may try, over HTTP and against a real Valkey."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import RequestFactory
from redis import Redis

from api.problems import Throttled
from api.throttling import valkey
from identity import limits
from identity.limits import Limit
from identity.models import Person
from tests.identity.browser import EMAIL, PASSWORD, Browser, set_up_app, sign_up, totp

pytestmark = pytest.mark.django_db
REFUSED = "urn:plumbline:problem:too-many-requests"


@pytest.fixture(autouse=True)
def _limited(settings: Any) -> Iterator[None]:
    settings.SIGN_IN_LIMITS = True
    _forget()
    yield
    _forget()


def _forget() -> None:
    for key in valkey().scan_iter("plumbline:limit:*"):
        valkey().delete(key)


@pytest.fixture
def olga() -> Person:
    return sign_up()


def _codes(count: int, **said: Any) -> list[int]:
    return [Browser().sign_in(**said).status_code for _ in range(count)]


def _from(address: str) -> Browser:
    browser = Browser()
    browser.client.defaults["REMOTE_ADDR"] = address
    return browser


def _take(*rules: Limit, address: str = "203.0.113.9", **who: Any) -> limits.Try:
    return limits.take(rules, request=RequestFactory(REMOTE_ADDR=address).get("/"), **who)


def test_the_sixth_wrong_password_in_five_minutes_is_refused_and_so_is_the_right_one(olga: Person):
    assert _codes(5, password="wrong") == [400] * 5
    refused = Browser().sign_in(password="wrong")
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == REFUSED
    assert 1 <= int(refused["Retry-After"]) <= 300
    assert Browser().sign_in().status_code == 429
    assert _from("198.51.100.7").sign_in().status_code == 429


def test_unknown_addresses_are_limited_alike(olga: Person):
    known, unknown = (_codes(6, password="wrong", email=mail)[-1:] for mail in (EMAIL, "nobody@new.example"))
    assert known == unknown == [429]


def test_right_passwords_are_not_counted(olga: Person):
    assert _codes(8) == [200] * 8


def test_one_network_guesses_ten_times_a_minute_whosever_accounts(olga: Person):
    tries = [Browser().sign_in(email=f"p{number}@new.example", password="wrong").status_code for number in range(11)]
    assert tries == [400] * 10 + [429]
    assert _from("198.51.100.7").sign_in().status_code == 200


def test_a_forged_forwarded_address_is_no_way_round(olga: Person, settings: Any):
    def tries(forwarded: str) -> list[int]:
        _forget()
        return [
            Browser(X_Forwarded_For=forwarded.format(n))
            .sign_in(email=f"p{n}@new.example", password="wrong")
            .status_code
            for n in range(11)
        ]

    assert tries("10.0.0.{}")[-1] == 429
    settings.TRUSTED_PROXY_COUNT = 1
    assert tries("10.0.0.{}, 203.0.113.5")[-1] == 429
    assert tries("203.0.113.{}")[-1] == 400
    settings.TRUSTED_PROXY_COUNT = 2
    assert tries("10.9.9.{}, 203.0.113.5, 10.0.0.1")[-1] == 429


def test_an_ipv6_customer_is_one_network():
    limit = Limit("test-network", 2, 60, "network")
    for last in ("1", "2"):
        _take(limit, address=f"2001:db8:1:2::{last}")
    with pytest.raises(Throttled):
        _take(limit, address="2001:db8:1:2:ffff::3")
    _take(limit, address="2001:db8:1:3::1")
    _take(limit, address="203.0.113.1")
    _take(limit, address="::ffff:203.0.113.1")
    with pytest.raises(Throttled):
        _take(limit, address="203.0.113.1")


def test_a_window_slides_and_nobody_is_shut_out_for_good():
    limit = Limit("test-slide", 2, 1, "mail")
    _take(limit, mail="a@b.example")
    time.sleep(0.6)
    _take(limit, mail="A@B.example ")
    with pytest.raises(Throttled) as refusal:
        _take(limit, mail="a@b.example")
    assert refusal.value.headers["Retry-After"] == "1"
    time.sleep(0.5)
    _take(limit, mail="a@b.example")
    with pytest.raises(Throttled):
        _take(limit, mail="a@b.example")


def test_a_refused_try_counts_against_nothing():
    wide, narrow = Limit("test-wide", 3, 60, "network"), Limit("test-narrow", 1, 60, "mail")
    _take(wide, narrow, mail="a@b.example")
    for _ in range(5):
        with pytest.raises(Throttled):
            _take(wide, narrow, mail="a@b.example")
    _take(wide, narrow, mail="c@b.example")
    _take(wide, narrow, mail="d@b.example")


def test_a_hundred_tries_at_once_are_counted_one_by_one():
    limit = Limit("test-at-once", 5, 60, "mail")

    def one(_: int) -> bool:
        try:
            _take(limit, mail="a@b.example")
        except Throttled:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, range(100))) == 5


def test_twenty_wrong_passwords_a_day_is_the_end_of_that_day():
    for _ in range(20):
        _take(limits.PASSWORD[2], mail=EMAIL)
    with pytest.raises(Throttled) as refusal:
        _take(limits.PASSWORD[2], mail=EMAIL)
    assert 3600 < int(refusal.value.headers["Retry-After"]) <= 86400


def test_whoever_is_shut_out_comes_in_by_a_new_password(olga: Person, mails: Any):
    assert _codes(6, password="wrong")[-1] == 429
    away = _from("198.51.100.7")
    away.auth("POST", "auth/password/request", {"email": EMAIL})
    key = mails().key(r"/account/password/reset/key/([^/\s]+)/")
    away.auth("POST", "auth/password/reset", {"key": key, "password": "a brand new password"})
    assert away.sign_in(password="a brand new password").status_code == 200


def test_codes_are_limited_to_five_in_five_minutes_and_ninety_six_a_day(olga: Person):
    home = Browser()
    home.sign_in()
    secret = set_up_app(home)
    _forget()
    away = Browser()
    away.sign_in()
    tries = [away.auth("POST", "auth/2fa/authenticate", {"code": f"{n:06}"}).status_code for n in range(6)]
    assert tries == [400] * 5 + [429]
    assert away.auth("POST", "auth/2fa/authenticate", {"code": totp(secret)}).status_code == 429
    assert not away.is_in()
    assert (limits.CODE[2].amount, limits.CODE[2].seconds) == (96, 86400)
    for _ in range(96 - 5):
        _take(limits.CODE[2], person=olga.pk)
    with pytest.raises(Throttled):
        _take(limits.CODE[2], person=olga.pk)


def test_confirming_again_is_limited_as_signing_in_is(olga: Person):
    home = Browser()
    home.sign_in()
    assert [home.reauthenticate("wrong").status_code for _ in range(6)] == [400] * 5 + [429]


def test_changing_the_password_is_no_way_to_guess_it(olga: Person):
    home = Browser()
    home.sign_in()
    body = {"current_password": "wrong", "new_password": "a brand new password"}
    tries = [home.auth("POST", "account/password/change", body).status_code for _ in range(6)]
    assert tries == [400] * 5 + [429]


@pytest.mark.parametrize("email", [EMAIL, "nobody@new.example"])
def test_one_address_gets_ten_mails_an_hour(olga: Person, mails: Any, email: str):
    tries = [_from(f"203.0.113.{n}").auth("POST", "auth/password/request", {"email": email}) for n in range(11)]
    assert [answer.status_code for answer in tries] == [200] * 10 + [429]
    new = {"email": email.upper(), "password": "another long password"}
    assert _from("203.0.113.99").auth("POST", "auth/signup", new).status_code == 429
    assert len(mails().all) == 10


def test_signing_in_again_and_again_fills_nobodys_mailbox(mails: Any):
    Browser().auth("POST", "auth/signup", {"email": "victim@new.example", "password": PASSWORD})
    tries = [_from(f"203.0.113.{n}").sign_in(email="victim@new.example").status_code for n in range(15)]
    assert set(tries) == {401}
    assert len(mails().all) == 10


def test_pages_are_limited_too_and_say_so_to_a_person(olga: Person):
    browser = Browser()
    wrong = {"login": EMAIL, "password": "wrong"}
    answers = [browser.page("/account/login/", wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1]["Content-Type"].startswith("text/html")
    assert int(answers[-1]["Retry-After"]) <= 300
    assert re.search(r"Wait for \d minutes", answers[-1].text)


def test_while_valkey_is_gone_nobody_signs_in(olga: Person, monkeypatch: pytest.MonkeyPatch):
    home = Browser()
    home.sign_in()
    monkeypatch.setattr("identity.limits.valkey", lambda: Redis(port=9, socket_connect_timeout=0.2))
    refused = Browser().sign_in()
    assert refused.status_code == 503
    assert refused["Content-Type"] == "application/problem+json"
    assert "Retry-After" in refused
    assert Browser().page("/account/login/", {"login": EMAIL, "password": PASSWORD}).status_code == 503
    assert Browser().auth("POST", "auth/password/request", {"email": EMAIL}).status_code == 503
    assert home.auth("GET", "auth/session").status_code == 200


def test_valkey_holds_no_address_of_a_person(olga: Person):
    Browser().sign_in(password="wrong")
    keys = [key.decode() for key in valkey().scan_iter("plumbline:limit:*")]
    assert len(keys) >= 3
    assert "olga" not in str(keys)
