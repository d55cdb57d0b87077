"""What a good folder loads to, and the hash of its content."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assessments.catalogue.loader import content_hash, files_hash, load_standard, load_vocabulary
from assessments.catalogue.outline import outline_of, theme_shares
from assessments.catalogue.schema import StandardDocument
from tests.assessments.catalogue.sample import SLUG, change


def load(data: Path) -> StandardDocument:
    return load_standard(data / SLUG, vocabulary=load_vocabulary(data))


def test_the_tree_keeps_document_order_and_refs_as_text(data: Path) -> None:
    nodes = load(data).requirements
    assert [(node.ref, node.parent, node.depth, node.position) for node in nodes] == [
        ("7", None, 0, 0),
        ("7.1", "7", 1, 1),
        ("7.10", "7", 1, 2),
        ("8", None, 0, 3),
    ]
    assert [node.assessable for node in nodes] == [False, True, True, True]
    assert (nodes[2].weight, nodes[2].applies_if, nodes[1].weight) == (2, "sterile", 1)


def test_a_fact_that_is_absent_stays_absent_and_null_stays_null(data: Path) -> None:
    change(data / SLUG / "profile.yaml", old="certificate_validity_years: 3", new="certificate_validity_years: null")
    facts = load(data).facts
    assert facts["certificate_validity_years"] is None
    assert "audit_cycle_months" not in facts
    assert facts["penalties"] == {
        "statutory": True,
        "maximum_amount_eur": 1000,
        "maximum_percent_turnover": None,
        "basis": "Its article 9.",
    }


def test_the_content_hash_does_not_depend_on_how_the_files_are_written(data: Path) -> None:
    before, files_before = content_hash(load(data)), files_hash(data / SLUG)
    folder = data / SLUG
    for path in [folder / "profile.yaml", folder / "en/profile.yaml", folder / "en/faq.yaml"]:
        written = yaml.safe_dump(yaml.safe_load(path.read_text()), sort_keys=True, default_style='"')
        path.write_text("# written anew\n" + yaml.safe_dump(yaml.safe_load(written), sort_keys=True, width=40))
    seven, eight = (folder / f"en/requirements-{n}.yaml" for n in (7, 8))
    both = {**yaml.safe_load(eight.read_text()), **yaml.safe_load(seven.read_text())}
    eight.unlink()
    seven.unlink()
    (folder / "en/requirements-all.yaml").write_text(yaml.safe_dump(both, sort_keys=False, width=30))
    assert content_hash(load(data)) == before
    assert files_hash(folder) != files_before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("structure.yaml", "weight: 2", "weight: 3"),
        ("structure.yaml", "[planning, risk]", "[risk, planning]"),
        ("structure.yaml", "weighted_mean", "mean_of_groups"),
        ("profile.yaml", "months: {low: 3", "months: {low: 2"),
        ("en/profile.yaml", "Step by step.", "Bit by bit."),
        ("en/faq.yaml", "It is number 4.", "It is number four."),
        ("en/requirements-8.yaml", "Every job is looked at.", "Each job is looked at."),
    ],
)
def test_any_change_of_meaning_changes_the_content_hash(data: Path, name: str, old: str, new: str) -> None:
    before = content_hash(load(data))
    change(data / SLUG / name, old=old, new=new)
    assert content_hash(load(data)) != before


def test_the_words_of_the_scale_are_part_of_the_content(data: Path) -> None:
    before = content_hash(load(data))
    change(data / "scales.yaml", old="Something is there.", new="A part is there.")
    assert content_hash(load(data)) != before


def test_the_outline_counts_the_tree_and_the_theme_shares_add_up_to_one(data: Path) -> None:
    nodes = load(data).requirements
    assert outline_of(nodes) == {
        "requirements": 4,
        "assessable": 3,
        "headings": 1,
        "depths": [2, 2],
        "groups": [{"ref": "7", "assessable": 2}, {"ref": "8", "assessable": 1}],
    }
    shares = theme_shares(nodes)
    assert shares == {"audit": 0.333333, "records": 0.333333, "planning": 0.166667, "risk": 0.166667}
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
