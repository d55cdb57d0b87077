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
        "\n\n"
        "**Signing in** is django-allauth's headless API at `/api/v1/auth/browser/v1/`: POST `auth/signup`, "
        "`auth/email/verify`, `auth/login` with a session cookie; then, where a second factor is set up, "
        "`auth/2fa/authenticate` with a code or `auth/webauthn/authenticate` with a passkey; a passkey alone "
        "signs in at `auth/webauthn/login`. Factors are set up at `account/authenticators/totp` and `…/webauthn`,"
        " after `auth/reauthenticate`. Its refusals are problem documents too: 401 `sign-in-unfinished` names the"
        " next step, `confirm-first` asks for the password once more, and allauth's `data` and `meta` stand "
        "beside; 400 has `errors` by field in sentences and the same in stable words as `codes`; 429 has Retry-"
        "After. Its answers below 400 keep allauth's own shape, `{status, data, meta}`. An organisation may ask "
        "for a second factor: people without one get 403 `mfa-required` for everything inside it; API keys are "
        "not asked."
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
