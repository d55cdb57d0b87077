"""Which column of a table of links is what: proposed from its heading and the two standards, or told."""

from __future__ import annotations

from typing import Final

from assessments.catalogue.drafts.values import LANGUAGE
from assessments.catalogue.importing.tabular.fields import KNOWN, Vocabulary, plain, split_language
from assessments.catalogue.importing.wording import language_code

LINK_FIELDS: Final = (
    "source_ref", "source_title", "relation", "target_ref", "target_title", "provenance", "rationale",
)  # fmt: skip
"""`rationale` may carry a language: `rationale[fr]`. Titles serve standards without a list of requirements here."""
_HEADINGS: Final = {
    "relation": """relation|relationship|relationship type|relation type|type of relation|type of relationship|
        mapping type|strm relationship|type|beziehung|art der beziehung|verhältnis|lien|type de relation|relación|
        relazione|relatie|relação""",
    "rationale": """rationale|strm rationale|why|reason|reasons|justification|explanation|comment|comments|note|notes|
        remark|remarks|begründung|bemerkung|kommentar|anmerkung|motif|commentaire|remarques|justificación|comentario|
        motivazione|commento|toelichting|opmerking|justificação""",
    "provenance": "provenance",
    "source_ref": "focal document element|fde",
    "target_ref": "reference document element|rde",
}
_SOURCE_WORDS: Final = frozenset(
    ["source", "src", "from", "left", "focal", "fde", "quelle", "origine", "origen", "bron"]
)
_TARGET_WORDS: Final = frozenset(["target", "tgt", "to", "right", "rde", "mapped", "ziel", "cible", "destino", "doel"])
_NAMING: Final = frozenset({
    "ref", "reference", "id", "number", "no", "nr", "control", "controls", "clause", "clauses", "annex", "article",
    "articles", "section", "requirement", "requirements", "subcategory", "category", "practice", "safeguard",
    "element", "a", "iso", "iec", "en", "din",
})  # fmt: skip
"""What a heading calls the references of a standard, and publishers that are left out of its name as often as not."""
_OF_A_TITLE: Final = frozenset({"title", "summary"})
_SIDE_ALONE: Final = 100
"""The rank of a heading that names a side and nothing else: another may say more."""
_LINK_HEADINGS: Final = {
    plain(word): (name, rank)
    for name, words in reversed(list(_HEADINGS.items()))
    for rank, word in reversed(list(enumerate(words.split("|"))))
}


def is_link_field(name: str) -> bool:
    base, language = split_language(name)
    return base in LINK_FIELDS and (not language or (base == "rationale" and bool(LANGUAGE.fullmatch(language))))


def link_vocabulary(*, source: str, target: str) -> Vocabulary:
    """For links between the two standards of these slugs, which headings may name: `ISO 27001 control`, `CSF ref`."""
    of_source, of_target = _words_of(source), _words_of(target)
    shared = of_source & of_target
    sides = {"source": of_source - shared, "target": of_target - shared}
    return Vocabulary(
        is_link_field,
        lambda heading: _field_of(heading, sides=sides, shared=shared),
        (
            (frozenset({"source_ref"}), f"reference in {source} (source_ref)"),
            (frozenset({"target_ref"}), f"reference in {target} (target_ref)"),
        ),
    )


def looks_like_links(headings: tuple[str, ...]) -> bool:
    """Whether headings say `source ref` and `target ref` or the like, whatever the standards. `Source` says no ref."""
    proposals = [link_vocabulary(source="", target="").field_of(heading) for heading in headings]
    found = {proposed[0] for proposed in proposals if proposed and proposed[1] < _SIDE_ALONE}
    return {"source_ref", "target_ref"} <= found


def _field_of(heading: str, *, sides: dict[str, frozenset[str]], shared: frozenset[str]) -> tuple[str, int] | None:
    base, language = split_language(heading)
    words = plain(base)
    if known := _LINK_HEADINGS.get(words):
        name, rank = known
        if not language:
            return name, rank
        code = language if LANGUAGE.fullmatch(language) else language_code(language)
        return (f"{name}[{code}]", rank) if code and name == "rationale" else None
    return None if language else _side_of(words.split(), sides=sides, shared=shared)


def _side_of(words: list[str], *, sides: dict[str, frozenset[str]], shared: frozenset[str]) -> tuple[str, int] | None:
    """`source control id`, `iso 27001 clause` and the like: one side is named, and the rest says what of it."""
    by_name = {side: names & set(words) for side, names in sides.items()}
    named = [side for side, found in by_name.items() if found]
    if not named:
        by_name = {"source": _SOURCE_WORDS & set(words), "target": _TARGET_WORDS & set(words)}
        named = [side for side, found in by_name.items() if found]
    if len(named) != 1:
        return None
    [side] = named
    said = by_name[side] | shared | _SOURCE_WORDS | _TARGET_WORDS
    rest = [word for word in words if word not in said]
    if not rest or (by_name[side] & sides[side] and all(word.isdecimal() for word in rest)):  # of an edition
        return f"{side}_ref", _SIDE_ALONE
    if all(word in _NAMING or word.isdecimal() for word in rest):
        return f"{side}_ref", len(rest)
    for said_of_it in (rest, [word for word in rest if word not in _NAMING]):
        name, rank = KNOWN.get(" ".join(said_of_it), ("", 0))
        if name in _OF_A_TITLE or name == "ref":
            return (f"{side}_ref", rank) if name == "ref" else (f"{side}_title", rank + 10 * (name != "title"))
    return None


def _words_of(slug: str) -> frozenset[str]:
    """What tells a standard by its slug: without single signs, which any heading may have."""
    return frozenset(word for word in plain(slug.removeprefix("own-")).split() if len(word) > 1)
