"""What Plumbline writes as OSCAL it reads back: the tree, the words, and what OSCAL has no place for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assessments.catalogue.drafts.adapting import content_of as adapted
from assessments.catalogue.drafts.content import DraftContent, DraftRequirement
from assessments.catalogue.drafts.scales import with_shared_scales
from assessments.catalogue.editions import edition
from assessments.catalogue.models import Standard
from assessments.scoring import OwnAnswerRule
from tests.assessments.catalogue.importing.files import content_of, imported, messages
from tests.cast import Api

pytestmark = pytest.mark.django_db


def settled(content: DraftContent) -> list[DraftRequirement]:
    """The requirements with what may be left out filled in as publishing does."""
    parents = {node.parent for node in content.requirements}
    return [
        replace(
            node,
            assessable=node.withdrawn is None
            and (node.ref not in parents if node.assessable is None else node.assessable),
            own_answer_rule="" if node.own_answer_rule == OwnAnswerRule.BOTH else node.own_answer_rule,
            selections=None if node.withdrawn is not None else node.selections,
            texts=dict(node.texts),
        )
        for node in content.requirements
    ]


def full_slugs() -> list[str]:
    return sorted(folder.parent.name for folder in Path("assessments/catalogue/data").glob("*/structure.yaml"))


@pytest.mark.parametrize("slug", full_slugs())
def test_every_standard_comes_back_as_it_went(anyone: Api, slug: str) -> None:
    raw = anyone.get(f"/standards/{slug}/oscal/").content
    found = imported(("catalog.json", raw))
    of = edition(Standard.public.get(slug=slug, is_current=True).pk)
    assert not found.refused, messages(found, "fault")
    assert found.counts.get("warning", 0) == 0, messages(found, "warning")
    back, there = with_shared_scales(content_of(found)), adapted(of.id)
    assert (back.number, back.title, back.language) == (there.number, there.title, there.language)
    assert (back.scale, back.scoring) == (there.scale, there.scoring)
    assert (back.selections, back.alternatives) == (there.selections, there.alternatives)
    assert back.facts == {name: there.facts[name] for name in back.facts}
    assert {"publisher", "edition", "year", "kind", "nature", "certifiable", "sectors", "status"} <= back.facts.keys()
    for come, gone in zip(settled(back), settled(there), strict=True):
        assert come == gone, gone.ref
