"""A profile resolved to a catalogue, out of the files of one import and nothing else.

After NIST's profile resolution: import (with include and exclude), merge (as-is, flat, custom, combine), modify. In
place of `keep` for one control that comes in twice, the first is taken, since a reference stands for one requirement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names
from assessments.catalogue.importing.oscal.altering import alter, duplicate, set_parameters
from assessments.catalogue.importing.oscal.library import Library
from assessments.catalogue.importing.oscal.links import RESOLVED
from assessments.catalogue.importing.oscal.merging import merge
from assessments.catalogue.importing.oscal.selecting import Offered, offered, selected


def resolve(profile: Located, *, library: Library, above: tuple[int, ...] = ()) -> Located | None:
    """The catalogue that a profile stands for; None where a file it needs is missing (a fault)."""
    if id(profile) in above:
        profile.fault("imports itself, by way of other profiles")
        return None
    sources = [
        (entry, source)
        for entry in profile.objects("imports", "import")
        if (source := _source(entry, profile=profile, library=library, above=(*above, id(profile)))) is not None
    ]
    if not sources:
        if not profile.objects("imports", "import"):
            profile.fault("imports nothing")
        return None
    taken = [(source, offers := offered(source), selected(entry, among=offers)) for entry, source in sources]
    _tell_repeated([(offers, chosen) for _, offers, chosen in taken], profile=profile)
    resolved = merge(profile, taken=[(duplicate(source), chosen) for source, _, chosen in taken])
    resolved["params"] = [param for source, _, _ in taken for param in map(duplicate, names.params(source))]
    resolved["back-matter"] = _back_matter(profile, sources=[source for _, source in sources])
    if metadata := profile.object("metadata"):
        source = metadata.copy_with([("rel", RESOLVED), ("href", f"#{profile.text('uuid')}")])
        kept = [(name, value) for name, value in metadata.items() if name not in {"links", "link"}]
        resolved["metadata"] = metadata.copy_with([*kept, ("links", [*names.links(metadata), source])])
    _modify(profile, resolved=resolved, known={key: value for _, o, _ in taken for key, value in o.controls.items()})
    return resolved


def _source(entry: Located, *, profile: Located, library: Library, above: tuple[int, ...]) -> Located | None:
    found = library.find(entry.text("href"), within=profile, at=entry)
    if found is None:
        return None
    kind, document = found
    return resolve(document, library=library, above=above) if kind == "profile" else document


def _tell_repeated(taken: list[tuple[Offered, set[str]]], *, profile: Located) -> None:
    seen: set[str] = set()
    for offers, chosen in taken:
        for identifier in offers.controls:
            if identifier in chosen and identifier in seen:
                profile.warning(f"the control {identifier} is imported twice; the first one is taken",
                                kind="controls that are imported twice")  # fmt: skip
        seen |= chosen


def _back_matter(profile: Located, *, sources: list[Located]) -> Located:
    resources = [
        resource
        for of in (*sources, profile)
        if (matter := of.object("back-matter"))
        for resource in matter.objects("resources", "resource")
    ]
    return profile.copy_with([("resources", resources)])


def _modify(profile: Located, *, resolved: Located, known: Mapping[str, Located]) -> None:
    modify = profile.object("modify")
    if modify is None:
        return
    controls = {control.text("id"): control for control in names.every_control(resolved)}
    settings = modify.objects("set-parameters", "settings", "parameter-settings", keyed="param-id")
    set_parameters(settings, params=dict(_params(resolved)))
    alter(modify.objects("alters", "alterations"), controls=controls, known=known)


def _params(of: Located) -> Iterator[tuple[str, Located]]:
    """Parameters by id, as objects of the catalogue itself: what was written as a map becomes a list first."""
    if found := names.params(of):
        of.pop("parameters", None)
        of.pop("parameter-settings", None)
        of["params"] = found
        yield from ((param.text("id"), param) for param in found)
    for inner in (*names.controls(of), *names.groups(of)):
        yield from _params(inner)
