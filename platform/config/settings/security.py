"""People, sessions, passwords and cookies."""

from datetime import timedelta

from config.environment import environment

_environment = environment()
_https = _environment.base_url.startswith("https://")

SECRET_KEY = _environment.secret_key
SECRET_KEY_FALLBACKS = list(_environment.secret_key_fallbacks)
AUDIT_SIGNING_KEY = _environment.audit_signing_key
AUDIT_FORMER_KEYS = _environment.audit_former_keys
ALLOWED_HOSTS = list(_environment.allowed_hosts)
TRUSTED_PROXY_COUNT = _environment.trusted_proxy_count
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [_environment.base_url]

AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
"""Grants are read by `assessments.selectors.grants`, which looks at their end; guardian's backend would not."""
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "identity.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_ENGINE = "identity.sessions"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _https
CSRF_FAILURE_VIEW = "api.problems.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _https else 0
"""For this host alone: its sister hosts and browsers' preload lists are for the owner of the domain to decide."""
SECURE_SSL_REDIRECT = _https and TRUSTED_PROXY_COUNT > 0
"""Where no proxy is trusted nothing tells which requests came by HTTPS, and the redirect would never end."""
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
"""Health is asked for on this machine, past the proxy."""
X_FRAME_OPTIONS = "DENY"

ACCOUNT_ADAPTER = "identity.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "identity.signup.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
"""All the other sessions end (`identity.adapter`); the one that knew the old password goes on under a new key."""
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = int(timedelta(minutes=15).total_seconds())
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
SIGN_IN_LIMITS = True
"""`identity.limits` counts instead: exactly, with Retry-After, and closed while Valkey is gone."""
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

MFA_ADAPTER = "identity.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
"""One step of 30 s before and after, for clocks that differ (RFC 6238, 5.2); a code still works once."""
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "identity.factors.CodeForm",
    "reauthenticate": "identity.factors.CodeAgainForm",
    "activate_totp": "identity.factors.ActivateAppForm",
    "authenticate_webauthn": "identity.factors.PasskeyForm",
    "reauthenticate_webauthn": "identity.factors.PasskeyAgainForm",
    "login_webauthn": "identity.factors.PasskeyAloneForm",
    "add_webauthn": "identity.factors.AddPasskeyForm",
}

HEADLESS_CLIENTS = ("browser",)
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": _environment.base_url + "/account/confirm-email/{key}/",
    "account_reset_password": _environment.base_url + "/account/password/reset/",
    "account_reset_password_from_key": _environment.base_url + "/account/password/reset/key/{key}/",
    "account_signup": _environment.base_url + "/account/signup/",
}
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/api/v1/docs/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
