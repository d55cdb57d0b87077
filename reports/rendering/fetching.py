"""What a report may load while it is rendered: nothing.

The stylesheet is handed over as text and the charts stand in the document, so every attempt to fetch is a fault
(or an attack that got past the escaping): it is refused, remembered, and fails the report afterwards.
"""

from typing import NoReturn

from weasyprint.urls import URLFetcher


class NothingMayBeFetchedError(ValueError):
    """A document tried to load something."""


class DenyingFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint is untyped
    """Refuses every URL of every scheme, before any handler of the parent class could see it.

    The parent's own limits (no protocol allowed, no redirects) stand behind the overridden methods as a second
    lock.  `denied` keeps what was asked for, in order.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols=frozenset(), allow_redirects=False)
        self.denied: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
        self.denied.append(url)
        raise NothingMayBeFetchedError("a report may not load anything")

    def open(self, url: object, data: object = None, timeout: float | None = None) -> NoReturn:
        """Refuse as well: the parent inherits this from urllib's OpenerDirector."""
        self.fetch(str(getattr(url, "full_url", url)))
