"""What moving an organisation means on this floor: editions by content, files by hash, checks taken up anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from assessments.models import EvidenceVersion, FileState
from assessments.services.check import PENDING, ask_for_check
from tenants.portability.arrival import after_arrival
from tenants.portability.files import expect_files
from tenants.portability.natural import OWN, NaturalKey, own_id_or, own_or, translate

_PUBLIC: Final = (
    "(SELECT n.id FROM catalogue_standard n WHERE n.slug = split_part({value}, '@', 1) AND n.organisation_id IS NULL"
    " AND n.content_hash = split_part(split_part({value}, '@', 2), '#', 1))"
)
_STANDARD: Final = own_or("n.slug || '@' || n.content_hash", row="n")
_REQUIREMENT: Final = own_or("n.slug || '@' || n.content_hash || '#' || m.ref", row="m")

translate(
    "catalogue.Standard",
    NaturalKey(
        out="(SELECT " + _STANDARD + " FROM catalogue_standard n WHERE n.id = {column})",  # noqa: S608 - our own words
        back=own_id_or(_PUBLIC),
        what="edition",
    ),
)
translate(
    "catalogue.Requirement",
    NaturalKey(
        out="(SELECT " + _REQUIREMENT + " FROM catalogue_requirement m"  # noqa: S608 - likewise
        " JOIN catalogue_standard n ON n.id = m.standard_id WHERE m.id = {column})",
        back=own_id_or(
            "(SELECT m.id FROM catalogue_requirement m JOIN catalogue_standard n ON n.id = m.standard_id"
            " WHERE n.slug = split_part({value}, '@', 1) AND n.organisation_id IS NULL"
            " AND n.content_hash = split_part(split_part({value}, '@', 2), '#', 1)"
            " AND m.ref = substring({value} FROM position('#' IN {value}) + 1))"
        ),
        what="edition",
        check=_PUBLIC,
    ),
)
translate(
    "catalogue.Crosswalk",
    NaturalKey(  # only groups lead to one, and those that travel to the organisation's own
        out="('" + OWN + "' || {column})",
        back=own_id_or("NULL"),
        what="crosswalk",
    ),
)


@expect_files
def files_of_evidence() -> Iterator[str]:
    return EvidenceVersion.objects.filter(state=FileState.READY).values_list("sha256", flat=True).iterator()


@after_arrival
def look_at_what_is_still_in_quarantine() -> None:
    """Its check was under way where it came from; here it begins anew."""
    for version in EvidenceVersion.objects.filter(state__in=PENDING):
        ask_for_check(version.pk, requested_by=version.uploaded_by_id)
