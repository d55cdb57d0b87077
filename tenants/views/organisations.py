"""Organisations: mine, a new one, and one of them."""

from __future__ import annotations

from typing import ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.etag import IF_MATCH, etag, expected_version
from api.pagination import Filters, paginate
from api.serializers import parse
from api.throttling import client_address
from api.views import PersonView
from identity.authentication import signed_in
from tenants import audit, selectors
from tenants.idempotency import fingerprint_of, key_of
from tenants.models import Organisation
from tenants.roles import Action, Role
from tenants.scope import person_scope
from tenants.serializers import (
    LanguagesChange,
    LanguagesShape,
    NewOrganisation,
    OrganisationChange,
    OrganisationDetail,
    OrganisationShape,
    SignInChange,
    SignInShape,
    page_of,
)
from tenants.services.organisations import change_organisation, change_sign_in, create_organisation
from tenants.views.tenant import TenantRequest, TenantView


class OrganisationsView(PersonView):
    @extend_schema(operation_id="organisations_list", responses=page_of(OrganisationShape))
    def get(self, request: Request) -> Response:
        """List the organisations I am a member of."""
        Filters(request)
        with person_scope(signed_in(request).pk):
            return paginate(
                selectors.own_organisations(),
                request=request,
                orderings=("-id", "name", "slug"),
                render=selectors.own_organisation_body,
            )

    @extend_schema(operation_id="organisations_create", request=NewOrganisation, responses={201: OrganisationShape})
    def post(self, request: Request) -> HttpResponseBase:
        """Found an organisation; you become its owner."""
        person, fields = signed_in(request), parse(NewOrganisation, request.data)
        audit.set_actor(
            request._request,  # noqa: SLF001 - DRF's own name for the request it wraps
            actor=f"person:{person.pk}",
            address=client_address(request),
        )
        organisation, new = create_organisation(
            person=person, key=key_of(request), fingerprint=fingerprint_of(request.data), **fields
        )
        response = Response(selectors.organisation_body(organisation, role=Role.OWNER), status=201)
        if not new:
            response["Idempotent-Replayed"] = "true"
        return response


class OrganisationView(TenantView):
    actions: ClassVar = {"GET": Action.ORGANISATION_READ, "PATCH": Action.ORGANISATION_CHANGE}

    @extend_schema(operation_id="organisation_read", responses=OrganisationDetail)
    def get(self, request: TenantRequest) -> Response:
        """One organisation, and what you may do there."""
        return _detail(request, request.organisation)

    @extend_schema(
        operation_id="organisation_change",
        parameters=[IF_MATCH],
        request=OrganisationChange,
        responses=OrganisationDetail,
    )
    def patch(self, request: TenantRequest) -> Response:
        """Change name or sector."""
        version = expected_version(request)
        fields = parse(OrganisationChange, request.data, partial=True)
        organisation = change_organisation(access=request.access, expected_version=version, fields=fields)
        return _detail(request, organisation)


def _detail(request: TenantRequest, organisation: Organisation) -> Response:
    body = selectors.access_body(request.access, organisation=organisation)
    return Response(body, headers={"ETag": etag(organisation.version)})


class LanguagesView(TenantView):
    actions: ClassVar = {"GET": Action.ORGANISATION_READ, "PATCH": Action.LANGUAGE_MANAGE}

    @extend_schema(operation_id="languages_read", responses=LanguagesShape)
    def get(self, request: TenantRequest) -> Response:
        """The languages that the organisation reads and searches in."""
        return _languages(request.organisation)

    @extend_schema(
        operation_id="languages_change", parameters=[IF_MATCH], request=LanguagesChange, responses=LanguagesShape
    )
    def patch(self, request: TenantRequest) -> Response:
        """Say which languages to read, the first one there is of them, and to search, all of them.

        Assessments that have begun keep the language they began in, until theirs is changed.
        """
        version = expected_version(request)
        fields = parse(LanguagesChange, request.data)
        return _languages(change_organisation(access=request.access, expected_version=version, fields=fields))


def _languages(organisation: Organisation) -> Response:
    return Response(selectors.languages_body(organisation), headers={"ETag": etag(organisation.version)})


class SignInView(TenantView):
    actions: ClassVar = {"GET": Action.ORGANISATION_READ, "PATCH": Action.SIGN_IN_MANAGE}

    @extend_schema(operation_id="sign_in_read", responses=SignInShape)
    def get(self, request: TenantRequest) -> Response:
        """How people are let in."""
        return _sign_in(request, request.organisation)

    @extend_schema(operation_id="sign_in_change", parameters=[IF_MATCH], request=SignInChange, responses=SignInShape)
    def patch(self, request: TenantRequest) -> Response:
        """Require a second factor of every member and outside reviewer, or no longer.

        Whoever has none then gets 403 `mfa-required` for everything inside this organisation from the next request on;
        their other organisations stay open. API keys are not asked for one: revoke those you do not want.
        """
        version = expected_version(request)
        fields = parse(SignInChange, request.data)
        return _sign_in(request, change_sign_in(access=request.access, expected_version=version, **fields))


def _sign_in(request: TenantRequest, organisation: Organisation) -> Response:
    body = selectors.sign_in_body(request.access, organisation=organisation)
    return Response(body, headers={"ETag": etag(organisation.version)})
