"""What answers given elsewhere say about a requirement nobody has answered here. Pure: no Django, no clock.

An offer is a suggestion and counts nowhere until a person confirms it.
"""

from __future__ import annotations

from assessments.inheritance.mapping import Mapped, carried_level
from assessments.inheritance.offers import Offer, offers
from assessments.inheritance.origin import origin_of, stands_as_it_came
from assessments.inheritance.routes import FULL, PARTIAL, Given, Requirement, Route

__all__ = [
    "FULL",
    "PARTIAL",
    "Given",
    "Mapped",
    "Offer",
    "Requirement",
    "Route",
    "carried_level",
    "offers",
    "origin_of",
    "stands_as_it_came",
]
