"""Where somebody is signed in: shown, ended, and ended by themselves."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core.cache import caches
from django.utils import timezone
from redis.exceptions import ConnectionError as ValkeyGone

from identity.devices import in_words
from identity.models import Person, Session
from identity.sessions import SessionStore, digest
from tests.identity.browser import EMAIL, PASSWORD, Browser, set_up_app, sign_up, totp
from tests.statements import statements

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0"
    " Mobile/15E148 Safari/604.1"
)
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
MINE = "/api/v1/me/sessions/"


@pytest.fixture
def olga() -> Person:
    return sign_up()


def _in(agent: str = FIREFOX) -> Browser:
    browser = Browser(User_Agent=agent)
    assert browser.sign_in().status_code == 200
    return browser


def _key(browser: Browser) -> str:
    return str(browser.client.cookies["sessionid"].value)


def test_everybody_sees_where_they_are_signed_in(olga: Person):
    desk, _phone = _in(), _in(SAFARI)
    rows = desk.call("GET", MINE).json()["results"]
    assert [(row["device"], row["address"], row["current"]) for row in rows] == [
        ("Safari on iPhone", "127.0.0.1", False),
        ("Firefox on Linux", "127.0.0.1", True),
    ]
    assert all(row["first_seen"] <= row["last_seen"] < row["ends_at"] for row in rows)
    sign_up("otto@new.example")
    other = Browser()
    other.sign_in(email="otto@new.example")
    assert len(other.call("GET", MINE).json()["results"]) == 1


def test_one_session_is_ended_from_another(olga: Person):
    desk, phone = _in(), _in(SAFARI)
    [row] = [row for row in desk.call("GET", MINE).json()["results"] if not row["current"]]
    assert phone.is_in()
    assert desk.call("DELETE", f"{MINE}{row['id']}/").status_code == 204
    assert not phone.is_in()
    assert desk.is_in()
    assert len(desk.call("GET", MINE).json()["results"]) == 1


def test_all_others_are_ended_at_once(olga: Person):
    desk, *others = [_in() for _ in range(3)]
    assert desk.call("DELETE", MINE).status_code == 204
    assert [browser.is_in() for browser in (desk, *others)] == [True, False, False]


def test_ending_the_one_in_use_signs_out(olga: Person):
    desk = _in()
    [row] = desk.call("GET", MINE).json()["results"]
    assert desk.call("DELETE", f"{MINE}{row['id']}/").status_code == 204
    assert not desk.is_in()
    assert not Session.objects.filter(person=olga).exists()


def test_a_strangers_session_is_one_that_never_was(olga: Person, unknown_id: uuid.UUID):
    desk = _in()
    sign_up("otto@new.example")
    otto = Browser()
    otto.sign_in(email="otto@new.example")
    theirs = otto.call("GET", MINE).json()["results"][0]["id"]
    foreign, unknown = (desk.call("DELETE", f"{MINE}{one}/") for one in (theirs, unknown_id))
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert otto.is_in()
    nobody = Browser()
    for method, path in (("GET", MINE), ("DELETE", MINE), ("DELETE", f"{MINE}{theirs}/")):
        assert nobody.call(method, path).status_code == 401
    assert otto.is_in()


def test_the_page_does_the_same_without_a_script(olga: Person):
    desk, phone = _in(), _in(SAFARI)
    page = desk.page("/account/sessions/")
    assert "Safari on iPhone" in page.text
    assert "this one" in page.text
    row = next(row for row in desk.call("GET", MINE).json()["results"] if not row["current"])
    desk.page("/account/sessions/", {"session": row["id"]})
    assert not phone.is_in()
    desk.page("/account/sessions/", {"session": row["id"]})
    desk.page("/account/sessions/", {"session": "nonsense"})
    again = _in()
    desk.page("/account/sessions/", {"session": "others"})
    assert (desk.is_in(), again.is_in()) == (True, False)
    assert Browser().client.get("/account/sessions/").status_code == 302


def test_a_new_password_ends_all_other_sessions(olga: Person):
    desk, phone = _in(), _in(SAFARI)
    before = _key(desk)
    body = {"current_password": PASSWORD, "new_password": "a brand new password"}
    assert desk.auth("POST", "account/password/change", body | {"current_password": "wrong"}).status_code == 400
    assert phone.is_in()
    began = time.monotonic()
    assert desk.auth("POST", "account/password/change", body).status_code == 200
    assert not phone.is_in()
    assert time.monotonic() - began < 1
    assert desk.is_in()
    assert _key(desk) != before
    assert Session.objects.filter(person=olga).count() == 1


def test_a_password_reset_ends_every_session(olga: Person, mails: Any):
    desk, phone = _in(), _in(SAFARI)
    away = Browser()
    away.auth("POST", "auth/password/request", {"email": EMAIL})
    key = mails().key(r"/account/password/reset/key/([^/\s]+)/")
    away.auth("POST", "auth/password/reset", {"key": key, "password": "a brand new password"})
    assert not desk.is_in()
    assert not phone.is_in()
    assert not Session.objects.filter(person=olga).exists()


def test_deactivating_somebody_ends_their_sessions(olga: Person, client: Any):
    desk = _in()
    operator = Person.objects.create_superuser("op@platform.example", "a very long password")
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    client.post(f"/operators/identity/person/{olga.pk}/change/", {"is_active": ""})
    assert not desk.is_in()
    assert not Session.objects.filter(person=olga).exists()


def test_the_key_changes_at_every_proof_and_the_old_ones_open_nothing(olga: Person):
    home = _in()
    secret = set_up_app(home)
    away = Browser(User_Agent=FIREFOX)
    store = SessionStore()
    store["planted"] = "by somebody else"
    store.save()
    keys = [str(store.session_key)]
    away.client.cookies["sessionid"] = keys[0]
    assert away.sign_in().status_code == 401
    keys.append(_key(away))
    assert away.auth("POST", "auth/2fa/authenticate", {"code": totp(secret)}).status_code == 200
    keys.append(_key(away))
    assert away.reauthenticate().status_code == 200
    keys.append(_key(away))
    assert len(set(keys)) == 4
    for key in keys[:-1]:
        thief = Browser()
        thief.client.cookies["sessionid"] = key
        assert not thief.is_in()
        assert not Session.objects.filter(session_key=digest(key)).exists()
    assert away.is_in()


def test_a_session_ends_twelve_hours_after_it_was_last_used(olga: Person):
    desk, idle = _in(), _in()
    start = timezone.now()
    for hours in (6, 11, 17):
        with time_machine.travel(start + timedelta(hours=hours)):
            assert desk.is_in(), hours
    with time_machine.travel(start + timedelta(hours=12, minutes=1)):
        assert not idle.is_in()


def test_a_session_ends_after_seven_days_however_much_it_is_used(olga: Person):
    desk = _in()
    start = timezone.now()
    for hours in range(8, 168, 8):
        with time_machine.travel(start + timedelta(hours=hours)):
            assert desk.is_in(), hours
    with time_machine.travel(start + timedelta(days=7, minutes=1)):
        assert not desk.is_in()


def test_last_seen_is_written_at_most_every_five_minutes(olga: Person):
    desk = _in()
    desk.is_in()
    with statements() as sent:
        assert desk.call("GET", "/api/v1/me/").status_code == 200
    assert len(sent) == 1  # the person; the session comes from the cache
    start = timezone.now()
    with time_machine.travel(start + timedelta(minutes=6)):
        desk.is_in()
    assert Session.objects.get(person=olga).last_seen >= start + timedelta(minutes=5)


def test_neither_the_database_nor_valkey_holds_a_key_that_signs_in(olga: Person):
    desk = _in()
    assert not Session.objects.filter(session_key=_key(desk)).exists()
    assert caches["default"].get(f"session:{_key(desk)}") is None
    thief = Browser()
    thief.client.cookies["sessionid"] = digest(_key(desk))
    assert not thief.is_in()


def test_people_stay_signed_in_when_the_cache_forgets(olga: Person):
    desk = _in()
    caches["default"].clear()
    assert desk.is_in()


def test_a_session_is_not_ended_by_half(olga: Person, monkeypatch: pytest.MonkeyPatch):
    """With Valkey out of reach nothing is deleted: it would come back alive from there."""
    desk, phone = _in(), _in(SAFARI)

    def gone(*_: object) -> None:
        raise ValkeyGone("refused")

    with monkeypatch.context() as patch:
        patch.setattr(type(caches["default"]), "set_many", gone)
        assert desk.call("DELETE", MINE).status_code == 503
    assert phone.is_in()
    assert desk.call("DELETE", MINE).status_code == 204
    assert not phone.is_in()


def test_an_ended_session_is_not_brought_back_by_who_read_its_row_before(olga: Person):
    desk, phone = _in(), _in(SAFARI)
    caches["default"].clear()
    slow = SessionStore(_key(phone))
    row = slow._get_session_from_db()
    desk.call("DELETE", MINE)
    slow._cache.add(slow.cache_key, slow.decode(row.session_data), 60)
    assert not phone.is_in()


def test_a_session_without_a_beginning_is_none(olga: Person):
    """As one would be that another program had written."""
    store = SessionStore()
    store[SESSION_KEY] = str(olga.pk)
    store.save()
    data = dict(store._session)  # type: ignore[attr-defined]
    del data["_since"]
    caches["default"].set(store.cache_key, data, 60)
    assert SessionStore(store.session_key).get(SESSION_KEY) is None


def test_what_has_ended_is_swept_up(olga: Person):
    from identity.tasks import tidy

    _in()
    assert tidy() == 0
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert tidy() >= 1
    assert not Session.objects.filter(person=olga).exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Edg/139.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {BLINK}", "Chrome on macOS"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {BLINK}", "Chrome on Android"),
        ("curl/8.14.1", "curl"),
        ("python-httpx/0.28.1", "a Python program"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)
def test_devices_are_told_in_words(agent: str, words: str):
    assert in_words(agent) == words
