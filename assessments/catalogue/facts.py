"""What a profile says of a standard: typed facts, prose and questions, and the words its facts may take. Pure.

Facts and prose stay plain JSON mappings (`TypedDict`), because a key that is absent ("not stated") and a key that is
null ("does not apply") must survive the way from the file through the database to a comparison.
"""

from __future__ import annotations

from typing import Final, NotRequired, TypedDict

STATUSES: Final = ("current", "superseded", "draft", "withdrawn")
KINDS: Final = (
    "management-system-requirements",
    "management-system-guidance",
    "law",
    "framework",
    "control-set",
    "scheme",
    "process-requirements",
)
NATURES: Final = ("certifiable", "guidance", "law", "framework", "scheme")
ASSURANCES: Final = (
    "third-party-certification",
    "third-party-assessment",
    "second-party-audit",
    "internal-audit",
    "management-review",
    "regulator-inspection",
    "self-assessment",
)
SUBJECTS: Final = ("organisation", "product", "person", "process", "entity-class")
COST_BANDS: Final = ("low", "medium", "high")
SIZES: Final = ("small", "medium", "large")
HEADLINES: Final = ("scope", "industry", "nature", "testing", "penalties")
"""The five attributes every profile also describes in prose; key differences begin with them, in this order."""

NULLABLE_FACTS: Final = frozenset({
    "certificate_validity_years", "audit_cycle_months", "risk_approach", "penalties", "cost_band", "months",
    "harmonized_structure", "free_of_charge", "confirmed",
})  # fmt: skip
"""Facts for which null says "does not apply"; every other fact is either stated or absent."""


class Penalties(TypedDict, total=False):
    """`formal` says whether the issuer itself can sanction, `basis` is one short sentence."""

    statutory: bool
    formal: bool
    maximum_amount_eur: float | None
    maximum_percent_turnover: float | None
    basis: str


class Months(TypedDict):
    low: float
    high: float
    estimate: bool


class Deadline(TypedDict):
    """`within`: the time as the publisher says it ("one month after the notification") where hours are only near it."""

    what: str
    hours: float
    within: NotRequired[str]


class Source(TypedDict):
    id: str
    title: str
    publisher: str
    url: str
    date: NotRequired[str]
    supports: list[str]


class Facts(TypedDict, total=False):
    """The typed facts of a profile: an absent key is not stated, null does not apply."""

    number: str
    publisher: str
    edition: str
    year: int
    status: str
    confirmed: int | None
    supersedes: list[str]
    kind: str
    nature: str
    certifiable: bool
    certificate_validity_years: float | None
    audit_cycle_months: float | None
    assurance: list[str]
    jurisdictions: list[str]
    sectors: list[str]
    subject: str
    scope_tags: list[str]
    risk_approach: str | None
    harmonized_structure: bool | None
    penalties: Penalties | None
    reporting_deadlines_hours: list[Deadline]
    cost_band: str | None
    months: Months | None
    organisation_sizes: list[str]
    prerequisites: list[str]
    builds_on: list[str]
    complements: list[str]
    related: list[str]
    free_of_charge: bool | None
    languages: list[str]
    source_url: str
    sources: list[Source]


REQUIRED_FACTS: Final = (
    "number",
    "publisher",
    "edition",
    "year",
    "status",
    "kind",
    "nature",
    "certifiable",
    "sectors",
    "sources",
)


class Named(TypedDict):
    name: str
    text: str


class Part(TypedDict):
    text: str
    items: list[Named]


class Headline(TypedDict):
    """`short` fills a table cell, `text` a block of its own."""

    short: str
    text: str


class Phase(TypedDict):
    """`months` is [low, high], an estimate."""

    name: str
    months: list[float]
    work: str


class Implementation(TypedDict):
    overview: str
    applies_to: str
    needs: str
    phases: list[Phase]
    audits: str


class Verdict(TypedDict):
    what_for: str
    who_adopts: str


class Prose(TypedDict):
    """A profile's words in one language."""

    title: str
    short_name: str
    one_line: str
    verdict: Verdict
    definition: str
    scope: Headline
    industry: Headline
    nature: Headline
    testing: Headline
    penalties: Headline
    key_features: list[Named]
    key_components: Part
    why_used: Part
    implementation: Implementation


class Question(TypedDict):
    question: str
    answer: str
