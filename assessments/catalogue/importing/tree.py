"""What every importer collects: nodes by a key of the file's own. Here they get refs, parents and words. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from assessments.catalogue.drafts.content import MOST_REQUIREMENTS, DraftRequirement, DraftText
from assessments.catalogue.drafts.values import LONGEST
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.wording import one_line, shorten, storable, tidy, title_from

_LONGEST_REF: Final = LONGEST["ref"]
_MOST_EVIDENCE: Final = 200


@dataclass(slots=True)
class ImportedNode:
    """One node as a file has it. `parent` and `withdrawn` name other nodes by their keys.

    ref        as the file writes it; "" where it has none.
    otherwise  what the ref is made from where `ref` is missing or taken: an identifier of the file.
    file, place   where it stands, for the report.
    """

    key: str
    ref: str
    file: str
    place: str
    parent: str | None = None
    otherwise: str = ""
    texts: dict[str, DraftText] = field(default_factory=dict)
    assessable: bool | None = None
    weight: float = 1.0
    withdrawn: tuple[str, ...] | None = None
    selections: tuple[str, ...] | None = None
    themes: tuple[str, ...] = ()
    applies_if: str = ""
    own_answer_rule: str = ""
    points: float | None = None
    partial_points: float | None = None
    stage: int | None = None
    target: float | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    requirements: tuple[DraftRequirement, ...]
    refs: Mapping[str, str]
    """Key → ref."""


def build_tree(nodes: Sequence[ImportedNode], *, language: str, report: Report) -> Tree:
    """The nodes in their order with refs that stand once each; whatever had to change is reported.

    Faults: two nodes of one key, a parent that is missing, a circle, no node at all, too many.
    """
    if not nodes:
        report.fault("holds no requirement")
        return Tree((), {})
    if len(nodes) > MOST_REQUIREMENTS:
        report.fault(f"holds {len(nodes):,} nodes; a standard may have {MOST_REQUIREMENTS:,}", file=nodes[0].file)
        return Tree((), {})
    _check_parents(nodes, report=report)
    refs = _refs(nodes, report=report)
    requirements = tuple(
        DraftRequirement(
            ref=refs[node.key],
            parent=refs.get(node.parent) if node.parent is not None else None,
            texts=_texts(node, ref=refs[node.key], language=language, report=report),
            assessable=node.assessable,
            weight=node.weight,
            withdrawn=None if node.withdrawn is None else _replaced(node, refs=refs),
            selections=node.selections,
            themes=node.themes,
            applies_if=node.applies_if,
            own_answer_rule=node.own_answer_rule,
            points=node.points,
            partial_points=node.partial_points,
            stage=node.stage,
            target=node.target,
            critical=node.critical,
        )
        for node in nodes
    )
    return Tree(requirements, refs)


def _replaced(node: ImportedNode, *, refs: Mapping[str, str]) -> tuple[str, ...]:
    found = [refs[key] for key in node.withdrawn or () if key in refs and key != node.key]
    return tuple(dict.fromkeys(found))


def _check_parents(nodes: Sequence[ImportedNode], *, report: Report) -> None:
    by_key: dict[str, ImportedNode] = {}
    for node in nodes:
        if (other := by_key.setdefault(node.key, node)) is not node:
            report.fault(f"{node.key} stands twice; first at {other.place}", file=node.file, place=node.place)
    for node in nodes:
        if node.parent is not None and node.parent not in by_key:
            report.fault(f"its parent {node.parent} is not in the file", file=node.file, place=node.place)
    state: dict[str, int] = {}
    for node in nodes:
        walk: list[str] = []
        at: str | None = node.key
        while at is not None and at in by_key and at not in state:
            state[at] = 1
            walk.append(at)
            at = by_key[at].parent
        if at is not None and state.get(at) == 1:
            circle = [*walk[walk.index(at) :], at] if at in walk else [at]
            names = " → ".join(by_key[key].ref or key for key in circle[:8])
            report.fault(f"stands below itself: {names}", file=by_key[at].file, place=by_key[at].place)
        for key in walk:
            state[key] = 2


def _refs(nodes: Sequence[ImportedNode], *, report: Report) -> dict[str, str]:
    """Refs that are told come first, so that no made one takes their place."""
    refs: dict[str, str] = {}
    taken: dict[str, ImportedNode] = {}
    made = [node for node in nodes if not node.ref.strip()]
    for node in [*(node for node in nodes if node.ref.strip()), *made]:
        if node.key in refs:
            continue
        told = node.ref.strip()
        ref = _written(told or node.otherwise or node.key)
        if told and ref != one_line(told):
            report.warning(f"the reference “{told[:80]}” is written {ref}", file=node.file, place=node.place)
        if ref in taken:
            instead = _free(node, ref=ref, taken=taken)
            if told:
                message = f"the reference {ref} stands also at {taken[ref].place}; this one becomes {instead}"
                report.warning(message, file=node.file, place=node.place, kind="references that stand twice")
            ref = instead
        taken[ref] = node
        refs[node.key] = ref
    if made:
        message = (
            f"{len(made):,} nodes have no reference; each got one from its identifier, the first {refs[made[0].key]}"
        )
        report.note(message, file=made[0].file, place=made[0].place)
    return refs


def _written(text: str) -> str:
    """A ref as the catalogue takes it: one line, no slash (it stands in addresses), at most 60 characters."""
    ref = one_line(storable(text)).replace("/", "-") or "-"
    if len(ref) <= _LONGEST_REF:
        return ref
    mark = hashlib.sha256(ref.encode()).hexdigest()[:8]
    return f"{ref[: _LONGEST_REF - 9].rstrip()}~{mark}"


def _free(node: ImportedNode, *, ref: str, taken: Mapping[str, ImportedNode]) -> str:
    if node.otherwise and (instead := _written(node.otherwise)) not in taken:
        return instead
    number = 2
    while (instead := f"{ref[: _LONGEST_REF - 7]} ({number})") in taken:
        number += 1
    return instead


def _texts(node: ImportedNode, *, ref: str, language: str, report: Report) -> dict[str, DraftText]:
    """Every language with a title; what is too long for its place is shortened and told."""
    texts = {code: _text(text, node=node, ref=ref, report=report) for code, text in node.texts.items()}
    texts.setdefault(language, DraftText(title=ref))
    return texts


def _text(text: DraftText, *, node: ImportedNode, ref: str, report: Report) -> DraftText:
    title, summary, question = one_line(text.title), tidy(text.summary), tidy(text.question)
    if len(title) > LONGEST["title"]:
        summary = f"{title}\n\n{summary}".strip()
        title = shorten(title, at_most=LONGEST["title"])
        report.note("its title is too long for one; it is shortened, and stands whole in the summary",
                    file=node.file, place=node.place, kind="titles that are too long")  # fmt: skip
    title = title or title_from(summary) or title_from(question) or ref
    evidence = tuple(_fits(one_line(line), what="evidence", node=node, report=report) for line in text.evidence if line)
    return replace(
        text,
        title=title,
        summary=_fits(summary, what="summary", node=node, report=report),
        question=_fits(question, what="question", node=node, report=report),
        evidence=evidence[:_MOST_EVIDENCE],
        levels={level: _fits(words, what="criteria", node=node, report=report) for level, words in text.levels.items()},
    )


def _fits(text: str, *, what: str, node: ImportedNode, report: Report) -> str:
    if len(text) <= LONGEST["text"]:
        return text
    message = f"its {what} has {len(text):,} characters and is cut at {LONGEST['text']:,}"
    report.warning(message, file=node.file, place=node.place)
    return shorten(text, at_most=LONGEST["text"])
