"""The attributes two standards are compared on: label, weight, how to read, show, phrase and tell apart.

A phrase is the predicate of a sentence whose subject is one standard or both: "[is|are] published by ISO" holds the
singular and the plural in brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.catalogue.comparison import words
from assessments.catalogue.comparison.profiles import StandardProfile

Distance = Callable[[Any, Any], float]


def unlike(a: Any, b: Any) -> float:
    """Surprise of two single values: 1 where they differ."""
    return float(a != b)


def set_distance(a: Sequence[Any], b: Sequence[Any]) -> float:
    """Surprise of two lists: 1 minus the share they have in common (Jaccard)."""
    one, other = {str(item) for item in a}, {str(item) for item in b}
    return 1 - len(one & other) / len(one | other) if one | other else 0.0


def relative_distance(a: float, b: float) -> float:
    """Surprise of two numbers: their difference as a share of the larger."""
    return abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0


def span_distance(a: Any, b: Any) -> float:
    """Surprise of two spans of months: that of their middles, a little where only width or kind differs."""
    if a == b:
        return 0.0
    return max(relative_distance(a["low"] + a["high"], b["low"] + b["high"]), 0.1)


def penalty_distance(a: Any, b: Any) -> float:
    """Surprise of two penalty regimes: the share of the four typed members that differ; `basis` is prose."""
    keys = ("statutory", "formal", "maximum_amount_eur", "maximum_percent_turnover")
    return sum(bool(a.get(key) != b.get(key)) for key in keys) / len(keys)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`empty` and `null` are the phrases for a list without entries and for a fact that does not apply."""

    name: str
    label: str
    weight: int
    phrase: Callable[[Any], str]
    show: Callable[[Any], str] = str
    distance: Distance = unlike
    fact: str = ""
    read: Callable[[StandardProfile], Any] | None = None
    empty: str = "[names|name] none"
    null: str = "[is|are] not concerned"

    def value(self, profile: StandardProfile) -> Any:
        return self.read(profile) if self.read else profile.fact(self.fact or self.name)

    def cell(self, value: Any) -> str:
        return words.cell(value, show=self.show)

    def predicate(self, value: Any) -> str:
        if value is None:
            return self.null
        return self.empty if value in ([], ()) else self.phrase(value)


def _yes_no(value: Any) -> str:
    return "yes" if value else "no"


def _either(yes: str, no: str) -> Callable[[Any], str]:
    return lambda value: yes if value else no


def _with(before: str, show: Callable[[Any], str], after: str = "") -> Callable[[Any], str]:
    return lambda value: f"{before}{show(value)}{after}"


def _scope_phrase(tags: Any) -> str:
    first, more = list(tags[:4]), len(tags) - 4
    named = [words.slug_words(tag) for tag in first]
    if more > 0:
        named.append(f"{more} further topic{'s' if more > 1 else ''}")
    return f"[deals|deal] with {words.joined(named)}"


def _sector_phrase(sectors: Any) -> str:
    if "all" in sectors:
        return "[is|are] open to every sector"
    return f"[is|are] written for {words.slugs_joined(sectors)}"


_NATURE_PHRASES = {
    "certifiable": "[is a certifiable standard|are certifiable standards]",
    "guidance": "[is|are] guidance without requirements",
    "law": "[is law|are law]",
    "framework": "[is a voluntary framework|are voluntary frameworks]",
    "scheme": "[is a scheme with rules of its own for assessment|are schemes with rules of their own for assessment]",
}
_NATURES = {
    "certifiable": "a certifiable standard",
    "guidance": "guidance",
    "law": "a law",
    "framework": "a framework",
    "scheme": "an assessment scheme",
}


def nature_words(nature: str) -> str:
    return _NATURES.get(nature, words.slug_words(nature))


_KIND_PHRASES = {
    "management-system-requirements": "[states|state] requirements for a management system",
    "management-system-guidance": "[gives|give] guidance on a management system",
    "process-requirements": "[states|state] requirements for engineering processes",
    "law": "[lays|lay] down duties by law",
    "framework": "[gives|give] a framework",
    "control-set": "[lists|list] controls",
    "scheme": "[sets|set] the rules of a scheme",
}


def _kind_phrase(kind: Any) -> str:
    return _KIND_PHRASES.get(kind, f"[gives|give] {words.slug_words(kind)}")


_WITH_THE = ("United ", "European ")


def _area_phrase(jurisdictions: Any) -> str:
    if list(jurisdictions) == ["international"]:
        return "[applies|apply] internationally"
    named = [f"the {place}" if place.startswith(_WITH_THE) else place for place in map(words.place_name, jurisdictions)]
    return f"[applies|apply] in {words.joined(named)}"


def _codes(codes: Any) -> str:
    return words.joined([words.language_name(code) for code in codes])


def _years(value: Any) -> str:
    return words.counted(value, unit="year")


def _requirements(value: Any) -> str:
    return words.counted(value, unit="assessable requirement")


def _levels(value: Any) -> str:
    return words.counted(value, unit="level")


def _months(value: Any) -> str:
    return words.counted(value, unit="month")


