"""Addresses of an organisation's own standards, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from assessments.catalogue.drafts import draft_views, views
from assessments.catalogue.search.views import OwnSearchView

_ALL = "organisations/<slug:slug>/standards/"
_ONE = f"{_ALL}<str:own_slug>/"

_DRAFT = f"{_ALL}drafts/<uuid:draft_id>/"

urlpatterns = [
    path("organisations/<slug:slug>/search/", OwnSearchView.as_view(), name="own-search"),
    # Before the slugs: none of an organisation's own is "drafts".
    path(f"{_ALL}drafts/", draft_views.DraftsView.as_view(), name="standard-drafts"),
    path(_DRAFT, draft_views.DraftView.as_view(), name="standard-draft"),
    path(f"{_DRAFT}lint/", draft_views.DraftLintView.as_view(), name="draft-lint"),
    path(f"{_DRAFT}publish/", draft_views.DraftPublishView.as_view(), name="draft-publish"),
    path(f"{_DRAFT}requirements/", draft_views.DraftRequirementsView.as_view(), name="draft-requirements"),
    path(f"{_DRAFT}requirements/<str:own_ref>/", draft_views.DraftRequirementView.as_view(), name="draft-requirement"),
    path(_ALL, views.OwnStandardsView.as_view(), name="own-standards"),
    path(_ONE, views.OwnStandardView.as_view(), name="own-standard"),
    path(f"{_ONE}retire/", views.OwnStandardRetireView.as_view(), name="own-standard-retire"),
    path(f"{_ONE}editions/", views.OwnStandardEditionsView.as_view(), name="own-standard-editions"),
    path(f"{_ONE}oscal/", views.OwnOscalView.as_view(), name="own-standard-oscal"),
    path(f"{_ONE}requirements/", views.OwnRequirementsView.as_view(), name="own-standard-requirements"),
    path(f"{_ONE}requirements/<str:own_ref>/", views.OwnRequirementView.as_view(), name="own-standard-requirement"),
]
