"""An OSCAL catalogue, or a profile that was resolved to one, as the nodes of a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.catalogue.drafts.content import DraftText
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names, prose
from assessments.catalogue.importing.oscal.links import Links, group_key
from assessments.catalogue.importing.oscal.own import read_as, with_own_marks
from assessments.catalogue.importing.oscal.parameters import Parameters
from assessments.catalogue.importing.oscal.traits import find_remnants, repeats, rule_for_class
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.tree import ImportedNode, Tree, build_tree
from assessments.catalogue.importing.wording import judge_language, language_code, one_line


@dataclass(frozen=True, slots=True)
class ReadCatalog:
    """`targets`: every id of the file (control, statement part) → the ref it belongs to."""

    tree: Tree
    language: str
    targets: Mapping[str, str]


def read_catalog(catalog: Located, *, language: str, report: Report) -> ReadCatalog:
    """The tree of a catalogue. Faults stand in the report."""
    reader = _CatalogReader(catalog, language=language, report=report)
    tree = build_tree(reader.nodes(), language=reader.language, report=report)
    targets = {identifier: tree.refs[key] for identifier, key in reader.links.owners.items() if key in tree.refs}
    return ReadCatalog(tree, reader.language, targets)


def facts_of(metadata: Located) -> dict[str, Any]:
    """Publisher, edition and year, as far as the metadata tell them."""
    facts: dict[str, Any] = {}
    parties = {party.text("uuid"): party.text("name", "party-name") for party in metadata.objects("parties", "party")}
    told = [
        parties.get(identifier, "")
        for role in metadata.objects("responsible-parties", keyed="role-id")
        if role.text("role-id") in {"creator", "publisher", "prepared-by", "author"}
        for identifier in role.texts("party-uuids", "party-ids")
    ]
    if publisher := next((name for name in [*told, *parties.values()] if name), ""):
        facts["publisher"] = one_line(publisher)[:120]
    if version := metadata.text("version"):
        facts["edition"] = one_line(version)[:40]
    year = (metadata.text("published") or metadata.text("last-modified"))[:4]
    if year.isascii() and year.isdigit() and 1900 <= int(year) <= 2100:
        facts["year"] = int(year)
    return facts


class _CatalogReader:
    def __init__(self, catalog: Located, *, language: str, report: Report) -> None:
        self._catalog = catalog
        self._report = report
        self.links = Links(catalog)
        self._parameters = Parameters(_every_param(catalog))
        self.language = language or self._judge()
        self._remnants = find_remnants(catalog)

    def nodes(self) -> list[ImportedNode]:
        found = [*self._below(self._catalog, parent=None)]
        self.links.tell()
        if not any(True for _ in names.every_control(self._catalog)):
            self._catalog.fault("holds no control")
            return []
        for node in found:  # a repetition may be joined after something was found to have gone into it
            if node.withdrawn:
                node.withdrawn = tuple(self.links.joined.get(key, key) for key in node.withdrawn)
        return found

    def _judge(self) -> str:
        metadata = self._catalog.object("metadata")
        told = [value for of in (metadata, self._catalog) if of for _, value in names.prop_values(of, "language")]
        if told and (code := language_code(told[0])):
            return code
        texts = (
            part.text("prose") for control in names.every_control(self._catalog) for part in names.every_part(control)
        )
        judged = judge_language(texts)
        if judged and judged != "en":
            self._catalog.note(
                f"the texts are read as {judged}, judged by their words; say the language if that is wrong"
            )
        return judged or "en"

    def _below(self, of: Located, *, parent: str | None) -> Iterator[ImportedNode]:
        controls, groups = names.controls(of), names.groups(of)
        readers = [(control, self._control) for control in controls] + [(group, self._group) for group in groups]
        if controls and groups:  # sorting is stable: without positions the order of the file stands
            readers.sort(key=lambda found: read_as(int, found[0], "position", 0))
        for item, read in readers:
            yield from read(item, parent=parent)

    def _group(self, group: Located, *, parent: str | None) -> Iterator[ImportedNode]:
        key = group_key(group.text("id") or group.place)
        node = ImportedNode(
            key=key,
            ref=names.label(group) or group.text("id"),
            otherwise=group.text("id") or group.text("title"),
            file=group.file,
            place=group.place,
            parent=parent,
            texts={self.language: self._words(group)},
            assessable=False,
        )
        yield with_own_marks(node, group)
        yield from self._below(group, parent=key)

    def _control(self, control: Located, *, parent: str | None) -> Iterator[ImportedNode]:
        identifier = control.text("id")
        if not identifier:
            control.fault("a control must have an id")
            return
        below = names.controls(control)
        words = self._words(control)
        if len(below) == 1 and repeats(below[0], control):
            inner = self._words(below[0])
            below[0].warning(
                f"the control {below[0].text('id')} repeats {identifier}, which holds it; the two are one",
                kind="controls that repeat the one they stand in",
            )
            words = _joined(words, inner)
            self.links.join(below[0], control)
            below = names.controls(below[0])
        withdrawn = names.is_withdrawn(control)
        node = ImportedNode(
            key=identifier,
            ref=names.label(control) or identifier,
            otherwise=identifier,
            file=control.file,
            place=control.place,
            parent=parent,
            texts={self.language: words},
            assessable=None if withdrawn else self._assessable(control, has_children=bool(below)),
            withdrawn=self.links.successors(control) if withdrawn else None,
        )
        yield with_own_marks(node, control)
        for child in below:
            yield from self._control(child, parent=identifier)

    def _assessable(self, control: Located, *, has_children: bool) -> bool:
        identifier = control.text("id")
        if identifier in self._remnants:
            control.warning(
                f"{identifier} says nothing, unlike its neighbours, and has no status: it may be withdrawn; it is "
                "imported as not assessable",
                kind="controls that say nothing",
            )
            return False
        if not has_children:
            return True
        if rule_for_class(control):
            return False
        return prose.has_statement(control)

    def _words(self, item: Located) -> DraftText:
        return prose.words_of(item, parameters=self._parameters, references=self.links.references(item))


def _joined(words: DraftText, inner: DraftText) -> DraftText:
    """The words of a control with those of its repetition where it has none itself."""
    return DraftText(
        title=words.title or inner.title,
        summary=words.summary or inner.summary,
        question=words.question or inner.question,
        evidence=words.evidence or inner.evidence,
    )


def _every_param(of: Located) -> Iterator[Located]:
    yield from names.params(of)
    for control in names.controls(of):
        yield from _every_param(control)
    for group in names.groups(of):
        yield from _every_param(group)
