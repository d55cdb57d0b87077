"""What was taken away is gone with the next request, measured over a real socket: never a second later."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from assessments.models import ReviewGrant
from assessments.services.grants import review_permission
from tenants.roles import Role
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.cast import Api, House, run_jobs
from tests.work import make_assessment, write_answers

AT_MOST = 1.0
"""Seconds from the answer that says "done" until the old right opens nothing."""

Get = Callable[..., tuple[int, Any]]


@pytest.fixture
def house(committed: None, aria: House) -> House:
    return aria


@pytest.fixture
def get(live_server: Any) -> Get:
    """`get(api, path)` → status and body, by a connection to the running server with that person's cookie or key."""
    address = urlsplit(live_server.url)

    def ask(api: Api, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in api.client.cookies.items())
        headers = {"Cookie": cookies}
        if authorization := api.client.defaults.get("HTTP_AUTHORIZATION"):
            headers["Authorization"] = authorization
        connection.request("GET", f"/api/v1{path}", headers=headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    return ask


def _ends(get: Get, api: Api, path: str, *, change: Callable[[], Any], expect: int) -> None:
    assert get(api, path)[0] == 200
    answer = change()
    assert answer.status_code in {200, 204}, answer.content
    began = time.perf_counter()
    status, _ = get(api, path)
    assert status == expect
    assert time.perf_counter() - began < AT_MOST


def test_a_removed_member_is_out(house: House, get: Get) -> None:
    alice, carol = house.as_("alice"), house.as_("carol")
    gone = f"{house.path}/members/{house.people['carol'].pk}/"
    _ends(get, carol, f"{house.path}/members/", change=lambda: alice.delete(gone), expect=404)


def test_a_demoted_admin_has_the_new_role(house: House, get: Get) -> None:
    alice, adam = house.as_("alice"), house.as_("adam")
    at = f"{house.path}/members/{house.people['adam'].pk}/"
    _ends(get, adam, f"{house.path}/audit-events/", change=lambda: alice.change(at, {"role": Role.VIEWER}), expect=403)
    status, body = get(adam, f"{house.path}/")
    assert (status, json.loads(body)["role"]) == (200, "viewer")


def test_a_revoked_key_opens_nothing(house: House, get: Get) -> None:
    alice = house.as_("alice")
    made = alice.post(f"{house.path}/api-keys/", {"name": "ci", "scope": "read"}).json()
    at = f"{house.path}/api-keys/{made['id']}/"
    _ends(get, Api(key=made["secret"]), f"{house.path}/members/", change=lambda: alice.delete(at), expect=401)


def test_a_revoked_reviewer_loses_the_assessment_and_every_open_address_of_a_file(house: House, get: Get) -> None:
    """No address of a file carries a right of its own: who asks is looked at each time, so none outlives a grant."""
    work = make_assessment(house, state="in_progress")
    write_answers(house, work, {"4.1.1": {"level": 2.0}})
    bob, alice, rita = house.as_("bob"), house.as_("alice"), house.as_("rita")
    evidence = bob.upload(f"{house.path}/evidence/", {"file": samples.upload("a.txt", b"shown")}).json()["id"]
    run_jobs(house)
    path = f"{house.path}/assessments/{work.pk}"
    assert bob.post(f"{path}/answers/4.1.1/evidence/", {"evidence": evidence}).status_code == 201
    with tenant_scope(house.organisation.pk):
        grant = ReviewGrant.objects.create(
            user=house.people["rita"], permission=review_permission(), content_object=work,
            granted_by=house.people["adam"], expires_at=timezone.now() + timedelta(days=3),
        )  # fmt: skip
    file = f"{path}/evidence/{evidence}/file/"
    assert get(rita, file) == (200, b"shown")
    at = f"{path}/outside-reviewers/{grant.pk}/"
    _ends(get, rita, f"{path}/requirements/", change=lambda: alice.delete(at), expect=404)
    assert get(rita, file)[0] == 404
