"""The REST API and its OpenAPI document."""

from config.environment import environment

_environment = environment()

THROTTLE_PERSON_PER_MINUTE = _environment.throttle_person_per_minute
THROTTLE_ADDRESS_PER_MINUTE = _environment.throttle_address_per_minute
INVITATIONS_PER_HOUR = _environment.invitations_per_hour
INVITATIONS_PER_DAY = _environment.invitations_per_day

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["api.encoding.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.encoding.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["identity.authentication.BrowserSession"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.PlumblineSchema",
    "EXCEPTION_HANDLER": "api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Plumbline",
    "DESCRIPTION": (
        "Assess an organisation's maturity, together, against many standards. Errors are RFC 9457 problem documents; "
        "lists are cursor-paginated; changes to shared rows need If-Match; creating POSTs take an Idempotency-Key. "
        "People sign in at `/api/v1/auth/browser/v1/` (django-allauth, headless)."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Enumerations stay where they are used: a component per list of states would need a name that says no more.
    "POSTPROCESSING_HOOKS": ["api.schema.put_right", "api.schema.add_problems"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "tryItOutEnabled": False},
}
