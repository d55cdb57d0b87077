"""Editions in memory: few queries, the right words, and parts ready to be embedded."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
import pytest

from assessments.catalogue.bounded import Bounded
from assessments.catalogue.editions import Edition, Words, edition, forget_editions
from assessments.catalogue.models import Standard
from assessments.catalogue.selectors import current_standard
from assessments.scoring import LeafState, score

pytestmark = pytest.mark.django_db


def iso_13485() -> Edition:
    current = current_standard("iso-13485-2016")
    assert current is not None
    return edition(current.id)


def test_an_edition_is_read_once_with_at_most_four_queries(django_assert_max_num_queries: Any) -> None:
    current = current_standard("iso-13485-2016")
    assert current is not None
    forget_editions()
    with django_assert_max_num_queries(4):
        first = edition(current.id)
    with django_assert_max_num_queries(0):
        again = edition(current.id)
        again.fragments("en")
        assert again.score_tree is first.score_tree
    assert again is first


def test_nodes_stand_in_document_order_with_parents_and_children() -> None:
    found = iso_13485()
    refs = [node.ref for node in found.nodes]
    assert refs.index("7.5.9.2") < refs.index("7.5.10") < refs.index("7.5.11")
    assert found.by_ref["7.5.9"].children == ("7.5.9.1", "7.5.9.2")
    assert found.by_ref["7.5.10"].parent == "7.5"
    assert found.by_ref["7.5.9.2"].applies_if == "implantable"
    assert all(found.by_id[node.id] is node for node in found.nodes)


def test_a_fragment_is_the_public_part_of_its_requirement_ready_to_embed() -> None:
    found = iso_13485()
    fragments = found.fragments("en")
    assert list(fragments) == [node.ref for node in found.nodes]
    embedded = orjson.loads(orjson.dumps({"requirement": orjson.Fragment(fragments["8.2.2"]), "answer": None}))
    requirement = embedded["requirement"]
    assert list(requirement) == [
        "ref", "parent", "depth", "assessable", "weight", "themes", "applies_if", "title", "summary", "question",
        "evidence", "levels",
    ]  # fmt: skip
    assert requirement["parent"] == "8.2"
    assert list(requirement["levels"]) == ["1", "2", "3", "4", "5"]
    assert orjson.loads(fragments["8.2"])["levels"] == {}


def test_a_language_without_words_falls_back_to_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    found = iso_13485()
    german = Words("Beschwerden", "Kurz.", "Frage?", ("Beleg",), {"1": "Anfang"})
    both = Edition(
        **{
            name: getattr(found, name)
            for name in Edition.__dataclass_fields__
            if name not in {"words", "languages", "_fragments", "_lock"}
        },
        languages=("en", "de"),
        words={"en": found.words["en"], "de": {"8.2.2": german}},
    )
    assert both.texts("de")["8.2.2"].title == "Beschwerden"
    assert both.texts("de")["8.2.1"] == found.texts("en")["8.2.1"]
    assert both.texts("fr") == found.texts("en")
    assert orjson.loads(both.fragments("de")["8.2.2"])["title"] == "Beschwerden"


def test_the_scoring_tree_is_that_of_the_edition() -> None:
    found = iso_13485()
    leaves = [node.ref for node in found.nodes if node.assessable]
    sheet = score(found.score_tree, {ref: LeafState(level=3, applicable=True, evidenced=False) for ref in leaves})
    assert sheet.root.asserted == 3
    assert sheet.root.total == len(leaves) == 72
    assert found.levels == {0, 1, 2, 3, 4, 5}
    assert found.scale_in("en")["levels"][3]["name"] == "Defined"


def test_an_unknown_edition_is_no_edition() -> None:
    with pytest.raises(Standard.DoesNotExist):
        edition(uuid.UUID(int=7))


def test_the_cache_keeps_only_what_was_used_last() -> None:
    kept: Bounded[str, int] = Bounded(size=2)
    made: list[str] = []

    def ask(key: str) -> None:
        kept.get_or_make(key, lambda: made.append(key) or len(made))

    for key in ("a", "b", "a", "c", "a", "b"):
        ask(key)
    assert made == ["a", "b", "c", "b"]
    assert len(kept) == 2
