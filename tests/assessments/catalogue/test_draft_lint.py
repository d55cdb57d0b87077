"""What lint finds in a draft, and where: the loader's rules, relaxed, told with JSON pointers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assessments.catalogue.drafts.content import MOST_REQUIREMENTS, DraftContent, DraftRequirement, DraftText
from assessments.catalogue.drafts.lint import lint
from assessments.catalogue.drafts.reading import content_from_json
from assessments.catalogue.drafts.tree import DEEPEST, tree_of
from assessments.catalogue.selectors import vocabulary

FACTS = {
    "publisher": "Acme", "edition": "1", "year": 2026, "status": "current", "kind": "framework",
    "nature": "framework", "certifiable": False, "sectors": ["all"],
}  # fmt: skip


def row(ref: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    return {"ref": ref, "parent": parent, "texts": {"en": {"title": ref}}} | more


def content(*rows: dict[str, Any], **more: Any) -> DraftContent:
    least = {"slug": "own-x", "number": "X", "title": "X", "facts": FACTS}
    return content_from_json(least | {"requirements": list(rows) or [row("1")]} | more)


def faults(*rows: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    found = lint(content(*rows, **more), vocabulary=vocabulary())
    assert (found.document is None) == bool(found.faults)
    return [(fault.pointer, fault.ref) for fault in found.faults]


def test_the_least_there_can_be_is_published_and_warned_of() -> None:
    found = lint(content(), vocabulary=vocabulary())
    assert not found.faults
    assert found.document is not None
    assert [node.ref for node in found.document.requirements] == ["1"]
    warned = {(warning.pointer, warning.message.rpartition(": ")[2]) for warning in found.warnings}
    assert {
        ("/requirements/0/texts/en", "question is missing"),
        ("/requirements/0/texts/en", "levels is missing"),
        ("/requirements/0", "an assessable requirement has 1 to 3 themes, not 0"),
        ("/prose/en", "definition is missing"),
        ("/faq/en", "must have at least 6 entries, not 0"),
    } <= warned


@pytest.mark.parametrize(
    ("rows", "more", "pointer", "ref"),
    [
        ([row("1"), row("1")], {}, "/requirements/1/ref", "1"),
        ([row("1", "0")], {}, "/requirements/0/parent", "1"),
        ([row("0"), row("a", "b"), row("b", "a")], {}, "/requirements/1/parent", "a"),
        ([row("a/b")], {}, "/requirements/0/ref", "a/b"),
        ([row("1", texts={"de": {"title": "t"}})], {}, "/requirements/0/texts", "1"),
        ([row("1", texts={"en": {"title": ""}})], {}, "/requirements/0/texts/en/title", "1"),
        ([row("1", texts={"en": {"title": "t", "levels": {"9": "x"}}})], {}, "/requirements/0/texts/en/levels", "1"),
        ([row("1"), row("2", "1", themes=["nobodys"])], {}, "/requirements/1/themes/0", "2"),
        ([row("1", weight=-1)], {}, "/requirements/0/weight", "1"),
        ([row("1", target=99)], {}, "/requirements/0/target", "1"),
        ([row("1", withdrawn=["7"]), row("2")], {}, "/requirements/0/withdrawn", "1"),
        ([row("1", assessable=False)], {}, "/requirements", ""),
        ([row("1")], {"slug": "x"}, "/slug", ""),
        ([row("1")], {"slug": "own-X x"}, "/slug", ""),
        ([row("1")], {"scale": "nobodys"}, "/scale", ""),
        ([row("1")], {"scoring": {"method": "magic"}}, "/scoring/method", ""),
        ([row("1")], {"scoring": {"parameters": {"reached": 2}}}, "/scoring/parameters/reached", ""),
        ([row("1")], {"scoring": {"method": "staged_minimum"}}, "/requirements/0", "1"),
        ([row("1")], {"facts": FACTS | {"kind": "song"}}, "/facts/kind", ""),
        ([row("1")], {"facts": {**FACTS, "year": None}}, "/facts/year", ""),
        ([row("1")], {"title": ""}, "/title", ""),
        ([row("1")], {"number": ""}, "/number", ""),
        ([row("1")], {"prose": {"en": {"colour": "red"}}}, "/prose/en/colour", ""),
        ([row("1")], {"selections": [{"slug": "a", "name": {"de": "A"}}]}, "/selections/0/name", ""),
        (
            [row("1")],
            {"scale": {"slug": "s", "name": {"en": "S"}, "levels": [{"level": 1, "name": {"en": "a"}}] * 2}},
            "/scale/levels",
            "",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(rows: list[Any], more: dict[str, Any], pointer: str, ref: str) -> None:
    assert (pointer, ref) in faults(*rows, **more) or (pointer.rpartition("/")[0], ref) in faults(*rows, **more)


def test_a_public_standard_keeps_off_the_slugs_of_organisations() -> None:
    own = content()
    assert [fault.pointer for fault in lint(own, vocabulary=vocabulary(), is_public=True).faults] == ["/slug"]
    assert not lint(replace(own, slug="x"), vocabulary=vocabulary(), is_public=True).faults


def test_children_may_stand_before_and_far_from_their_parents() -> None:
    found = lint(content(row("1.2", "1"), row("2"), row("1"), row("1.1", "1")), vocabulary=vocabulary())
    assert found.document is not None
    assert [(node.ref, node.depth) for node in found.document.requirements] == [
        ("2", 0), ("1", 0), ("1.2", 1), ("1.1", 1),
    ]  # fmt: skip


def test_a_chain_without_end_is_refused_and_exhausts_nothing() -> None:
    rows = [DraftRequirement(ref=str(n), parent=str(n - 1) if n else None) for n in range(MOST_REQUIREMENTS)]
    tree = tree_of(rows)
    assert [fault.ref for fault in tree.faults] == [str(DEEPEST)]
    circle = [DraftRequirement(ref=str(n), parent=str((n + 1) % 9)) for n in range(9)]
    assert {fault.ref for fault in tree_of(circle).faults} == {str(n) for n in range(9)}


def test_ten_thousand_requirements_are_checked_in_seconds() -> None:
    words = DraftText("A title", "A summary", "A question?", ("A record",), dict.fromkeys(range(1, 6), "Words"))
    heading = DraftText("A heading", "A summary")
    rows = [
        DraftRequirement(str(n), str(n // 50 * 50) if n % 50 else None, {"en": words if n % 50 else heading})
        for n in range(MOST_REQUIREMENTS)
    ]
    found = lint(replace(content(), requirements=tuple(rows)), vocabulary=vocabulary())
    assert found.document is not None, found.faults[:3]
    assert len(found.document.requirements) == MOST_REQUIREMENTS
