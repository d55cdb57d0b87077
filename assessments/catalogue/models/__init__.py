"""The catalogue: public standards, written by `sync_catalogue` alone, and those of organisations, for themselves alone.

An edition's rows never change once they are made (assessments pin them); changed content makes a new Standard, and
`is_current` tells which of a slug's rows new assessments start from. The app role may read the public rows, and of an
organisation's own add some and move `is_current`: nothing else.
"""

from assessments.catalogue.models.crosswalk import Crosswalk, CrosswalkGroup
from assessments.catalogue.models.draft import StandardDraft
from assessments.catalogue.models.search import SearchEntry
from assessments.catalogue.models.standard import Requirement, RequirementText, Standard, StandardText

__all__ = [
    "Crosswalk",
    "CrosswalkGroup",
    "Requirement",
    "RequirementText",
    "SearchEntry",
    "Standard",
    "StandardDraft",
    "StandardText",
]
