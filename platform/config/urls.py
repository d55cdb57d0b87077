"""Every address of the web server."""

from django.contrib import admin
from django.urls import include, path

from assessments.views.request_page import evidence_request_page
from config import health
from reports.views.comparisons import ComparisonFileView
from tenants.views.invitation_page import invitation_page
from tenants.views.keys import well_known_keys

urlpatterns = [
    path("livez", health.live, name="livez"),
    path("readyz", health.ready, name="readyz"),
    path(".well-known/plumbline-keys.json", well_known_keys, name="well-known-keys"),
    path("api/v1/", include("config.api_v1")),
    path("account/", include("identity.pages")),
    path("account/", include("allauth.urls")),
    path("invitations/<slug:slug>/<str:token>/", invitation_page, name="invitation-page"),
    path("evidence-requests/<slug:slug>/<str:token>/", evidence_request_page, name="evidence-request-page"),
    path("operators/", admin.site.urls),
    path("compare/<str:a>-vs-<str:b>/pdf/", ComparisonFileView.as_view(), name="comparison-file"),
    path("", include("assessments.catalogue.web.urls")),
]

handler400 = "api.problems.bad_request"
handler403 = "api.problems.permission_denied"
handler404 = "api.problems.page_not_found"
handler500 = "api.problems.server_error"
