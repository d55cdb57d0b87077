"""A standard as an OSCAL catalog: the tree with our own words, and what a plain control has no place for as properties.

OSCAL lets a group hold groups or controls, never both. So a requirement that is assessed or withdrawn, or that has
nothing below it, is a control; a heading is a group where everything below it is of one kind, and among controls it is
a control of the class `heading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from assessments.exporting.oscal import (
    Json,
    control_id,
    core_prop,
    metadata,
    one_line,
    party,
    prop,
    props,
    statement_id,
    uuid_of,
    without_empty,
)

if TYPE_CHECKING:
    from assessments.catalogue.editions import Edition, Node, Words

REMARKS: Final = (
    "Titles, summaries, questions, evidence hints and level criteria are Plumbline's own words and no text of the"
    " standard; references and dates are facts. Nobody should take this for the standard itself."
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class CatalogSource:
    """An edition in one language, and the facts of its profile with their `sources` [{id, title, url, date?}]."""

    edition: Edition
    language: str
    facts: Mapping[str, Any]


def build_catalog(source: CatalogSource) -> Json:
    """{"catalog": …}. Made of the edition alone: the same content hash and language give the same bytes."""
    of = source.edition
    sources = list(source.facts.get("sources", ()))
    texts = of.texts(source.language)
    tops = [node.ref for node in of.nodes if node.parent is None]
    tree = _Tree(of, texts=texts)
    mixed = len({tree.is_group(ref) for ref in tops}) > 1
    catalog = {
        "uuid": uuid_of("catalog", of.slug, of.content_hash, source.language),
        "metadata": metadata(
            title=f"{of.number} {of.title}",
            moment=f"{_newest(sources, year=of.year)}T00:00:00Z",
            version=f"{of.edition}-{of.content_hash[:12]}",
            parties=[
                party(of.publisher, role="publisher", role_title="Publisher of the standard"),
                party("Plumbline", role="creator", role_title="Author of the words in this catalog"),
            ],
            properties=_about(source),
            remarks=REMARKS,
        ),
        "groups": [
            _placed(tree.group(ref), at=place, tell=mixed) for place, ref in enumerate(tops) if tree.is_group(ref)
        ],
        "controls": [
            _placed(tree.control(ref), at=place, tell=mixed) for place, ref in enumerate(tops) if not tree.is_group(ref)
        ],
        "back-matter": {"resources": [_resource(entry, slug=of.slug) for entry in sources]} if sources else None,
    }
    return {"catalog": without_empty(catalog)}


def _placed(item: Json, *, at: int, tell: bool) -> Json:
    """A top node with its place among the others, where groups and controls stand in lists of their own."""
    return item | {"props": [*item["props"], prop("position", at)]} if tell else item


def _about(source: CatalogSource) -> list[Json]:
    of, language = source.edition, source.language
    choices = of.choices_in(language)
    made = props(
        {
            "standard": of.slug, "number": of.number, "title": of.title, "edition": of.edition, "year": of.year,
            "language": language, "content-hash": of.content_hash,
            **{name: source.facts.get(name) for name in ("status", "kind", "nature", "certifiable")},
            "sector": list(source.facts.get("sectors", ())), "method": of.method,
        }
    )  # fmt: skip
    made += _scale(of.scale_in(language), whole=of.scale, prefix="")
    if of.result_scale and (result := of.result_scale_in(language)):
        made += _scale(result, whole=of.result_scale, prefix="result-")
    for name, value in of.parameters.items():
        made.append(prop(f"method-{name}", value))
    for selection in choices["selections"]:
        named = {"selection": selection["slug"], "selection-name": selection["name"]}
        made += props(named, group=f"selection-{selection['slug']}")
    for way in choices["alternatives"]:
        for option in way["options"]:
            said = {"alternative": way["slug"], "alternative-name": way["name"], "option": option["slug"]}
            said |= {"option-name": option["name"], "option-ref": option["refs"]}
            made += props(said, group=f"option-{way['slug']}-{option['slug']}")
    return made


def _scale(scale: Mapping[str, Any], *, whole: Mapping[str, Any], prefix: str) -> list[Json]:
    """A scale in one language, and what its levels are worth, which the whole of it tells."""
    worths = {level["level"]: level.get("worth") for level in whole["levels"]}
    made = props({f"{prefix}scale": scale["slug"], f"{prefix}scale-name": scale["name"]})
    for level in scale["levels"]:
        told = {
            "scale-level": level["level"],
            "scale-level-name": level["name"],
            "scale-level-criteria": level["criteria"],
            "scale-level-worth": worths[level["level"]],
        }
        made += props(told, group=f"{prefix}level-{level['level']}")
    return made


def _newest(sources: Iterable[Mapping[str, Any]], *, year: int) -> str:
    """The newest day among the sources that the facts rest on: what the catalog says of its last change."""
    days = [str(entry["date"]) for entry in sources if _DAY.fullmatch(str(entry.get("date", "")))]
    return max(days, default=f"{year:04d}-01-01")


def _resource(entry: Mapping[str, Any], *, slug: str) -> Json:
    return {
        "uuid": uuid_of("source", slug, entry["id"]),
        "title": one_line(str(entry["title"])),
        "props": props({"source": entry["id"], "publisher": entry.get("publisher"), "date": entry.get("date")}),
        "rlinks": [{"href": str(entry["url"])}],
    }


class _Tree:
    def __init__(self, of: Edition, *, texts: Mapping[str, Words]) -> None:
        self._of, self._texts = of, texts
        self._groups: set[str] = set()
        for node in reversed(of.nodes):  # document order backwards: children before their parents
            if not node.assessable and node.withdrawn is None and node.children:
                among = {child in self._groups for child in node.children}
                if len(among) == 1:
                    self._groups.add(node.ref)

    def is_group(self, ref: str) -> bool:
        return ref in self._groups

    def group(self, ref: str) -> Json:
        node, words = self._of.by_ref[ref], self._texts[ref]
        overview = {"id": f"{control_id(ref)}_ovw", "name": "overview", "prose": words.summary}
        below = [self.group(child) if self.is_group(child) else self.control(child) for child in node.children]
        kind = "groups" if self.is_group(node.children[0]) else "controls"
        made = {
            "id": control_id(ref),
            "title": one_line(words.title),
            "props": [core_prop("label", ref), *_marks(node)],
            "parts": [overview] if words.summary else [],
            kind: below,
        }
        return without_empty(made)

    def control(self, ref: str) -> Json:
        node, words = self._of.by_ref[ref], self._texts[ref]
        withdrawn = node.withdrawn is not None
        made = {
            "id": control_id(ref),
            "class": "requirement" if node.assessable else "withdrawn" if withdrawn else "heading",
            "title": one_line(words.title),
            "props": [
                core_prop("label", ref),
                *([core_prop("status", "withdrawn")] if withdrawn else []),
                *_marks(node),
                *([] if words.summary else [prop("without-summary", value=True)]),
            ],
            "links": [
                {"href": f"#{control_id(into)}", "rel": "incorporated-into"}
                for into in node.withdrawn or ()
                if into in self._of.by_ref
            ],
            "parts": _parts(ref, words=words),
            "controls": [self.control(child) for child in node.children],
        }
        return without_empty(made)


def _marks(node: Node) -> list[Json]:
    return props(
        {
            "assessable": node.assessable,
            "weight": node.weight if node.assessable or node.weight != 1 else None,
            "theme": node.themes,
            "applies-if": node.applies_if,
            "own-answer-rule": node.own_answer_rule if node.assessable and node.children else None,
            "selection": node.selections or (),
            "in-no-selection": True if node.selections is not None and not node.selections else None,
            "stage": node.stage,
            "points": node.points,
            "partial-points": node.partial_points,
            "publisher-target": node.target,
            "critical": node.critical or None,
            "brief": node.brief or None,
        }
    )


def _parts(ref: str, *, words: Words) -> list[Json]:
    name = control_id(ref)
    made: list[Json] = [{"id": statement_id(ref), "name": "statement", "prose": words.summary or words.title}]
    if words.question:
        made.append({"id": f"{name}_que", "name": "guidance", "class": "question", "prose": words.question})
    if words.evidence:
        items = [
            {"id": f"{name}_evi.{place}", "name": "item", "prose": hint} for place, hint in enumerate(words.evidence, 1)
        ]
        made.append({"id": f"{name}_evi", "name": "guidance", "class": "evidence", "parts": items})
    if words.levels:
        levels = [
            {"id": f"{name}_lev.{place}", "name": "item", "props": [prop("level", level)], "prose": criteria}
            for place, (level, criteria) in enumerate(
                sorted(words.levels.items(), key=lambda entry: float(entry[0])), 1
            )
        ]
        made.append({"id": f"{name}_lev", "name": "guidance", "class": "level-criteria", "parts": levels})
    return made
