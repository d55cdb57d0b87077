"""Pages of standards that say little: what is not known is told as that. A module of its own, as it adds standards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assessments.catalogue.web import pages
from tests.assessments.catalogue.rich import PLAIN, RICH, write_rich
from tests.assessments.catalogue.test_web_pages import ONE, parsed, text_of, words
from tests.assessments.standards import synced

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_pages() -> Iterator[None]:
    pages.forget_web_pages()
    yield
    pages.forget_web_pages()


@pytest.fixture(scope="module")
def rich_catalogue(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    with django_db_blocker.unblock(), synced(write_rich(tmp_path_factory.mktemp("rich") / "data")):
        yield


@pytest.mark.usefixtures("rich_catalogue")
@pytest.mark.parametrize("slug", [RICH, PLAIN, "act-7"])
def test_what_is_not_known_is_told_as_not_stated(slug: str) -> None:
    first, second = sorted((slug, ONE))
    for path in (f"/standards/{slug}/", f"/compare/{first}-vs-{second}/"):
        text = text_of(path)
        parsed(text)
        assert "None" not in words(parsed(text))
        if slug != RICH:
            assert "not stated" in text
    thin = '<meta name="robots" content="noindex">' in text
    assert thin == (slug != RICH)
    assert (f"/compare/{first}-vs-{second}/" in text_of("/sitemap.xml")) == (not thin)
