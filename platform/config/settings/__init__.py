"""Django's settings, by concern. Values that differ between installations come from `config.environment` alone."""

from config.settings.api import *
from config.settings.application import *
from config.settings.celery import *
from config.settings.database import *
from config.settings.logging import *
from config.settings.mail import *
from config.settings.security import *
from config.settings.storage import *
