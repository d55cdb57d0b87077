"""Addresses of an organisation's own standards, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from assessments.catalogue.drafts import views

_ALL = "organisations/<slug:slug>/standards/"
_ONE = f"{_ALL}<str:own_slug>/"

urlpatterns = [
    path(_ALL, views.OwnStandardsView.as_view(), name="own-standards"),
    path(_ONE, views.OwnStandardView.as_view(), name="own-standard"),
    path(f"{_ONE}requirements/", views.OwnRequirementsView.as_view(), name="own-standard-requirements"),
    path(f"{_ONE}requirements/<str:own_ref>/", views.OwnRequirementView.as_view(), name="own-standard-requirement"),
]
