"""The index follows what is current."""

from __future__ import annotations

from pathlib import Path

from api.languages import configuration
from assessments.catalogue.models import SearchEntry, Standard
from assessments.catalogue.search.index import index_current
from assessments.catalogue.sync import sync_catalogue
from tests.assessments.catalogue.sample import SLUG, change


def test_what_leaves_the_catalogue_leaves_the_index(data: Path, owner: str) -> None:
    sync_catalogue(data, using=owner)
    entries = SearchEntry.objects.using(owner).filter(standard__slug=SLUG)
    assert sorted(entries.values_list("keys", flat=True)) == [["7"], ["7.1"], ["7.10"], ["8"]]
    Standard.objects.using(owner).filter(slug=SLUG).update(is_current=False)
    assert index_current(using=owner) == 0
    assert not entries.exists()


def test_new_words_take_the_place_of_old_ones(data: Path, owner: str) -> None:
    sync_catalogue(data, using=owner)
    change(data / SLUG / "en" / "requirements-7.yaml", old="title: Planning", new="title: Zebra planning")
    sync_catalogue(data, using=owner)
    entries = SearchEntry.objects.using(owner).filter(standard__slug=SLUG)
    assert [title for title in entries.values_list("title", flat=True) if title.startswith("Zebra")]
    assert entries.count() == 4


def test_a_language_has_its_own_stemming() -> None:
    assert configuration("de") == "german"
    assert configuration("pt-BR") == "portuguese"
    assert configuration("et") == "simple"
