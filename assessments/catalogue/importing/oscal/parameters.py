"""Parameters of a catalogue, and prose with them put in: as values where they are set, otherwise as blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names

_INSERT: Final = re.compile(r"\{\{\s*(?:insert\s*:\s*(?P<type>[\w-]+)\s*,\s*)?(?P<id>[^{},\s]+)\s*\}\}")
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\((#?)([^()\s]*)\)")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!'\"<>|~-])")
_DEEPEST = 8


class Parameters:
    """All parameters of one catalogue by id. Ids are unique in a catalogue; the first of two counts."""

    def __init__(self, found: Iterable[Located]) -> None:
        self._by_id: dict[str, Located] = {}
        for param in found:
            if not (identifier := param.text("id")):
                param.warning("a parameter without id can never be used")
                continue
            if (other := self._by_id.setdefault(identifier, param)) is not param:
                param.warning(f"the parameter {identifier} stands also at {other.place}; the first one counts")
        self.unknown: set[str] = set()

    def fill(self, prose: str, *, at: Located) -> str:
        """The prose with every insert shown and links as their words. Unknown ids stay as they are written."""
        return _ESCAPED.sub(r"\1", _LINK.sub(r"\1", self._fill(prose, at=at, depth=0)))

    def _fill(self, prose: str, *, at: Located, depth: int) -> str:
        def shown(match: re.Match[str]) -> str:
            identifier, kind = match["id"], match["type"] or "param"
            if kind == "param" and identifier in self._by_id:
                return self._shown(self._by_id[identifier], at=at, depth=depth)
            at.warning(
                f"inserts {identifier}, which is no parameter of this catalogue; it stays as written",
                kind="inserts of unknown parameters",
            )
            self.unknown.add(identifier)
            return match[0]

        return _INSERT.sub(shown, prose) if "{{" in prose else prose

    def _shown(self, param: Located, *, at: Located, depth: int) -> str:
        if depth > _DEEPEST:
            at.warning(f"the parameter {param.text('id')} inserts itself; it stays a blank")
            return f"[{param.text('id')}]"
        if values := param.texts("values", "value"):
            return ", ".join(self._fill(value, at=param, depth=depth + 1) for value in values)
        limits = [limit for entry in _entries(param, "constraints") if (limit := entry.text("description", "detail"))]
        told = f" ({'; '.join(self._fill(limit, at=param, depth=depth + 1) for limit in limits)})" if limits else ""
        return f"[{self._blank(param, depth=depth)}{told}]"

    def _blank(self, param: Located, *, depth: int) -> str:
        select = param.object("select")
        choices = select.texts("choice", "choices", "alternatives") if select else []
        if select and choices:
            how = "one or more" if "more" in select.text("how-many").replace("-", " ") else "one of"
            return f"{how}: {'; '.join(self._fill(choice, at=param, depth=depth + 1) for choice in choices)}"
        if words := param.text("label"):
            return self._fill(words, at=param, depth=depth + 1)
        parts = [value for _, value in names.prop_values(param, "aggregates") if value in self._by_id]
        if parts:
            return ", ".join(self._blank(self._by_id[part], depth=depth + 1) for part in parts if depth < _DEEPEST)
        return param.text("usage") or param.text("id")


def _entries(param: Located, key: str) -> list[Located]:
    """Objects of a list that older editions wrote as texts."""
    value = param.get(key)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return [param.copy_with([("description", item)]) for item in value]
    return param.objects(key)
