"""A small but complete standard as files, for tests to break one thing at a time."""

from __future__ import annotations

from pathlib import Path

SLUG = "sample-1-2020"

THEMES = """\
format: 1
themes:
  planning: {en: Planning}
  records: {en: Records}
  risk: {en: Risk}
  audit: {en: Audit}
"""
SCALES = """\
format: 1
scales:
  small-0-2:
    name: {en: Small}
    levels:
      - {level: 0, name: {en: None}, criteria: {en: Nothing is there.}}
      - {level: 1, name: {en: Some}, criteria: {en: Something is there.}}
      - {level: 2, name: {en: All}, criteria: {en: Everything is there.}}
"""
APPLICABILITY = """\
format: 1
conditions:
  sterile: {en: Only for sterile products}
"""
JURISDICTIONS = """\
format: 1
jurisdictions:
  international: {en: international}
  european-union: {en: European Union}
  united-states: {en: United States}
"""
SECTORS = """\
format: 1
sectors:
  all: {en: all sectors}
  energy: {en: energy}
"""
STRUCTURE = """\
format: 1
slug: sample-1-2020
scale: small-0-2
scoring: {method: weighted_mean}
requirements:
  - ref: "7"
    children:
      - {ref: "7.1", themes: [planning, risk]}
      - {ref: "7.10", themes: [records], weight: 2, applies_if: sterile}
  - {ref: "8", themes: [audit]}
"""
TEXTS_7 = """\
"7":
  title: Doing
  summary: What is done.
"7.1":
  title: Planning
  summary: Work is planned before it begins.
  question: Which plan did the last job follow?
  evidence:
    - A plan with dates and names
  levels:
    1: Some jobs have a plan.
    2: Every job has a plan.
"7.10":
  title: Records
  summary: Records are kept for two years.
  question: Where is the record of the job before last?
  evidence:
    - A record that is two years old
  levels:
    1: Some records are kept.
    2: All records are kept.
"""
TEXTS_8 = """\
"8":
  title: Checking
  summary: Somebody else looks at the work.
  question: Who looked at the last job?
  evidence:
    - A signed check list
  levels:
    1: Looks happen now and then.
    2: Every job is looked at.
"""
PROFILE = """\
format: 1
number: "Sample 1:2020"
publisher: Sampler
edition: "2020"
year: 2020
status: current
kind: management-system-requirements
nature: certifiable
certifiable: true
certificate_validity_years: 3
sectors: [all]
penalties: {statutory: true, maximum_amount_eur: 1000, maximum_percent_turnover: null, basis: Its article 9.}
months: {low: 3, high: 6, estimate: true}
sources:
  - id: page
    title: The page of the sample
    publisher: Sampler
    url: "https://example.org/sample"
    date: "2020-01-31"
    supports: [edition, year, certificate_validity_years, penalties.maximum_amount_eur]
"""
PROSE = """\
title: Sample standard
short_name: Sample
one_line: A standard to test with.
verdict: {what_for: testing a loader, who_adopts: programmers to find faults}
definition: It is a small standard.
scope: {short: Jobs, text: All the jobs there are.}
industry: {short: Any, text: Every industry.}
nature: {short: Certifiable, text: One can be certified.}
testing: {short: Audit, text: An auditor comes.}
penalties: {short: Fines, text: There are fines.}
key_features:
  - {name: One, text: The first.}
  - {name: Two, text: The second.}
  - {name: Three, text: The third.}
  - {name: Four, text: The fourth.}
  - {name: Five, text: The fifth.}
key_components:
  text: It has parts.
  items:
    - {name: A, text: Part A.}
    - {name: B, text: Part B.}
    - {name: C, text: Part C.}
    - {name: D, text: Part D.}
why_used:
  text: For reasons.
  items:
    - {name: E, text: Reason E.}
    - {name: F, text: Reason F.}
    - {name: G, text: Reason G.}
    - {name: H, text: Reason H.}
implementation:
  overview: Step by step.
  applies_to: Everybody.
  needs: Time.
  audits: Once a year.
  phases:
    - {name: I, months: [1, 2], work: Begin.}
    - {name: J, months: [1, 2], work: Go on.}
    - {name: K, months: [1, 1], work: Check.}
    - {name: L, months: [0.5, 1], work: End.}
"""
FAQ = "".join(f"- question: What is question {number}?\n  answer: It is number {number}.\n" for number in range(1, 7))

FILES = {
    "themes.yaml": THEMES,
    "scales.yaml": SCALES,
    "applicability.yaml": APPLICABILITY,
    "jurisdictions.yaml": JURISDICTIONS,
    "sectors.yaml": SECTORS,
    f"{SLUG}/structure.yaml": STRUCTURE,
    f"{SLUG}/profile.yaml": PROFILE,
    f"{SLUG}/en/profile.yaml": PROSE,
    f"{SLUG}/en/faq.yaml": FAQ,
    f"{SLUG}/en/requirements-7.yaml": TEXTS_7,
    f"{SLUG}/en/requirements-8.yaml": TEXTS_8,
}


def write_sample(data: Path) -> Path:
    """Write the sample into a data folder and return the standard's own folder."""
    for name, text in FILES.items():
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return data / SLUG


def change(path: Path, *, old: str, new: str) -> None:
    """Replace what must stand in the file exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")
