"""Addresses of the pages for people, at the root of the host."""

from __future__ import annotations

from django.urls import path

from assessments.catalogue.web import views

urlpatterns = [
    path("", views.HomePage.as_view(), name="home-page"),
    path("standards/", views.StandardsPage.as_view(), name="standards-page"),
    path("standards/<str:slug>/", views.StandardPage.as_view(), name="standard-page"),
    path("standards/<str:slug>/<str:ref>/", views.RequirementPage.as_view(), name="requirement-page"),
    path("compare/<str:a>-vs-<str:b>/", views.ComparisonPage.as_view(), name="comparison-page"),
    path("compare/<str:source>-vs-<str:target>/links/", views.LinksPage.as_view(), name="links-page"),
    path("guides/", views.GuidesPage.as_view(), name="guides-page"),
    path("guides/<slug:guide>/", views.GuidePage.as_view(), name="guide-page"),
    path("sitemap.xml", views.Sitemap.as_view(), name="sitemap"),
]
