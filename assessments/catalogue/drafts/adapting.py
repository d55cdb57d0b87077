"""A published standard taken up again as the content of a draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from assessments.catalogue.drafts.content import (
    DraftAlternative,
    DraftContent,
    DraftLevel,
    DraftOption,
    DraftRequirement,
    DraftScale,
    DraftScoring,
    DraftSelection,
    DraftText,
)
from assessments.catalogue.drafts.scales import shared_or_own
from assessments.catalogue.editions import Edition, Node, edition
from assessments.catalogue.models import StandardText
from assessments.catalogue.selectors import published_standard
from assessments.scoring import OwnAnswerRule


def content_of(standard_id: UUID) -> DraftContent:
    """What an edition with a tree says, in all its languages; two queries beside those of the edition.

    Raises Standard.DoesNotExist.
    """
    of = edition(standard_id)
    published = published_standard(standard_id, language=of.languages[0])
    facts = {key: value for key, value in published.profile.facts.items() if (key, value) != ("sources", [])}
    rows = StandardText.objects.filter(standard_id=standard_id).values_list("language", "profile", "faq")
    told = {language: (dict(prose), list(faq)) for language, prose, faq in rows}
    default = told[of.languages[0]][0]
    return DraftContent(
        slug=of.slug,
        number=str(facts.pop("number")),
        title=default["title"],
        requirements=tuple(_requirement(node, of=of) for node in of.nodes),
        language=of.languages[0],
        facts=facts,
        scale=_scale(of.scale),
        scoring=DraftScoring(
            method=of.method,
            parameters=of.parameters,
            result=_scale(of.result_scale) if of.result_scale else None,
        ),
        selections=tuple(DraftSelection(entry["slug"], entry["name"]) for entry in of.selections),
        alternatives=tuple(_alternative(entry) for entry in of.alternatives),
        prose={
            language: {
                key: words for key, words in prose.items() if words and (key, words) != ("title", default["title"])
            }
            for language, (prose, _) in told.items()
        },
        faq={language: tuple(faq) for language, (_, faq) in told.items() if faq},
    )


def _requirement(node: Node, *, of: Edition) -> DraftRequirement:
    texts = {
        language: DraftText(
            title=words[node.ref].title,
            summary=words[node.ref].summary,
            question=words[node.ref].question,
            evidence=words[node.ref].evidence,
            levels={int(level): text for level, text in words[node.ref].levels.items()},
        )
        for language, words in of.words.items()
        if node.ref in words
    }
    usual = not node.children and node.withdrawn is None
    own_rule = "" if node.own_answer_rule == OwnAnswerRule.BOTH or not node.assessable else node.own_answer_rule
    return DraftRequirement(
        ref=node.ref,
        parent=node.parent,
        texts=texts,
        assessable=None if node.assessable == usual or node.withdrawn is not None else node.assessable,
        weight=node.weight,
        themes=node.themes,
        applies_if=node.applies_if,
        own_answer_rule=own_rule,
        withdrawn=node.withdrawn,
        points=node.points,
        partial_points=node.partial_points,
        stage=node.stage,
        selections=None if node.withdrawn is not None else node.selections,
        target=node.target,
        critical=node.critical,
    )


def _scale(told: Any) -> str | DraftScale:
    """By its slug where it is one of the catalogue's, else the whole of it."""
    levels = tuple(
        DraftLevel(level["level"], level["name"], level["criteria"], level.get("worth")) for level in told["levels"]
    )
    return shared_or_own(DraftScale(told["slug"], told["name"], levels))


def _alternative(told: Any) -> DraftAlternative:
    options = tuple(DraftOption(option["slug"], option["name"], tuple(option["refs"])) for option in told["options"])
    return DraftAlternative(told["slug"], told["name"], options)
