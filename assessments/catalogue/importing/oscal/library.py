"""The OSCAL documents of one import, found by what other documents call them. Nothing is ever fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from assessments.catalogue.importing.documents.located import Located


@dataclass(slots=True)
class Library:
    """File name → (root's name, root)."""

    documents: dict[str, tuple[str, Located]] = field(default_factory=dict)

    def find(self, href: str, *, within: Located, at: Located) -> tuple[str, Located] | None:
        """The catalogue or profile that `href` names in `within`; None and a fault where it is not here."""
        if not href:
            at.fault("imports something without saying what (href is missing)")
            return None
        addresses = _addresses(href, within=within) if href.startswith("#") else [href]
        for address in addresses:
            if (found := self._by_name(address)) is not None and found[0] in {"catalog", "profile"}:
                return found
        wanted = " or ".join(dict.fromkeys(_name(address) for address in addresses if address)) or href
        at.fault(f"imports {wanted}, which is not among the files; upload it too")
        return None

    def by_name(self, href: str, *, within: Located) -> tuple[str, Located] | None:
        addresses = _addresses(href, within=within) if href.startswith("#") else [href]
        return next((found for address in addresses if (found := self._by_name(address))), None)

    def _by_name(self, address: str) -> tuple[str, Located] | None:
        name = _name(address).casefold()
        for file, found in self.documents.items():
            if _name(file).casefold() == name:
                return found
        # The same document in another notation: an XML profile names an XML catalogue.
        for file, found in self.documents.items():
            if _stem(_name(file)) == _stem(name):
                return found
        return None


def _addresses(href: str, *, within: Located) -> list[str]:
    """Where a resource of the back matter says that its document lies."""
    matter = within.object("back-matter")
    for resource in matter.objects("resources", "resource") if matter else []:
        if resource.text("uuid", "id") == href.removeprefix("#"):
            return [link.text("href") for link in resource.objects("rlinks", "rlink")]
    return []


def _name(address: str) -> str:
    return PurePosixPath(unquote(urlsplit(address).path).replace("\\", "/")).name or address


def _stem(name: str) -> str:
    stem = name.casefold()
    for ending in (".json", ".xml", ".yaml", ".yml"):
        stem = stem.removesuffix(ending)
    return stem.removesuffix("-min")
