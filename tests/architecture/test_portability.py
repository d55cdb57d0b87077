"""Nothing of an organisation is forgotten when it leaves: every tenant model says whether it travels, and as what."""

from __future__ import annotations

import re

from django.apps import apps
from django.conf import settings
from django.db import models

from tenants.managed import SharedModel, TenantModel
from tenants.models import Organisation
from tenants.portability.natural import natural_key
from tenants.portability.policy import NO_SECRETS, ORGANISATION_STAYS, STAYS, TRAVELS
from tenants.portability.tables import tables

_SOUNDS_SECRET = re.compile(
    r"secret|token|passw|seal|private|credential|cipher|hash|(^|_)key(_|$)|otp|recovery|certificate"
)


def _tenant_models() -> dict[str, type[models.Model]]:
    return {model._meta.label: model for model in apps.get_models() if issubclass(model, TenantModel | SharedModel)}


def test_every_tenant_model_travels_or_says_why_it_stays() -> None:
    """For a new one: a line in tenants/portability/policy.py."""
    assert TRAVELS.keys() | STAYS.keys() == _tenant_models().keys()
    assert not TRAVELS.keys() & STAYS.keys()
    assert all(STAYS.values())
    assert {table.label for table in tables()} == TRAVELS.keys()


def test_what_stays_behind_names_columns_that_are_there() -> None:
    for label, behind in TRAVELS.items():
        assert set(behind) <= {field.column for field in _tenant_models()[label]._meta.local_concrete_fields}, label
    assert set(ORGANISATION_STAYS) <= {field.column for field in Organisation._meta.local_concrete_fields}


def test_no_column_that_sounds_like_a_secret_travels_unlooked_at() -> None:
    sounding = {
        f"{label}.{field.column}"
        for label, behind in TRAVELS.items()
        for field in _tenant_models()[label]._meta.local_concrete_fields
        if _SOUNDS_SECRET.search(field.column) and field.column not in behind
    }
    sounding |= {
        f"tenants.Organisation.{field.column}"
        for field in Organisation._meta.local_concrete_fields
        if _SOUNDS_SECRET.search(field.column) and field.column not in ORGANISATION_STAYS
    }
    assert sounding == NO_SECRETS.keys()
    assert all(NO_SECRETS.values())


def test_what_travels_refers_to_nothing_that_stays() -> None:
    for label, behind in TRAVELS.items():
        for field in _tenant_models()[label]._meta.local_concrete_fields:
            target = field.related_model
            if not isinstance(target, type) or field.column in {"organisation_id", *behind}:
                continue
            name = target._meta.label
            known = name in TRAVELS or name == settings.AUTH_USER_MODEL or natural_key(name) is not None
            assert known, f"{label}.{field.name} → {name}"
