"""Addresses of the public catalogue, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from assessments.catalogue import crosswalk_views, views
from assessments.catalogue.search.views import SearchView

urlpatterns = [
    path("standards/", views.StandardsView.as_view(), name="standards"),
    path("standards/<str:slug>/", views.StandardView.as_view(), name="standard"),
    path("standards/<str:slug>/requirements/", views.RequirementsView.as_view(), name="standard-requirements"),
    path("standards/<str:slug>/requirements/<str:ref>/", views.RequirementView.as_view(), name="standard-requirement"),
    path("search/", SearchView.as_view(), name="search"),
    path("standards/<str:slug>/oscal/", views.OscalView.as_view(), name="standard-oscal"),
    path("comparisons/", views.ComparisonsView.as_view(), name="comparisons"),
    path("comparisons/<str:a>/<str:b>/", views.ComparisonView.as_view(), name="comparison"),
    path("crosswalks/", crosswalk_views.CrosswalksView.as_view(), name="crosswalks"),
    path("crosswalks/<str:source>--<str:target>/", crosswalk_views.CrosswalkView.as_view(), name="crosswalk"),
    path(
        "crosswalks/<str:source>--<str:target>/oscal/",
        crosswalk_views.CrosswalkOscalView.as_view(),
        name="crosswalk-oscal",
    ),
]
