"""Profiles made by hypothesis: any mixture of facts that are stated, do not apply or are missing."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from assessments.catalogue import facts
from assessments.catalogue.comparison import StandardProfile

SLUG = st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
WORD = st.sampled_from(["alpha", "Beta", "EU law", "records of work", "ISO 1:2000", "a {brace} and [mark|marks]"])
SHARE = st.floats(min_value=0.001, max_value=1)


def _list(values: Any, *, least: int = 0) -> Any:
    return st.lists(values, min_size=least, max_size=4, unique=True)


def _number(most: int) -> Any:
    return st.one_of(st.integers(0, most), st.floats(0, most, allow_nan=False).map(lambda value: round(value, 2)))


_PENALTIES = st.fixed_dictionaries(
    {"statutory": st.booleans(), "basis": WORD},
    optional={
        "formal": st.booleans(),
        "maximum_amount_eur": st.none() | _number(10**8),
        "maximum_percent_turnover": st.none() | _number(10),
    },
)
_MONTHS = st.tuples(_number(24), _number(24), st.booleans()).map(
    lambda values: {"low": min(values[:2]), "high": max(values[:2]), "estimate": values[2]}
)
_REQUIRED = {
    "number": st.sampled_from(["ISO 1:2000", "Act 7", "FR {x}", "S [a|b]"]),
    "publisher": WORD,
    "edition": WORD,
    "year": st.integers(1980, 2030),
    "status": st.sampled_from(facts.STATUSES),
    "kind": st.sampled_from(facts.KINDS),
    "nature": st.sampled_from(facts.NATURES),
    "certifiable": st.booleans(),
    "sectors": _list(st.sampled_from(["all", "medical-devices", "energy", "food"]), least=1),
    "sources": st.just([]),
}
_OPTIONAL = {
    "confirmed": st.integers(1980, 2030),
    "supersedes": _list(WORD),
    "certificate_validity_years": _number(5),
    "audit_cycle_months": _number(36),
    "assurance": _list(st.sampled_from(facts.ASSURANCES)),
    "jurisdictions": _list(st.sampled_from(["international", "european-union", "united-states"])),
    "subject": st.sampled_from(facts.SUBJECTS),
    "scope_tags": _list(SLUG),
    "risk_approach": SLUG,
    "harmonized_structure": st.booleans(),
    "penalties": _PENALTIES,
    "reporting_deadlines_hours": st.lists(st.fixed_dictionaries({"what": WORD, "hours": _number(200)}), max_size=3),
    "cost_band": st.sampled_from(facts.COST_BANDS),
    "months": _MONTHS,
    "organisation_sizes": _list(st.sampled_from(facts.SIZES)),
    "prerequisites": _list(WORD),
    "builds_on": _list(WORD),
    "complements": _list(WORD),
    "related": _list(SLUG),
    "free_of_charge": st.booleans(),
    "languages": _list(st.sampled_from(["en", "fr", "xx"])),
}
FACTS = st.fixed_dictionaries(
    _REQUIRED,
    optional={key: (st.none() | value if key in facts.NULLABLE_FACTS else value) for key, value in _OPTIONAL.items()},
)


@st.composite
def _prose(draw: st.DrawFn) -> Any:
    named = {"name": "N", "text": "T"}
    return {
        "title": draw(WORD),
        "short_name": draw(WORD),
        "one_line": draw(WORD),
        "verdict": {"what_for": draw(WORD), "who_adopts": draw(WORD)},
        "definition": draw(WORD),
        **{key: {"short": draw(WORD), "text": draw(WORD)} for key in facts.HEADLINES},
        "key_features": [named] * 5,
        "key_components": {"text": draw(WORD), "items": [named]},
        "why_used": {"text": draw(WORD), "items": [named]},
        "implementation": {"overview": "O", "applies_to": "A", "needs": "N", "phases": [], "audits": "U"},
    }


@st.composite
def profiles(draw: st.DrawFn) -> StandardProfile:
    shares = draw(st.dictionaries(st.sampled_from(["audit", "risk", "records", "planning"]), SHARE, max_size=4))
    total = sum(shares.values())
    return StandardProfile(
        slug=draw(SLUG),
        facts=draw(FACTS),
        prose=draw(_prose()),
        faq=[{"question": draw(WORD), "answer": "A"}],
        outline={
            "requirements": 9,
            "assessable": draw(st.integers(1, 9)),
            "headings": 1,
            "depths": [1] * draw(st.integers(1, 4)),
            "groups": [],
        },
        themes={theme: round(share / total, 6) for theme, share in shares.items()},
    )
