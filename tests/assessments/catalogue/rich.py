"""A standard that uses every key a structure may have, as files; and one without a tree, and two records."""

from __future__ import annotations

from pathlib import Path

from tests.assessments.catalogue.sample import FAQ, PROFILE, PROSE, write_sample

RICH, PLAIN = "rich-1-2024", "plain-1-2024"

STRUCTURE = """\
format: 1
slug: rich-1-2024
scale: small-0-2
scoring: {method: weighted_mean}
selections:
  - {slug: basic, name: {en: Basic}}
  - {slug: high, name: {en: High}}
alternatives:
  - slug: framework
    name: {en: Framework}
    options:
      - {slug: full, name: {en: In full}, refs: ["2", "3"]}
      - {slug: simple, name: {en: Simplified}, refs: ["4"]}
requirements:
  - ref: "1"
    children:
      - {ref: "1.1", assessable: false}
      - {ref: "1.2", withdrawn: ["2.1", "1.3"]}
      - {ref: "1.3", themes: [planning], selections: [high], brief: true}
      - {ref: "1.4", withdrawn: []}
  - ref: "2"
    selections: [basic, high]
    children:
      - {ref: "2.1", themes: [risk], points: 5, partial_points: 3, stage: 1}
      - {ref: "2.2", themes: [risk], selections: [], target: 1, critical: true}
  - {ref: "3", themes: [audit], stage: 2}
  - ref: "4"
    assessable: true
    themes: [records]
    own_answer_rule: both
    selections: [high]
    children:
      - {ref: "4.1", themes: [records], selections: [basic, high]}
"""
TEXTS = """\
"1": {title: First, summary: The first part.}
"1.1": {title: Words, summary: What words mean.}
"1.2": {title: Gone}
"1.3": {title: Short, summary: A short one.}
"1.4": {title: Gone as well, summary: It was about something.}
"2": {title: Second, summary: The second part.}
"""
LEAF = """\
"{ref}":
  title: Leaf {ref}
  summary: What leaf {ref} asks for.
  question: What shows leaf {ref}?
  evidence: [A paper about {ref}]
  levels: {{1: Some of {ref}., 2: All of {ref}.}}
"""
RECORDS = """\
format: 1
records:
  - slug: act-7
    number: Act 7
    title: Act on sevens
    kind: law
    publisher: Parliament
    edition: "2021"
    year: 2021
    status: current
    nature: law
    certifiable: false
    subject: organisation
    sectors: [all]
    jurisdictions: [european-union]
    source: {title: Act 7, publisher: Parliament, url: "https://example.org/act-7", date: "2021-02-03"}
    note: Applies from 2023.
  - slug: frame-9
    number: Frame 9
    title: Frame of nines
    kind: framework
    publisher: Framers
    edition: "1.0"
    year: 2019
    status: current
    nature: framework
    certifiable: false
    sectors: [energy]
    source: {title: Frame 9, publisher: Framers, url: "https://example.org/frame-9", date: "2019-05-05"}
"""
LEAVES = ("2.1", "2.2", "3", "4", "4.1")


def write_rich(data: Path) -> Path:
    """The sample's data folder with the rich standard, the one without a tree, and the records beside it."""
    write_sample(data)
    _write(data / RICH, "structure.yaml", STRUCTURE)
    _write(data / RICH, "en/requirements-all.yaml", TEXTS + "".join(LEAF.format(ref=ref) for ref in LEAVES))
    for slug in (RICH, PLAIN):
        _write(data / slug, "profile.yaml", PROFILE.replace("Sample 1:2020", slug))
        _write(data / slug, "en/profile.yaml", PROSE)
        _write(data / slug, "en/faq.yaml", FAQ)
    _write(data, "records.yaml", RECORDS)
    return data


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
