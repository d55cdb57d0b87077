"""Addresses of an organisation's own crosswalks and comparisons, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from assessments.catalogue.own_crosswalks import file_views, views

_ALL = "organisations/<slug:slug>/crosswalks/"
_ONE = f"{_ALL}<str:own_crosswalk>/"
_COMPARISON = "organisations/<slug:slug>/comparisons/<str:own_slug>/<str:b>/"

urlpatterns = [
    path(_ALL, views.OwnCrosswalksView.as_view(), name="own-crosswalks"),
    # Before the names, each of which has two hyphens in it.
    path(f"{_ALL}lint/", views.CrosswalkLintView.as_view(), name="own-crosswalks-lint"),
    path(_ONE, views.OwnCrosswalkView.as_view(), name="own-crosswalk"),
    path(f"{_ONE}lint/", views.OwnCrosswalkLintView.as_view(), name="own-crosswalk-lint"),
    path(f"{_ONE}review/", views.OwnCrosswalkReviewView.as_view(), name="own-crosswalk-review"),
    path(f"{_ONE}oscal/", file_views.OwnCrosswalkOscalView.as_view(), name="own-crosswalk-oscal"),
    path(f"{_ONE}table/", file_views.OwnCrosswalkTableView.as_view(), name="own-crosswalk-table"),
    path(_COMPARISON, views.OwnComparisonView.as_view(), name="own-comparison"),
    path(f"{_COMPARISON}oscal/", file_views.OwnComparisonOscalView.as_view(), name="own-comparison-oscal"),
]