HEADLINE_ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("scope", "Scope", 9, _scope_phrase, words.slugs_joined, set_distance, fact="scope_tags"),
    Attribute("industry", "Industry", 8, _sector_phrase, words.slugs_joined, set_distance, fact="sectors"),
    Attribute("nature", "Nature", 10, lambda nature: _NATURE_PHRASES.get(nature, ""), words.slug_words),
    Attribute(
        "testing", "Testing", 8, _with("[is|are] tested by ", words.slugs_joined), words.slugs_joined, set_distance,
        fact="assurance", empty="[prescribes|prescribe] no form of testing",
    ),
    Attribute(
        "penalties", "Penalties", 8, words.penalties_words, words.penalties_words, penalty_distance,
        null="[knows|know] no penalties",
    ),
)  # fmt: skip
"""Their cells are the profiles' own short prose; whether they agree is told by the typed fact behind each."""

TYPED_ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("certifiable", "Certifiable", 9, _either("can be certified", "cannot be certified"), _yes_no),
    Attribute("kind", "Kind of document", 7, _kind_phrase, words.slug_words),
    Attribute("subject", "What is assessed", 7, _with("[looks|look] at the ", words.slug_words), words.slug_words),
    Attribute(
        "jurisdictions", "Jurisdictions", 7, _area_phrase, words.places, set_distance,
        empty="[applies|apply] nowhere in particular",
    ),
    Attribute(
        "reporting_deadlines_hours", "Reporting deadlines", 7, _with("[asks|ask] for ", words.few_deadlines),
        words.deadlines_words, set_distance, empty="[sets|set] no reporting deadline",
    ),
    Attribute("status", "Status", 6, _with("[has|have] the status ", words.slug_words), words.slug_words),
    Attribute(
        "risk_approach", "Risk approach", 6, _with("[treats|treat] risk as ", words.slug_words), words.slug_words,
        null="[takes|take] no approach to risk",
    ),
    Attribute(
        "months", "Typical time to implement", 6, _with("[takes|take] ", words.months_words), words.months_words,
        span_distance, null="[has|have] no typical time to implement",
    ),
    Attribute(
        "prerequisites", "Prerequisites", 6, _with("[presupposes|presuppose] ", words.few), words.joined,
        set_distance, empty="[presupposes|presuppose] no other standard",
    ),
    Attribute(
        "certificate_validity_years", "Validity of certificate or status", 5,
        _with("[leads|lead] to a certificate or status valid for ", _years), _years, relative_distance,
        null="[leads|lead] to no certificate or status that could expire",
    ),
    Attribute(
        "audit_cycle_months", "Audit cycle", 5, _with("[brings|bring] an audit every ", _months), _months,
        relative_distance, null="[sets|set] no audit cycle",
    ),
    Attribute(
        "cost_band", "Cost (estimate)", 5, _with("[falls|fall] into the ", str, " cost band (estimate)"),
        null="[has|have] no cost band",
    ),
    Attribute(
        "harmonized_structure", "ISO harmonized structure", 5,
        _either("[follows|follow] the ISO harmonized structure", "[does|do] not follow the ISO harmonized structure"),
        _yes_no, null="[stands|stand] outside the ISO harmonized structure by nature",
    ),
    Attribute(
        "builds_on", "Builds on", 5, _with("[builds|build] on ", words.few), words.joined, set_distance,
        empty="[builds|build] on no other document",
    ),
    Attribute(
        "assessable", "Assessable requirements", 4,
        _with("[has|have] ", _requirements), words.number_words, relative_distance,
        read=lambda profile: profile.count(lambda outline: outline["assessable"]),
    ),
    Attribute(
        "complements", "Used together with", 4, _with("[is|are] used together with ", words.few), words.joined,
        set_distance, empty="[names|name] no companion documents",
    ),
    Attribute("publisher", "Publisher", 4, _with("[is|are] published by ", str)),
    Attribute(
        "free_of_charge", "Free of charge", 4, _either("[is|are] free of charge", "[has|have] to be bought"), _yes_no,
        null="[has|have] no price",
    ),
    Attribute(
        "organisation_sizes", "Organisation sizes", 3,
        _with("[suits|suit] organisations of these sizes: ", words.joined), words.joined, set_distance,
    ),
    Attribute("year", "Year of publication", 2, _with("[dates|date] from ", str)),
    Attribute(
        "languages", "Languages", 2, _with("[is|are] available in ", _codes), _codes, set_distance,
        empty="[names|name] no language",
    ),
    Attribute(
        "supersedes", "Supersedes", 2, _with("[replaces|replace] ", words.joined), words.joined, set_distance,
        empty="[replaces|replace] no earlier edition",
    ),
    Attribute(
        "depth", "Levels of the structure", 2, _with("[is|are] structured in ", _levels),
        words.number_words, relative_distance,
        read=lambda profile: profile.count(lambda outline: len(outline["depths"])),
    ),
    Attribute("edition", "Edition", 1, _with("[stands|stand] at edition ", str)),
    Attribute(
        "confirmed", "Last confirmed", 1, _with("[was|were] last confirmed in ", str),
        null="[is|are] not subject to confirmation",
    ),
)  # fmt: skip
