"""Version 1 of the API. Public catalogue, the signed-in person, and organisations."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

urlpatterns = [
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="openapi"), name="docs"),
    path("auth/", include("identity.auth_api")),
    path("auth/", include("allauth.headless.urls")),
    path("", include("identity.urls")),
    path("", include("tenants.urls")),
    path("", include("assessments.catalogue.urls")),
    path("", include("assessments.catalogue.drafts.urls")),
    path("", include("assessments.catalogue.own_crosswalks.urls")),
    path("", include("assessments.urls")),
    path("", include("reports.urls")),
]
