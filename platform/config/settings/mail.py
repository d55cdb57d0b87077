"""E-mail: to an SMTP server, or to files that anyone can open."""

from config.environment import environment

_environment = environment()
_mail = _environment.email

DEFAULT_FROM_EMAIL = SERVER_EMAIL = _environment.email_from
EMAIL_TIMEOUT = 20
EMAIL_FILE_DIR = _environment.mail_dir
if _mail.scheme == "file":
    EMAIL_BACKEND = "config.mail.EmlBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.implicit_tls, _mail.start_tls
