"""References out of an organisation's rows into shared tables: by what both installations know, not by id.

Floors above register theirs with `translate`. A reference to a person keeps its id, for the people travel along; so
does one to a shared row that is the organisation's own, told as `own:<id>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OWN: Final = "own:"
_ID: Final = "^own:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


@dataclass(frozen=True, slots=True)
class NaturalKey:
    """SQL expressions: `out` from the id in `{column}` to a text, `back` from the text in `{value}` to the id there, or
    to NULL where the installation has no such row. `what`: how a person calls the whole;
    what follows a `#` in a text names a part of it.
    """

    out: str
    back: str
    what: str
    check: str = ""
    """SQL with `{value}`, not NULL where what a text names is there: of a part, the whole. Empty: `back`."""

    @property
    def checked(self) -> str:
        return self.check or self.back


_known: Final[dict[str, NaturalKey]] = {
    "auth.Permission": NaturalKey(
        out="(SELECT c.app_label || '.' || p.codename FROM auth_permission p JOIN django_content_type c"
        " ON c.id = p.content_type_id WHERE p.id = {column})",
        back="(SELECT p.id FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id"
        " WHERE c.app_label || '.' || p.codename = {value})",
        what="permission",
    )
}


def translate(label: str, key: NaturalKey) -> None:
    """Rows of the shared model `label` (`app.Model`) are named by `key` in an export."""
    _known[label] = key


def natural_key(label: str) -> NaturalKey | None:
    return _known.get(label)


def own_or(text: str, *, row: str) -> str:
    """SQL for `NaturalKey.out`: `text` for a public row of the shared table aliased `row`, else the id it keeps."""
    return f"CASE WHEN {row}.organisation_id IS NULL THEN {text} ELSE '{OWN}' || {row}.id END"


def own_id_or(found: str) -> str:
    """SQL for `NaturalKey.back`: the id that `{value}` itself tells, else what `found` finds."""
    # Braces are doubled: the expression is a template still.
    pattern = _ID.replace("{", "{{").replace("}", "}}")
    return f"CASE WHEN {{value}} ~ '{pattern}' THEN substring({{value}} FROM {len(OWN) + 1})::uuid ELSE {found} END"
