"""Where people and other programs find what the catalogue holds."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from assessments.catalogue.schema import OWN_SLUG


def catalog_address(slug: str, *, organisation: str) -> str:
    """Where a standard is to be had as an OSCAL catalog: its own ones from the organisation of that slug."""
    if slug.startswith(OWN_SLUG):
        address = reverse("own-standard-oscal", kwargs={"slug": organisation, "own_slug": slug})
    else:
        address = reverse("standard-oscal", kwargs={"slug": slug})
    return f"{settings.BASE_URL}{address}"


def requirement_address(slug: str, ref: str) -> str:
    """The page of one requirement of a public standard."""
    return f"/standards/{slug}/{quote(ref, safe='():,')}/"
