"""What Plumbline writes as OSCAL it reads back: the tree, the words, and what OSCAL has no place for."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessments.catalogue.editions import edition
from assessments.catalogue.models import Standard
from tests.assessments.catalogue.importing.files import by_ref, content_of, imported, messages
from tests.cast import Api

pytestmark = pytest.mark.django_db


def full_slugs() -> list[str]:
    return sorted(folder.parent.name for folder in Path("assessments/catalogue/data").glob("*/structure.yaml"))


@pytest.mark.parametrize("slug", full_slugs())
def test_every_standard_comes_back_as_it_went(anyone: Api, slug: str) -> None:
    raw = anyone.get(f"/standards/{slug}/oscal/").content
    found = imported(("catalog.json", raw))
    of = edition(Standard.public.get(slug=slug, is_current=True).pk)
    rows = by_ref(found)
    assert not found.refused, messages(found, "fault")
    assert {ref: row.parent for ref, row in rows.items()} == {node.ref: node.parent for node in of.nodes}
    assert {ref for ref, row in rows.items() if row.withdrawn is not None} == {
        node.ref for node in of.nodes if node.withdrawn is not None
    }
    assert {ref for ref, row in rows.items() if row.assessable} == {node.ref for node in of.nodes if node.assessable}
    assert {ref: (row.weight, row.themes) for ref, row in rows.items() if row.assessable} == {
        node.ref: (node.weight, tuple(node.themes)) for node in of.nodes if node.assessable
    }
    content = content_of(found)
    assert (content.number, content.scale) == (of.number, of.scale["slug"])
    assert [entry.slug for entry in content.selections] == [entry["slug"] for entry in of.selections]
    for node in of.nodes:
        text, words = rows[node.ref].texts["en"], of.words["en"][node.ref]
        told = (text.title, text.question, text.evidence, {str(level): said for level, said in text.levels.items()})
        assert told == (words.title, words.question, tuple(words.evidence), dict(words.levels)), node.ref
        assert text.summary == (words.summary or words.title), node.ref
