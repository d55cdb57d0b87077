"""The structure of a resolved profile: as the sources have it, flat, or the profile's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names
from assessments.catalogue.importing.oscal.selecting import Offered, offered, selected


def merge(profile: Located, *, taken: list[tuple[Located, set[str]]]) -> Located:
    """The selected controls of copied catalogues under one roof. A control whose parent was not selected moves up."""
    rule = profile.object("merge")
    used: set[str] = set()
    pruned = [_pruned(catalog, chosen=chosen, used=used) for catalog, chosen in taken]
    out = profile.copy_with()
    out.clear()
    if rule is not None and (custom := rule.object("custom")) is not None:
        _arrange(custom, pruned=pruned, out=out)
    elif rule is not None and _is_true(rule, "as-is"):
        out["controls"] = [control for catalog in pruned for control in names.controls(catalog)]
        out["groups"] = _joined([group for catalog in pruned for group in names.groups(catalog)])
    else:
        out["controls"] = [control for catalog in pruned for control in _top_controls(catalog)]
    return out


def _is_true(rule: Located, key: str) -> bool:
    value = rule.get(key)
    return value is True or (isinstance(value, str) and value.strip().lower() in {"true", "1", "yes"})


def _pruned(of: Located, *, chosen: set[str], used: set[str]) -> Located:
    """The catalogue or group with the selected controls alone; groups left empty fall out."""
    kept = [control for top in names.controls(of) for control in _kept(top, chosen=chosen, used=used)]
    groups = [_pruned(group, chosen=chosen, used=used) for group in names.groups(of)]
    for key in ("control", "group", "subcontrols"):
        of.pop(key, None)
    of["controls"] = kept
    of["groups"] = [group for group in groups if group["controls"] or group["groups"]]
    return of


def _kept(control: Located, *, chosen: set[str], used: set[str]) -> list[Located]:
    identifier = control.text("id")
    take = identifier in chosen and identifier not in used
    if take:
        used.add(identifier)
    below = [inner for child in names.controls(control) for inner in _kept(child, chosen=chosen, used=used)]
    if not take:
        return below
    for key in ("control", "subcontrols"):
        control.pop(key, None)
    control["controls"] = below
    return [control]


def _joined(groups: Iterable[Located]) -> list[Located]:
    """Groups of one id from several sources become one."""
    by_id: dict[str, Located] = {}
    out: list[Located] = []
    for group in groups:
        identifier = group.text("id")
        if identifier and identifier in by_id:
            first = by_id[identifier]
            first["controls"] = [*names.controls(first), *names.controls(group)]
            first["groups"] = _joined([*names.groups(first), *names.groups(group)])
        else:
            out.append(group)
            if identifier:
                by_id[identifier] = group
    return out


def _top_controls(of: Located) -> list[Located]:
    return [*names.controls(of), *(control for group in names.groups(of) for control in _top_controls(group))]


def _arrange(custom: Located, *, pruned: list[Located], out: Located) -> None:
    """The groups of the profile, filled by its insert-controls. A child goes with its parent where both are meant."""
    pool = custom.copy_with([("controls", [control for catalog in pruned for control in _top_controls(catalog)])])
    offers = offered(pool)
    parents = {child: holder for holder, below in offers.children.items() for child in below}
    placed: set[str] = set()
    _fill(out, entry=custom, offers=offers, parents=parents, placed=placed)
    lost = [identifier for identifier in offers.controls if identifier not in placed]
    if lost:
        custom.warning(
            f"{len(lost)} selected controls stand in no group of the profile and are left out, first {lost[0]}"
        )


def _fill(holder: Located, *, entry: Located, offers: Offered, parents: Mapping[str, str], placed: set[str]) -> None:
    chosen: list[Located] = []
    for insert in entry.objects("insert-controls", "calls", "insert"):
        ids = selected(insert, among=offers, insert=True)
        order = insert.text("order").lower()
        ranked = [identifier for identifier in offers.controls if identifier in ids]
        if order in {"ascending", "descending"}:
            ranked.sort(reverse=order == "descending")
        chosen.extend(
            _placed(offers.controls[identifier], placed=placed)
            for identifier in ranked
            if identifier not in placed and parents.get(identifier) not in ids
        )
    holder["controls"] = chosen
    made = [group.copy_with() for group in names.groups(entry)]
    for group in made:
        _fill(group, entry=group.copy_with(), offers=offers, parents=parents, placed=placed)
    holder["groups"] = made


def _placed(control: Located, *, placed: set[str]) -> Located:
    placed.add(control.text("id"))
    below = [_placed(child, placed=placed) for child in names.controls(control) if child.text("id") not in placed]
    return control.copy_with([("controls", below)])
