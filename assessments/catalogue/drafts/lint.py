"""What keeps a draft from being published, and what it had better have: the rules of the catalogue's files, relaxed.

Faults are the loader's own (`assessments.catalogue.loader`). What only makes a standard better to read, compare or
answer is a warning here: question, evidence and levels of a requirement, themes, profile, FAQ and sources. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from assessments.catalogue.drafts.composing import At, Composer, member
from assessments.catalogue.drafts.content import ContentFault, DraftContent, as_json, requirement_as_json
from assessments.catalogue.drafts.tree import DraftTree, tree_of
from assessments.catalogue.facts import Facts, Prose, Question
from assessments.catalogue.loader.profile import facts_at, faq_at, prose_at
from assessments.catalogue.loader.structure import Structure, structure_at
from assessments.catalogue.loader.texts import read_text
from assessments.catalogue.loader.vocabulary import read_scale
from assessments.catalogue.schema import (
    DEFAULT_LANGUAGE,
    OWN_SLUG,
    RequirementText,
    Scale,
    StandardDocument,
    Vocabulary,
)

LONGEST_SLUG: Final = 80
_HEAD: Final = frozenset({"title", "short_name", "one_line"})
"""What is told of a standard whose profile nobody has written."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What lint finds, in document order. Without faults there is a document to publish."""

    faults: tuple[ContentFault, ...]
    warnings: tuple[ContentFault, ...]
    document: StandardDocument | None


def lint(content: DraftContent, *, vocabulary: Vocabulary, is_public: bool = False) -> Findings:
    """Hold a draft against the rules; `is_public`: as a standard of the platform and not of an organisation."""
    composer = Composer(content.language)
    tree = tree_of(content.requirements)
    told = as_json(replace(content, requirements=()))
    words = _with_own_scales(told, vocabulary=vocabulary, composer=composer)
    structure = structure_at(composer.place(_structure(told, tree=tree), pointer=""), vocabulary=words)
    facts = _facts(content, told=told, composer=composer)
    prose, faq = _profile(content, told=told, composer=composer)
    texts = _texts(content, structure=structure, composer=composer)
    refs = [requirement.ref for requirement in content.requirements]
    faults = [*_about_slug(content.slug, is_public=is_public), *tree.faults]
    faults += _about_public(content, prose=prose) if is_public else []
    faults += composer.told(composer.faults, refs=refs)
    faults += _missing_texts(content)
    warnings = tuple(composer.told(composer.warnings, refs=refs))
    if faults:
        return Findings(tuple(faults), warnings, None)
    document = StandardDocument(
        slug=content.slug,
        depth="full",
        scale=structure.scale,
        scoring=structure.scoring,
        facts=facts,
        requirements=tuple(structure.nodes),
        texts=texts,
        prose=prose,
        faq=faq,
        selections=structure.selections,
        alternatives=structure.alternatives,
        language=content.language,
    )
    return Findings((), warnings, document)


def _about_slug(slug: str, *, is_public: bool) -> list[ContentFault]:
    if is_public and slug.startswith(OWN_SLUG):
        return [
            ContentFault("/slug", "", f"slugs that begin with {OWN_SLUG} are kept for organisations' own standards")
        ]
    if not is_public and not slug.startswith(OWN_SLUG):
        return [
            ContentFault("/slug", "", f"must begin with {OWN_SLUG}: without it slugs belong to the public catalogue")
        ]
    if len(slug) > LONGEST_SLUG:
        return [ContentFault("/slug", "", f"must have at most {LONGEST_SLUG} characters, not {len(slug)}")]
    return []


def _about_public(content: DraftContent, *, prose: Mapping[str, Prose]) -> list[ContentFault]:
    """What the public pages and their readers count upon."""
    faults = []
    if content.language != DEFAULT_LANGUAGE:
        faults.append(ContentFault("/language", "", f"public standards are there in {DEFAULT_LANGUAGE} at least"))
    for language, words in prose.items():
        if words.keys() - _HEAD and (missing := Prose.__required_keys__ - words.keys()):
            message = f"a public profile is told whole or not at all; {', '.join(sorted(missing))} is missing"
            faults.append(ContentFault(member("/prose", language), "", message))
    return faults


