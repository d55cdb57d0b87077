"""A framework: its nodes, implementation groups, scores and questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assessments.catalogue.drafts.content import DraftScale, DraftSelection, DraftText
from assessments.catalogue.importing.ciso_assistant.groups import Groups
from assessments.catalogue.importing.ciso_assistant.questions import Asked, read_questions
from assessments.catalogue.importing.ciso_assistant.scores import levels_of, read_scale
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.tree import ImportedNode, Tree, build_tree
from assessments.catalogue.importing.wording import language_code

_BULLET = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+")


@dataclass(frozen=True, slots=True)
class ReadFramework:
    tree: Tree
    language: str
    scale: str | DraftScale
    selections: tuple[DraftSelection, ...]


def read_framework(framework: Located, *, library: Located, language: str, report: Report) -> ReadFramework:
    scale = read_scale(framework, language=language)
    groups = Groups(framework, language=language)
    reader = _NodeReader(language=language, levels=levels_of(scale), groups=groups)
    nodes = [node for entry in framework.objects("requirement_nodes") if (node := reader.read(entry))]
    if not nodes and not report.refused:
        framework.fault("has no requirement_nodes")
        return ReadFramework(Tree((), {}), language, scale, ())
    tree = build_tree(nodes, language=language, report=report)
    groups.tell()
    return ReadFramework(tree, language, scale, groups.selections())


class _NodeReader:
    def __init__(self, *, language: str, levels: frozenset[int], groups: Groups) -> None:
        self._language = language
        self._levels = levels
        self._groups = groups

    def read(self, entry: Located) -> ImportedNode | None:
        urn = entry.text("urn").lower()
        if not urn:
            entry.fault("urn is missing")
            return None
        assessable = entry.flag("assessable") or False
        asked = read_questions(entry, levels=self._levels, language=self._language)
        texts = {self._language: _words(entry, asked=asked)}
        texts |= _translations(entry)
        return ImportedNode(
            key=urn,
            ref=entry.text("ref_id"),
            otherwise=_identifier(urn, parent=entry.text("parent_urn").lower()),
            file=entry.file,
            place=entry.place,
            parent=entry.text("parent_urn").lower() or None,
            texts=texts,
            assessable=assessable,
            weight=_weight(entry),
            selections=self._groups.of(entry, assessable=assessable),
        )


def _identifier(urn: str, *, parent: str) -> str:
    """The last part of a node's URN; a bare number below its parent's says nothing without the parent's."""
    above, _, last = urn.rpartition(":")
    return f"{above.rpartition(':')[2]}.{last}" if last.isdigit() and parent and above == parent else last


def _weight(entry: Located) -> float:
    weight = entry.number("weight")
    if weight is not None and weight <= 0:
        entry.warning(f"the weight {weight} is not above 0; it counts as 1", at="weight")
        return 1.0
    return weight if weight is not None else 1.0


def _words(entry: Located, *, asked: Asked) -> DraftText:
    summary = "\n\n".join(text for text in (entry.text("description"), entry.text("annotation")) if text)
    return DraftText(
        title=entry.text("name"),
        summary=summary,
        question=asked.question,
        evidence=evidence_lines(entry.text("typical_evidence")),
        levels=asked.levels,
    )


def evidence_lines(text: str) -> tuple[str, ...]:
    lines = (_BULLET.sub("", line).strip() for line in text.split("\n"))
    return tuple(dict.fromkeys(line for line in lines if line))


def _translations(entry: Located) -> Mapping[str, DraftText]:
    found: dict[str, DraftText] = {}
    translations = entry.object("translations")
    for told in translations or {}:
        words = translations.object(told) if translations else None
        if words is None:
            continue
        if not (code := language_code(told)):
            entry.warning(f"{told[:20]} is no language code; this translation is left out", at="translations")
        else:
            found[code] = _words(words, asked=Asked("", {}))
    return {code: text for code, text in found.items() if text.title or text.summary}
