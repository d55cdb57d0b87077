"""What a profile changes in the controls it took: parameters set, parts removed and added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names

_SETTABLE: Final = ("label", "usage", "values", "value", "select", "constraints", "guidelines", "class", "depends-on")
_PARTS_OF: Final = ("params", "parameters", "props", "properties", "annotations", "links", "parts")
_AFTER: Final = frozenset({"ending", "after", ""})


def duplicate(item: Any) -> Any:
    """A deep copy in the same places, so that a change touches no document."""
    if isinstance(item, Located):
        return item.copy_with([(key, duplicate(value)) for key, value in item.items()])
    if isinstance(item, list):
        return [duplicate(value) for value in item]
    return item


def set_parameters(settings: list[Located], *, params: Mapping[str, Located]) -> None:
    """`params`: those of the resolved catalogue by id; they are changed in place."""
    for setting in settings:
        identifier = setting.text("param-id", "id")
        param = params.get(identifier)
        if param is None:
            setting.warning(f"sets the parameter {identifier}, which no selected control has",
                            kind="parameters that are set and not there")  # fmt: skip
            continue
        for key in _SETTABLE:
            if key in setting:
                if key in {"values", "value"}:
                    param.pop("values", None)
                    param.pop("value", None)
                param[key] = setting[key]
        _extend(param, "props", names.props(setting))
        _extend(param, "links", names.links(setting))


def alter(alters: list[Located], *, controls: Mapping[str, Located], known: Mapping[str, Located]) -> None:
    """`controls`: the selected ones by id, changed in place; `known`: those that could have been selected."""
    for change in alters:
        identifier = change.text("control-id")
        control = controls.get(identifier)
        if control is None:
            if identifier in known:
                change.note(f"alters {identifier}, which is not selected", kind="alterations of controls not selected")
            else:
                change.warning(f"alters {identifier}, which what it imports does not have",
                               kind="alterations of unknown controls")  # fmt: skip
            continue
        for removal in change.objects("removes", "remove"):
            if not _remove(control, removal):
                removal.note(f"removes something that {identifier} does not have", kind="removals of what is not there")
        for addition in change.objects("adds", "add"):
            _add(control, addition)


def _remove(item: Located, removal: Located) -> bool:
    rules = {
        "name": removal.text("by-name", "name-ref"),
        "class": removal.text("by-class", "class-ref"),
        "id": removal.text("by-id", "id-ref"),
        "ns": removal.text("by-ns"),
    }
    kind = removal.text("by-item-name", "item-name")
    wanted = {key: value for key, value in rules.items() if value}
    if not wanted and not kind:
        return False
    removed = False
    for key in _PARTS_OF:
        inner = item.get(key)
        entries = inner if isinstance(inner, list) else []
        of_kind = not kind or key.startswith(kind) or (kind == "param" and key == "parameters")
        keep = [entry for entry in entries if not (of_kind and isinstance(entry, Located) and _fits(entry, wanted))]
        removed = removed or len(keep) != len(entries)
        if len(keep) != len(entries):
            item[key] = keep
    for part in names.parts(item):
        removed = _remove(part, removal) or removed
    return removed


def _fits(entry: Located, wanted: Mapping[str, str]) -> bool:
    return all(
        entry.text(key, "rel" if key == "name" and "href" in entry else key) == value for key, value in wanted.items()
    )


def _add(control: Located, addition: Located) -> None:
    """At the beginning or end of the control, or of the part `by-id`; before or after it, beside it."""
    where = addition.text("position").lower()
    by_id = addition.text("by-id", "id-ref")
    found = _find(control, by_id) if by_id and by_id != control.text("id") else (control, None)
    if found is None:
        addition.warning(f"adds something to {by_id}, which {control.text('id')} does not have; it is added at its end")
        found = (control, None)
    item, above = found
    if title := addition.text("title"):
        item["title"] = title
    _extend(item, "params", names.params(addition))
    _extend(item, "props", names.props(addition))
    _extend(item, "links", names.links(addition))
    added = names.parts(addition)
    if not added:
        return
    if above is not None and where in {"before", "after"}:
        siblings = names.parts(above)
        at = next(index for index, entry in enumerate(siblings) if entry is item) + (where == "after")
        above["parts"] = [*siblings[:at], *added, *siblings[at:]]
        above.pop("part", None)
    else:
        own = names.parts(item)
        item["parts"] = [*own, *added] if where in _AFTER else [*added, *own]
        item.pop("part", None)


def _find(of: Located, identifier: str) -> tuple[Located, Located] | None:
    """The part of that id and what holds it."""
    for part in names.parts(of):
        if part.text("id") == identifier:
            return part, of
        if found := _find(part, identifier):
            return found
    return None


def _extend(item: Located, key: str, more: list[Located]) -> None:
    if more:
        old = {"params": names.params, "props": names.props, "links": names.links}[key](item)
        for other in ("parameters", "properties", "annotations"):
            if key != "links" and (key == "params") == (other == "parameters"):
                item.pop(other, None)
        item[key] = [*old, *more]
