"""The hash of what a standard's files mean."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from assessments.catalogue.schema import DEFAULT_LANGUAGE, RequirementNode, RequirementText, Scale, StandardDocument
from assessments.scoring import OwnAnswerRule

CONTENT_VERSION = 1


def content_hash(document: StandardDocument) -> str:
    """sha256 over canonical JSON of what the files mean: independent of file layout, key order, quoting and folding."""
    return hashlib.sha256(orjson.dumps(_content(document), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _content(document: StandardDocument) -> dict[str, Any]:
    """Written out by hand, so that a new field with a default does not change the hash of what lacks it."""
    scoring = document.scoring
    content: dict[str, Any] = {
        "version": CONTENT_VERSION,
        "slug": document.slug,
        "method": document.method,
        "scale": _scale(document.scale),
        "facts": document.facts,
        "requirements": [_node(node) for node in document.requirements],
        "texts": {
            language: {ref: _text(text) for ref, text in texts.items()} for language, texts in document.texts.items()
        },
        "prose": document.prose,
        "faq": document.faq,
    }
    if document.language != DEFAULT_LANGUAGE:
        content["language"] = document.language
    if document.depth != "full":
        content["depth"] = document.depth
    if scoring.parameters:
        content["parameters"] = {name: float(value) for name, value in scoring.parameters.items()}
    if scoring.result:
        content["result"] = _scale(scoring.result)
    if document.selections:
        content["selections"] = [[selection.slug, selection.name] for selection in document.selections]
    if document.alternatives:
        content["alternatives"] = [
            [
                alternative.slug,
                alternative.name,
                [[option.slug, option.name, option.refs] for option in alternative.options],
            ]
            for alternative in document.alternatives
        ]
    return content


def _scale(scale: Scale | None) -> dict[str, Any] | None:
    if scale is None:
        return None
    levels = [
        {"level": level.level, "name": level.name, "criteria": level.criteria}
        | ({} if level.worth is None else {"worth": float(level.worth)})
        for level in scale.levels
    ]
    return {"slug": scale.slug, "name": scale.name, "levels": levels}


def _node(node: RequirementNode) -> dict[str, Any]:
    content: dict[str, Any] = {"ref": node.ref, "parent": node.parent, "assessable": node.assessable}
    content |= {"weight": float(node.weight), "themes": node.themes}
    if node.applies_if:
        content["applies_if"] = node.applies_if
    if node.own_answer_rule != OwnAnswerRule.BOTH:
        content["own_answer_rule"] = node.own_answer_rule
    for name in ("withdrawn", "points", "partial_points", "stage", "selections", "target"):
        if (value := getattr(node, name)) is not None:
            content[name] = float(value) if isinstance(value, int) else value
    content |= {name: True for name in ("brief", "critical") if getattr(node, name)}
    return content


def _text(text: RequirementText) -> dict[str, Any]:
    content: dict[str, Any] = {"title": text.title, "summary": text.summary}
    if text.question or text.evidence or text.levels:
        content["question"] = text.question
        content["evidence"] = text.evidence
        content["levels"] = {str(level): words for level, words in text.levels.items()}
    return content