def _with_own_scales(told: Mapping[str, Any], *, vocabulary: Vocabulary, composer: Composer) -> Vocabulary:
    """The shared words, and beside the shared scales those the draft brings along."""
    scales: dict[str, Scale] = dict(vocabulary.scales)
    for value, pointer in ((told["scale"], "/scale"), (told["scoring"].get("result"), "/scoring/result")):
        if not isinstance(value, dict):
            continue
        place = composer.place(value["slug"], pointer=member(pointer, "slug"), name="scale")
        slug = place.slug()
        own = {
            "name": At(value["name"], member(pointer, "name")),
            "levels": At(value["levels"], member(pointer, "levels")),
        }
        scale = read_scale(composer.place(own, pointer=pointer, name=slug), slug=slug)
        if len(scale.levels) > 1:
            scales[slug] = scale
    return replace(vocabulary, scales=scales)


def _structure(told: Mapping[str, Any], *, tree: DraftTree) -> dict[str, Any]:
    """The draft in the shape of structure.yaml."""
    scoring = told["scoring"]
    told_scoring: dict[str, Any] = {"method": At(scoring["method"], "/scoring/method")}
    if "result" in scoring:
        told_scoring["result"] = At(_slug_of(scoring["result"]), "/scoring/result")
    for name, value in scoring.get("parameters", {}).items():
        told_scoring[name] = At(value, member("/scoring/parameters", name))
    structure = {
        "slug": told["slug"],
        "scale": _slug_of(told["scale"]),
        "scoring": told_scoring,
        "requirements": [_node(tree, place) for place in tree.children.get(None, ())],
    }
    return structure | {key: told[key] for key in ("selections", "alternatives") if key in told}


def _node(tree: DraftTree, place: int) -> At:
    requirement = tree.requirements[place]
    told = requirement_as_json(requirement)
    node = {key: value for key, value in told.items() if key not in {"parent", "texts"}}
    if below := tree.children.get(requirement.ref):
        node["children"] = [_node(tree, child) for child in below]
    return At(node, f"/requirements/{place}")


def _slug_of(scale: str | Mapping[str, Any]) -> str:
    return scale if isinstance(scale, str) else str(scale["slug"])


def _facts(content: DraftContent, *, told: Mapping[str, Any], composer: Composer) -> Facts:
    value = {"number": At(content.number, "/number"), **told["facts"]}
    facts = facts_at(composer.place(value, pointer="/facts", name="facts"))
    facts.setdefault("sources", [])
    return facts


def _profile(
    content: DraftContent, *, told: Mapping[str, Any], composer: Composer
) -> tuple[dict[str, Prose], dict[str, tuple[Question, ...]]]:
    """Prose by language, whatever has a language told with a title and one line; and questions by language."""
    composer.place(content.title, pointer="/title", name="title").text(at_most=300)
    spoken = {content.language, *told.get("prose", {}), *told.get("faq", {})}
    prose, faq = {}, {}
    for language in sorted(spoken):
        default = {"title": At(content.title, "/title")}
        words = default | told.get("prose", {}).get(language, {})
        read = prose_at(composer.place(words, pointer=member("/prose", language), name=language))
        prose[language] = cast("Prose", {"one_line": "", **read})
        asked = told.get("faq", {}).get(language)
        if asked or language == content.language:
            faq[language] = faq_at(composer.place(asked or [], pointer=member("/faq", language), name=language))
    return prose, faq


def _texts(content: DraftContent, *, structure: Structure, composer: Composer) -> dict[str, dict[str, RequirementText]]:
    nodes = {node.ref: node for node in structure.nodes}
    texts: dict[str, dict[str, RequirementText]] = {content.language: {}}
    for place, requirement in enumerate(content.requirements):
        node = nodes.get(requirement.ref)
        if node is None or structure.scale is None:
            continue
        for language, words in requirement_as_json(requirement)["texts"].items():
            pointer = member(f"/requirements/{place}/texts", language)
            read = read_text(
                composer.place(words, pointer=pointer, name=requirement.ref), node=node, scale=structure.scale
            )
            texts.setdefault(language, {})[requirement.ref] = read
    return texts


def _missing_texts(content: DraftContent) -> list[ContentFault]:
    return [
        ContentFault(f"/requirements/{place}/texts", requirement.ref, f"has no words in {content.language}")
        for place, requirement in enumerate(content.requirements)
        if content.language not in requirement.texts
    ]
