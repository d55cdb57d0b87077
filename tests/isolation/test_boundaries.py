"""What else may not cross a border: files, addresses of people, caches, and requests a browser was tricked into."""

from __future__ import annotations

import json
from functools import partial

from django.test import Client

from tests.isolation import sweep
from tests.isolation.bodies import body_for
from tests.isolation.calls import NOTHING, Body, Raw, call
from tests.isolation.factories import evidence_text
from tests.isolation.routes import TOKEN_ALONE, Operation, operations, routes
from tests.isolation.world import World, arguments_nobody_has, signed_in

UNREADABLE = (Raw(b"{", "application/json"), Raw(b"[]", "application/json"), Raw(b"text", "text/plain"))
TOO_LONG_A_KEY = {"Idempotency-Key": "k" * 300}


def test_a_file_that_only_another_organisation_has_is_new_here(world: World) -> None:
    """Answered otherwise, anybody could ask who holds a document."""
    upload = Operation("evidence-list", "POST")
    path, owner = upload.route.path(world.a.arguments), world.clients["owner"]
    statuses = {}
    for name, text in (("own", evidence_text(world.a.canary)), ("theirs", evidence_text(world.b.canary))):
        answer = call(owner, "POST", path, body=Body(form={"file": (f"{name}.txt", text.encode())}))
        statuses[name] = (answer.status, json.loads(answer.content)["already_known"])
    assert statuses == {"own": (200, True), "theirs": (201, False)}


def test_inviting_somebody_elses_member_looks_like_inviting_anybody(world: World) -> None:
    for name in ("invitations", "outside-reviewers"):
        operation = Operation(name, "POST")
        path, good = operation.route.path(world.a.arguments), body_for(operation, world.a).json
        answers = [
            call(world.clients["owner"], "POST", path, body=Body(json={**good, "email": email}))
            for email in (world.b.people["owner"].email, "nobody@nowhere.example")
        ]
        told = [(answer.status, sorted(json.loads(answer.content))) for answer in answers]
        assert told[0] == told[1]
        assert told[0][0] == 201


def test_what_belongs_to_one_assessment_is_not_found_below_another(world: World) -> None:
    tried = []
    aside = world.a.arguments | {"assessment_id": world.a.arguments["aside_id"]}
    for operation in sweep.tenant_operations():
        if "assessment_id" in operation.route.arguments and len(sweep.owned(operation)) > 1:
            path, body = operation.route.path(aside), body_for(operation, world.a)
            answer = call(world.clients["owner"], operation.method, path, body=body)
            assert answer.status == 404, f"{operation}: {answer}"
            tried.append(operation)
    assert len(tried) >= 8


def test_outside_reviewers_and_holders_of_links_read_no_members_address(world: World) -> None:
    domain = f"@{world.a.canary}.example"
    told = [
        f"{operation} as {actor}"
        for operation, actor, answer in sweep.readings(world, ("granted", "anonymous", "stranger"))
        if answer.told(domain)
    ]
    assert told == []


def test_no_answer_of_an_organisation_may_be_kept_by_a_cache_on_the_way(world: World) -> None:
    for operation, actor, answer in sweep.readings(world, ("owner", "granted", "stranger", "anonymous")):
        if not operation.route.is_public:
            kept = dict(answer.headers).get("Cache-Control", "")
            assert "no-store" in kept, f"{operation} as {actor}: {answer}"


def test_every_change_from_a_browser_needs_the_csrf_token(world: World) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.cookies = signed_in(world.a.people["owner"]).cookies
    for operation in operations():
        if not operation.is_safe and operation.name not in TOKEN_ALONE and not operation.route.is_public:
            path = operation.route.path(world.a.arguments)
            answer = call(browser, operation.method, path, body=body_for(operation, world.a))
            assert answer.status == 403, f"{operation}: {answer}"


def test_odd_requests_do_not_tell_strangers_whether_an_organisation_exists(world: World) -> None:
    """Methods an address does not take, bodies that cannot be read, types it does not accept."""
    nobody = arguments_nobody_has(world.a)
    theirs = world.b.arguments | {name: nobody[name] for name in nobody if name.endswith("token")}
    told = []
    for route in (route for route in routes().values() if route.names_an_organisation):
        changes = [method for method in route.methods if method != "GET"]
        odd = [(method, NOTHING) for method in ("HEAD", "OPTIONS", "PUT", *changes)]
        odd += [(method, body) for method in changes for body in UNREADABLE]
        for method, body in odd:
            for actor in ("stranger", "anonymous"):
                ask = partial(call, world.clients[actor], method, body=body, headers=TOO_LONG_A_KEY)
                got, control = ask(path=route.path(theirs)), ask(path=route.path(nobody))
                if got != control:
                    told.append(f"{method} {route.name} as {actor} with {body}: {got}, at none {control}")
    assert told == []
