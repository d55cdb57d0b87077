"""The web server's application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

import worker.app  # noqa: E402, F401 - so that jobs are published to our broker, from every thread
from tenants.role_check import refuse_privileged_role  # noqa: E402 - needs the apps loaded

refuse_privileged_role()
