"""What points where in a catalogue: successors of what was withdrawn, references, and links that lead nowhere."""

from __future__ import annotations

import re
from typing import Final

from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names
from assessments.catalogue.importing.wording import one_line

RESOLVED: Final = "resolution-source"
"""The relation of a resolved catalogue to its profile, which OSCAL's profile resolution asks for."""
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PROSE_LINK: Final = re.compile(r"\]\(#([^()\s]+)\)")


class Links:
    """`owners`: id of a control or of a part within → id of the control. Ids that stand twice are reported.

    A catalogue resolved from a profile, as its metadata say, is a selection of another: links to controls that it
    leaves out are counted, for there is nothing wrong with them.
    """

    def __init__(self, catalog: Located) -> None:
        self._catalog = catalog
        self.owners: dict[str, str] = {}
        self.joined: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._groups: set[str] = set()
        self._resources = _resources(catalog)
        self._not_taken = self._left_out = 0
        self._selects = any(link.text("rel").lower() == RESOLVED for link in _metadata_links(catalog))
        for group in _every_group(catalog):
            self._groups.add(group.text("id"))
        for control in names.every_control(catalog):
            self._own(control, owner=control.text("id"), control=True)
        for control in names.every_control(catalog):
            for part in names.every_part(control):
                self._own(part, owner=control.text("id"), control=False)

    def join(self, inner: Located, outer: Located) -> None:
        """From here on the one control stands for the other."""
        self.joined[inner.text("id")] = outer.text("id")
        for identifier, owner in self.owners.items():
            if owner == inner.text("id"):
                self.owners[identifier] = outer.text("id")

    def successors(self, control: Located) -> tuple[str, ...]:
        """The controls that took its place; those that are not here are reported."""
        found: list[str] = []
        for link, identifier in names.successors(control):
            owner = self._owner(identifier) or (group_key(identifier) if identifier in self._groups else "")
            if owner:
                found.append(owner)
            else:
                link.warning(
                    f"{control.text('id')} went into {identifier or 'nothing'}, which is not in this catalogue"
                )
        return tuple(dict.fromkeys(found))

    def references(self, item: Located) -> list[str]:
        """The titles of documents that an item refers to; links to what is not there are reported."""
        found = []
        for link in names.links(item):
            rel, href = link.text("rel").lower(), link.text("href")
            words = one_line(link.text("text"))
            if rel == "reference":
                identifier = href.removeprefix("#")
                if href.startswith("#") and identifier not in self._resources:
                    self._dangling(link, identifier)
                found.append(words or self._resources.get(identifier, "") or ("" if href.startswith("#") else href))
            elif href.startswith("#") and not _is_successor(link):
                self._not_taken += 1
                self._check(link, href.removeprefix("#"))
        for part in names.every_part(item):
            for identifier in _PROSE_LINK.findall(part.text("prose")):
                self._check(part, identifier)
        return [text for text in dict.fromkeys(found) if text]

    def tell(self) -> None:
        if self._not_taken:
            self._catalog.note(f"{self._not_taken:,} links between controls are not taken over")
        if self._left_out:
            self._catalog.note(f"links to controls that this selection leaves out: {self._left_out:,}")

    def _own(self, item: Located, *, owner: str, control: bool) -> None:
        identifier = item.text("id")
        if not identifier:
            return
        if identifier in self.owners:
            what = "the control" if control else "the part"
            message = f"{what} {identifier} stands also at {self._places[identifier]}"
            # Of controls, the tree says it as a fault: a reference would mean two things.
            if not control:
                item.warning(f"{message}; links to it lead there", kind="ids of parts that stand twice")
            return
        self.owners[identifier] = owner
        self._places[identifier] = item.place

    def _owner(self, identifier: str) -> str:
        if identifier in self.owners:
            return self.owners[identifier]
        return self.owners.get(names.LINK_TO_PART.sub("", identifier), "")

    def _check(self, at: Located, identifier: str) -> None:
        if identifier in self._resources or identifier in self._groups or self._owner(identifier):
            return
        if self._selects and not _UUID.fullmatch(identifier):
            self._left_out += 1
            return
        self._dangling(at, identifier)

    def _dangling(self, at: Located, identifier: str) -> None:
        if _UUID.fullmatch(identifier):
            message, kind = (
                f"refers to the document {identifier}, which is not among the resources",
                "missing documents",
            )
        else:
            message, kind = f"refers to {identifier}, which is not in this catalogue", "links to what is not there"
        at.warning(message, kind=kind)


def group_key(identifier: str) -> str:
    """The key of a group's node: ids of groups and controls are told apart."""
    return f"group {identifier}"


def _metadata_links(catalog: Located) -> list[Located]:
    metadata = catalog.object("metadata")
    return names.links(metadata) if metadata else []


def _resources(catalog: Located) -> dict[str, str]:
    matter = catalog.object("back-matter")
    found = matter.objects("resources", "resource") if matter else []
    return {resource.text("uuid", "id"): one_line(resource.text("title")) for resource in found}


def _every_group(of: Located) -> list[Located]:
    return [inner for group in names.groups(of) for inner in (group, *_every_group(group))]


def _is_successor(link: Located) -> bool:
    return link.text("rel").lower() in names.SUCCESSORS
