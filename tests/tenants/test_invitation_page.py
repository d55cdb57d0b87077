"""The page behind the link: for whoever holds it, without scripts, and nothing inline."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from identity.models import Person
from tenants.models import Invitation, Membership
from tests.cast import House, InScope, make_person, run_jobs

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def link(aria: House) -> str:
    aria.as_("adam").post(f"{aria.path}/invitations/", {"email": "dora@new.example", "role": "assessor"})
    run_jobs(aria)
    return re.search(r"http://localhost:8000(/invitations/\S+/)", mail.outbox[-1].body)[1]


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def dora():
    return make_person("dora", domain="new.example")


def _press_accept(browser: Client, link: str) -> Any:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(link).content.decode())[1]
    return browser.post(link, {"csrfmiddlewaretoken": token})


def test_the_page_says_who_invites_to_what(browser: Client, link: str):
    response = browser.get(link)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Aria Devices" in page
    assert "<strong>Adam</strong> invites you to join as assessor" in page
    assert f"/account/login/?next={link}" in page
    assert f"/account/signup/?next={link}" in page
    assert "<button" not in page
    assert "dora@new.example" not in page


def test_the_page_needs_nothing_inline_and_is_kept_nowhere(browser: Client, link: str):
    response = browser.get(link)
    page = response.content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert "<style" not in page
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert re.findall(r'href="(/static/[^"]+)"', page) == ["/static/plumbline/page.css"]


def test_accepting_joins_and_shows_so(aria: House, browser: Client, link: str, dora: Person, in_scope: InScope):
    browser.force_login(dora, backend=BACKEND)
    response = _press_accept(browser, link)
    assert (response.status_code, response["Location"]) == (302, link)
    assert "Welcome to Aria Devices" in browser.get(link).content.decode()
    with in_scope(aria):
        assert Membership.objects.get(person=dora).role == "assessor"
    assert Client().get(link).status_code == 410


def test_accepting_needs_the_csrf_token(aria: House, browser: Client, link: str, dora: Person, in_scope: InScope):
    browser.force_login(dora, backend=BACKEND)
    assert browser.post(link).status_code == 403
    with in_scope(aria):
        assert not Membership.objects.filter(person=dora).exists()


def test_without_signing_in_the_button_does_nothing(aria: House, link: str, in_scope: InScope):
    assert Client().post(link).status_code == 200
    with in_scope(aria):
        assert Invitation.objects.get().accepted_at is None


def test_another_person_is_refused_and_the_offer_stays(
    aria: House, browser: Client, link: str, dora: Person, in_scope: InScope
):
    browser.force_login(make_person("mallory"), backend=BACKEND)
    response = _press_accept(browser, link)
    assert response.status_code == 403
    assert "sent to another address" in response.content.decode()
    with in_scope(aria):
        assert Invitation.objects.get().accepted_at is None
    browser.force_login(dora, backend=BACKEND)
    assert _press_accept(browser, link).status_code == 302


@pytest.mark.parametrize(
    ("fate", "words"), [("expires_at", "has expired"), ("revoked_at", "taken back"), ("accepted_at", "accepted before")]
)
def test_an_ended_invitation_says_why(
    *, aria: House, browser: Client, link: str, in_scope: InScope, fate: str, words: str
):
    with in_scope(aria):
        Invitation.objects.update(**{fate: timezone.now()})
    response = browser.get(link)
    assert response.status_code == 410
    assert words in response.content.decode()
    assert "Aria" not in response.content.decode()


def test_unknown_links_look_alike(browser: Client, aria: House, link: str):
    pages = {browser.get(path).content for path in ("/invitations/aria/x/", "/invitations/there-is-none/x/")}
    assert len(pages) == 1
    assert browser.get("/invitations/aria/x/").status_code == 404


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/account/password/reset/"])
def test_the_account_pages_wear_the_same_dress_and_need_nothing_inline(browser: Client, path: str):
    page = browser.get(path).content.decode()
    assert "/static/plumbline/page.css" in page
    assert re.findall(r"<script(?![^>]*\ssrc=\"/static/)", page) == []
    assert "style=" not in page
