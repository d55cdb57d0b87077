from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "assessments.catalogue"
    label = "catalogue"
    verbose_name = "Standards catalogue"
