"""Every address: documented, bound to its organisation, and with a right named for each of its methods."""

from __future__ import annotations

from typing import Any, Final

import pytest
from rest_framework.views import APIView

from api.views import PersonView, PublicView
from tenants.roles import Action
from tenants.views.tenant import TenantView
from tenants.views.token import TokenView
from tests.isolation.routes import API, OTHERS, PLAIN_METHODS, UNDOCUMENTED, Route, described, document, routes

NO_RIGHT: Final = {
    ("invitation-accept", "POST"): "the token of the mail is what lets in",
    ("report-link-open", "GET"): "the token in the address is what lets in",
    ("upload-send", "POST"): "likewise",
    ("file-link-open", "GET"): "likewise",
}
"""(address, method) of tenant views that need no right, with the reason."""
FURTHER_VIEWS: Final = {"openapi": "drf-spectacular's own", "docs": "drf-spectacular's own"}
"""API views that are none of our three kinds."""


def _api_routes() -> list[Route]:
    return [route for route in routes().values() if route.name not in PLAIN_METHODS]


def _tenant_routes() -> list[Route]:
    return [route for route in routes().values() if route.is_tenants]


def test_the_addresses_and_the_openapi_document_agree() -> None:
    served = {(r.template, m) for r in routes().values() if r.name not in UNDOCUMENTED for m in r.methods}
    told = {(path, method.upper()) for path, said in document()["paths"].items() for method in said}
    assert served - told == set(), "the document leaves these out"
    assert told - served == set(), "nobody serves these"


def test_the_short_lists_name_nothing_that_is_gone() -> None:
    assert UNDOCUMENTED.keys() | PLAIN_METHODS.keys() | FURTHER_VIEWS.keys() <= routes().keys()
    assert {(name, method) for name, method in NO_RIGHT if method in routes()[name].methods} == set(NO_RIGHT)
    assert all(reason for reason in (*UNDOCUMENTED.values(), *OTHERS.values(), *NO_RIGHT.values()))


def test_every_operation_has_a_name_and_a_sentence_of_its_own() -> None:
    names: list[str] = []
    for operation in (said for path in document()["paths"].values() for said in path.values()):
        names.append(operation["operationId"])
        assert operation.get("description"), f"{names[-1]} says nothing"
    assert len(names) == len(set(names))


def test_every_view_is_of_one_of_three_kinds() -> None:
    for route in _api_routes():
        kinds = [kind for kind in (PublicView, PersonView, TenantView) if issubclass(route.view, kind)]
        assert len(kinds) == 1 or route.name in FURTHER_VIEWS, f"{route.name}: {kinds}"


def test_every_view_below_an_organisation_is_a_tenant_view() -> None:
    for route in _tenant_routes():
        assert issubclass(route.view, TenantView), f"{route.name} would run outside the organisation's scope"
    for route in _api_routes():
        if issubclass(route.view, TenantView):
            assert route.is_tenants, f"{route.name} names no organisation"


@pytest.mark.parametrize("route", _tenant_routes(), ids=lambda route: route.name)
def test_every_method_of_a_tenant_view_names_the_right_it_needs(route: Route) -> None:
    named = {method for method, action in route.view.actions.items() if isinstance(action, Action)}
    excused = {method for name, method in NO_RIGHT if name == route.name}
    assert named == set(route.methods) - excused


def test_views_for_outside_reviewers_name_the_assessment_they_are_let_into() -> None:
    for route in _tenant_routes():
        if not route.view.members_only:
            assert (route.view.on, "uuid") in route.parameters, f"{route.name} could not tell grants apart"


def test_ids_in_addresses_are_uuids_and_addresses_end_with_a_slash() -> None:
    for route in _api_routes():
        assert route.template.endswith("/") or route.name == "openapi", route.template
        assert route.template.startswith(API)
        for name, converter in route.parameters:
            assert converter == "uuid" or not name.endswith("_id"), f"{route.name}: {name}"


def test_no_view_of_ours_opens_itself_to_everybody() -> None:
    """A view that nobody must sign in for is a PublicView, or on the short list."""
    for route in _api_routes():
        if route.name in FURTHER_VIEWS or issubclass(route.view, PublicView):
            continue
        is_open = not route.view.authentication_classes
        assert not is_open or issubclass(route.view, TokenView), route.name


def test_creating_posts_of_an_organisation_take_an_idempotency_key() -> None:
    for route in _tenant_routes():
        for operation in (o for o in _operations(route) if o["method"] == "POST"):
            names = [said["name"] for said in operation["said"].get("parameters", ())]
            assert "Idempotency-Key" in names, route.name


def _operations(route: Route) -> list[dict[str, Any]]:
    from tests.isolation.routes import Operation

    return [{"method": method, "said": described(Operation(route.name, method))} for method in route.methods]


def test_there_are_views_to_look_at() -> None:
    assert len(_tenant_routes()) > 40
    assert all(issubclass(route.view, APIView) for route in _api_routes())
