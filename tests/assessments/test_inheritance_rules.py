"""Which answers speak for which requirements, and at which level: the rules, without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from assessments.catalogue.crosswalk import LinkGroup, Side
from assessments.inheritance import FULL, PARTIAL, Given, Requirement, carried_level, offers
from assessments.inheritance.offers import Bridge


def scale(slug: str, *levels: int, worths: tuple[float, ...] = ()) -> dict[str, Any]:
    told = [{"level": level, **({"worth": worths[at]} if worths else {})} for at, level in enumerate(levels)]
    return {"slug": slug, "minimum": levels[0], "maximum": levels[-1], "levels": told}


FIVE = scale("five", 0, 1, 2, 3, 4, 5)
TIERS = scale("tiers", 1, 2, 3, 4)
WORTH = scale("worth", 0, 1, 2, 3, worths=(0, 0.25, 0.5, 1))


@pytest.mark.parametrize(
    ("level", "of", "to", "partial", "expected"),
    [
        (3, FIVE, FIVE, False, (3, False, False)),
        (2.5, FIVE, FIVE, False, (2, False, False)),
        (3, FIVE, TIERS, False, (2, False, True)),
        (5, FIVE, TIERS, False, (4, False, True)),
        (1, TIERS, FIVE, False, (0, False, True)),
        (4, TIERS, FIVE, False, (5, False, True)),
        (2, WORTH, FIVE, False, (2, False, True)),
        (4, FIVE, WORTH, False, (2, False, True)),
        (5, FIVE, FIVE, True, (2, True, False)),
        (1, FIVE, FIVE, True, (1, False, False)),
        (5, FIVE, TIERS, True, (2, True, True)),
    ],
)
def test_a_level_is_carried_by_how_far_up_its_scale_it_stands(
    level: float, of: Any, to: Any, *, partial: bool, expected: tuple[int, bool, bool]
) -> None:
    found = carried_level(level, of=of, to=to, partial=partial)
    assert (found.level, found.capped, found.moved) == expected


@drawn(
    of=st.sampled_from([FIVE, TIERS, WORTH]),
    to=st.sampled_from([FIVE, TIERS, WORTH]),
    share=st.floats(0, 1),
    partial=st.booleans(),
)
def test_nothing_is_ever_carried_up(of: Any, to: Any, share: float, *, partial: bool) -> None:
    from assessments.inheritance.mapping import position

    level = of["minimum"] + share * (of["maximum"] - of["minimum"])
    found = carried_level(level, of=of, to=to, partial=partial)
    assert position(to, found.level) <= position(of, level) + 1e-6
    assert found.level in [entry["level"] for entry in to["levels"]]
    assert not partial or position(to, found.level) <= 0.5


def answer(ref: str, *, standard: str = "other", level: float | None = 4.0, **fields: Any) -> Given:
    return Given(
        answer_id=uuid4(),
        assessment_id=UUID(int=1),
        assessment_name="Before",
        standard=standard,
        number=standard.upper(),
        standard_id=UUID(int=2),
        ref=ref,
        level=level,
        **{
            "applicable": level is not None,
            "reason": "" if level is not None else "None here.",
            "note": "",
            "state": "submitted",
            "validated": False,
            "answered_at": "2026-01-01T00:00:00.000000Z",
            "scale": FIVE,
            **fields,
        },
    )


OTHER = Side("other", has_tree=True, leaves={"a": ("a",), "b": ("b",), "h": ("a", "b")})
HERE = Side("here", has_tree=True, leaves={"1": ("1",), "2": ("2",), "top": ("1", "2")})
WANTED = [Requirement("1", FIVE), Requirement("2", FIVE)]


def bridge(*groups: LinkGroup) -> Bridge:
    return Bridge("other--here", "other", groups, ["Because."] * len(groups), False, OTHER, HERE)


def link(source: str, target: str, relation: str, provenance: str = "reviewed") -> LinkGroup:
    return LinkGroup(tuple(source.split()), tuple(target.split()), relation, provenance, {"en": "Because."})


def over(*groups: LinkGroup, answers: list[Given], **options: Any) -> dict[str, Any]:
    given = {(found.standard, found.ref): found for found in answers}
    made = offers(WANTED, own={}, bridges=[bridge(*groups)], given=given, **options)
    return {offer.ref: offer for offer in made}


@pytest.mark.parametrize(
    ("relation", "carries", "level"),
    [("equal", FULL, 4), ("superset", FULL, 4), ("subset", PARTIAL, 2), ("intersects", PARTIAL, 2)],
)
def test_equal_and_containing_sources_carry_in_full_and_the_others_half_way(
    relation: str, carries: str, level: float
) -> None:
    [offer] = over(link("a", "1", relation), answers=[answer("a")]).values()
    assert (offer.ref, offer.best.carries, offer.best.level) == ("1", carries, level)
    assert (offer.best.relation, offer.best.rationale, offer.best.crosswalk) == (relation, "Because.", "other--here")
    assert any("in part only" in words for words in offer.best.words) == (carries == PARTIAL)


def test_a_group_speaks_with_its_lowest_answer_and_in_full_only_when_all_is_answered() -> None:
    both = over(link("a b", "1", "superset"), answers=[answer("a", level=5), answer("b", level=3)])
    assert (both["1"].best.carries, both["1"].best.level, both["1"].best.missing) == (FULL, 3, ())
    one = over(link("a b", "1", "superset"), answers=[answer("a", level=5)])
    assert (one["1"].best.carries, one["1"].best.level, one["1"].best.missing) == (PARTIAL, 2, ("b",))
    not_here = over(link("a b", "1", "superset"), answers=[answer("a"), answer("b", level=None)])
    assert (not_here["1"].best.carries, not_here["1"].best.missing) == (PARTIAL, ("b",))
    assert not over(link("a b", "1", "superset"), answers=[answer("b", level=None)])


def test_a_heading_of_either_side_means_what_is_below_it() -> None:
    found = over(link("h", "top", "equal"), answers=[answer("a", level=5), answer("b", level=4)])
    assert {ref: offer.best.level for ref, offer in found.items()} == {"1": 4, "2": 4}


def test_suggested_links_and_answers_that_came_over_links_lead_nowhere() -> None:
    assert not over(link("a", "1", "equal", "suggested"), answers=[answer("a")])
    passed_on = answer("a")
    assert not over(link("a", "1", "equal"), answers=[passed_on], counts=lambda found: found is not passed_on)


def test_the_best_of_several_routes_comes_first_and_the_others_stay_visible() -> None:
    groups = [link("a", "1", "intersects"), link("b", "1", "equal")]
    found = over(*groups, answers=[answer("a", level=5), answer("b", level=3)])["1"]
    assert [(route.carries, route.level) for route in found.routes] == [(FULL, 3), (PARTIAL, 2)]


def test_the_same_requirement_comes_before_links_and_reworded_is_to_be_looked_at() -> None:
    same, old = answer("1", standard="here"), answer("1", standard="here", level=5)
    given = {("other", "a"): answer("a", level=5)}

    def best(*own: tuple[Given, bool, bool]) -> Any:
        [offer] = offers(WANTED, own={"1": list(own)}, bridges=[bridge(link("a", "1", "equal"))], given=given)
        return offer.best

    assert best((same, True, True), (old, False, False)).kind == "same"
    assert best((old, True, False)).kind == "unchanged"
    reworded = best((old, False, False))
    assert reworded.kind == "crosswalk"
    [alone] = offers(WANTED, own={"1": [(old, False, False)]}, bridges=[], given={})
    assert (alone.best.kind, alone.best.carries, alone.best.level) == ("reworded", PARTIAL, 5)
    assert any("changed since" in words for words in alone.best.words)
    assert alone.best.grade == "low"
    assert best((replace(same, validated=True), True, True)).grade == "high"
    assert best((same, True, True)).grade == "medium"


def test_what_does_not_apply_is_carried_for_the_same_requirement_only() -> None:
    absent = answer("1", standard="here", level=None)
    [offer] = offers(WANTED, own={"1": [(absent, True, True)]}, bridges=[], given={})
    assert (offer.best.applicable, offer.best.reason, offer.best.level) == (False, "None here.", None)
