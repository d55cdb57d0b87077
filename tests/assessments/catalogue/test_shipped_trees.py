"""What is known of a shipped standard's tree from its publisher, and must come out of its files."""

from __future__ import annotations

from collections import Counter
from functools import cache

from assessments.catalogue.crosswalk import counts_of
from assessments.catalogue.crosswalk_sync import Sides
from assessments.catalogue.loader import load_standard, load_vocabulary
from assessments.catalogue.loader.crosswalks import load_crosswalks
from assessments.catalogue.schema import StandardDocument
from assessments.catalogue.sync import DATA
from assessments.scoring import LeafState, Scale, ScoreTree, TreeNode, score


@cache
def document(slug: str) -> StandardDocument:
    return load_standard(DATA / slug, vocabulary=load_vocabulary(DATA))


def test_the_implementation_groups_of_the_cis_controls_contain_one_another() -> None:
    controls = document("cis-controls-v8.1")
    groups = {
        group.slug: {
            node.ref for node in controls.requirements if node.assessable and group.slug in (node.selections or ())
        }
        for group in controls.selections
    }
    assert {slug: len(refs) for slug, refs in groups.items()} == {"ig1": 56, "ig2": 130, "ig3": 153}
    assert groups["ig1"] < groups["ig2"] < groups["ig3"]
    assert {"1.1", "5.3", "17.3"} <= groups["ig1"]
    assert {"8.10", "14.9", "18.2"} <= groups["ig2"] - groups["ig1"]
    assert {"2.7", "6.8", "18.5"} <= groups["ig3"] - groups["ig2"]


def test_dora_is_assessed_with_the_full_framework_or_the_simplified_one() -> None:
    dora = document("eu-dora")
    parents = {node.ref: node.parent for node in dora.requirements}

    def stands_under(ref: str | None, tops: tuple[str, ...]) -> bool:
        return ref is not None and (ref in tops or stands_under(parents[ref], tops))

    leaves = [node for node in dora.requirements if node.assessable]
    (alternative,) = dora.alternatives
    inside = {
        option.slug: {node.ref for node in leaves if stands_under(node.ref, option.refs)}
        for option in alternative.options
    }
    assert len(leaves) == 109
    assert {slug: len(refs) for slug, refs in inside.items()} == {"full": 73, "simplified": 2}
    assert {"5(2)", "12(7)", "14(3)", "26(1)", "27(3)", "28(2)"} <= inside["full"]
    assert inside["simplified"] == {"16(1)", "16(2)"}
    only_some = {node.ref: node.applies_if for node in leaves if node.applies_if}
    assert {only_some[ref] for ref in ("11(9)", "12(5)")} == {"central-securities-depository"}
    assert only_some["25(3)"] == "microenterprise"
    assert only_some["45"] == "option-used"
    assert not {"17(1)", "19(4)", "28(3)", "30(3)"} & (inside["full"] | set(only_some))


def test_the_csf_counts_what_version_two_holds_and_keeps_the_refs_of_version_one_for_look_ups() -> None:
    """NIST CSWP 29, appendix A; successors from NIST's own catalogue in OSCAL, version 1.2.0."""
    csf = document("nist-csf-2.0")
    leaves = Counter(node.ref[:2] for node in csf.requirements if node.assessable)
    assert leaves == {"GV": 31, "ID": 21, "PR": 22, "DE": 11, "RS": 13, "RC": 8}
    in_force = {node.ref for node in csf.requirements if node.withdrawn is None}
    assert sum("." in ref and "-" not in ref for ref in in_force) == 22
    replaced = {node.ref: node.withdrawn for node in csf.requirements if node.withdrawn is not None}
    assert Counter("-" in ref for ref in replaced) == {True: 79, False: 12}
    assert all(in_force.issuperset(refs) for refs in replaced.values())
    assert [ref for ref, refs in replaced.items() if not refs] == ["PR.IP", "PR.PT", "DE.DP"]
    assert (replaced["ID.SC-03"], replaced["PR.IP-12"]) == (("GV.SC-05",), ("ID.RA-01", "PR.PS-02"))


def test_nis2_asks_the_same_of_essential_and_important_entities_and_supervises_them_differently() -> None:
    """Directive (EU) 2022/2555, Articles 3, 20, 21, 23 and 32 to 34."""
    nis2 = document("eu-nis2")
    of_one = {node.ref: node.selections for node in nis2.requirements if node.selections}
    assert of_one == {"32": ("essential",), "33": ("important",)}
    leaves = {node.ref: node.applies_if for node in nis2.requirements if node.assessable}
    assert len(leaves) == 30
    assert [ref for ref in leaves if ref.startswith("21(2)")] == [f"21(2)({letter})" for letter in "abcdefghij"]
    assert {ref for ref, condition in leaves.items() if condition} == {"24", "26", "27", "28", "29", "30"}
    assert {"32", "33", "34"}.isdisjoint(leaves)
    penalties = nis2.facts["penalties"]
    assert (penalties["maximum_amount_eur"], penalties["maximum_percent_turnover"]) == (10_000_000, 2)
    assert [deadline["hours"] for deadline in nis2.facts["reporting_deadlines_hours"]] == [24, 72, 24, 720]


def test_the_nis2_implementing_regulation_binds_all_and_tells_each_kind_of_provider_when_to_report() -> None:
    """Implementing Regulation (EU) 2024/2690: Articles 2 to 4 and the annex are for all, 5 to 14 for one kind each."""
    regulation = document("eu-nis2-ir-2024-2690")
    leaves = [node for node in regulation.requirements if node.assessable]
    of_one = {node.ref: node.selections for node in leaves if node.selections is not None}
    assert list(of_one) == [f"Art.{number}" for number in range(5, 15)]
    assert [selections[0] for selections in of_one.values() if selections] == [
        selection.slug for selection in regulation.selections
    ]
    assert (of_one["Art.5"], of_one["Art.10"], of_one["Art.14"]) == (("dns",), ("managed-service",), ("trust-service",))
    assert {node.ref for node in leaves if node.applies_if} == set(of_one)
    points = Counter(node.ref.partition(".")[0] for node in leaves)
    assert len(leaves) == 174
    assert points.pop("Art") == 13
    counts = {"1": 8, "2": 11, "3": 22, "4": 14, "5": 8, "6": 31, "7": 3, "8": 8, "9": 3, "10": 10, "11": 21, "12": 13}
    assert points == counts | {"13": 9}


def test_sp_800_53_counts_what_release_five_two_holds_and_keeps_what_was_withdrawn_for_look_ups() -> None:
    """NIST SP 800-53 Rev. 5, release 5.2.0, which also names what took the place of a withdrawn control."""
    nodes = {node.ref: node for node in document("nist-sp-800-53-r5").requirements}
    active = {ref for ref, node in nodes.items() if node.assessable}
    enhancements = {ref for ref in active if "(" in ref}
    assert (len(active), len(enhancements)) == (1014, 714)
    assert {ref for ref in active if nodes[ref].brief} == enhancements
    families = Counter(ref.split("-")[0] for ref in active - enhancements)
    assert len(families) == 20
    assert [families[name] for name in ("AC", "PM", "SC", "SR")] == [23, 32, 47, 12]
    replaced = {ref: node.withdrawn for ref, node in nodes.items() if node.withdrawn is not None}
    assert Counter("(" in ref for ref in replaced) == {True: 158, False: 24}
    assert [ref for ref, refs in replaced.items() if not refs] == ["CP-10(3)", "SC-19"]
    assert all(set(refs) <= active | {"SR"} for refs in replaced.values())
    assert [replaced[ref] for ref in ("AC-13", "IR-10", "SA-12")] == [("AC-2", "AU-6"), ("IR-4(11)",), ("SR",)]


def test_the_baselines_of_sp_800_53_select_what_sp_800_53b_lists() -> None:
    catalogue = document("nist-sp-800-53-r5")
    chosen = {
        selection.slug: {
            node.ref for node in catalogue.requirements if node.assessable and selection.slug in (node.selections or ())
        }
        for selection in catalogue.selections
    }
    sizes = {slug: len(refs) for slug, refs in chosen.items()}
    assert sizes == {"low": 149, "moderate": 287, "high": 370, "privacy": 96}
    assert chosen["low"] < chosen["moderate"] < chosen["high"]
    assert {"AC-2", "IA-2(1)", "SR-11(1)"} <= chosen["low"]
    assert {"AC-2(3)", "CM-7(5)", "SC-8"} <= chosen["moderate"] - chosen["low"]
    assert {"AC-10", "CA-8", "SI-7(15)"} <= chosen["high"] - chosen["moderate"]
    assert {"AC-3(14)", "PM-18", "PT-7(1)", "SA-8(33)"} <= chosen["privacy"] - chosen["high"]
    assert not any(ref.startswith(("PM-", "PT-")) for ref in chosen["high"])
    added_later = {"IA-13", "IA-13(1)", "IA-13(2)", "IA-13(3)", "SA-15(13)", "SA-24", "SI-2(7)"}
    assert not added_later & set().union(*chosen.values())


def test_sp_800_171_r3_counts_what_it_holds_and_keeps_the_refs_of_r2_for_look_ups() -> None:
    """NIST SP 800-171r3, chapter 3: families, and what took the place of each requirement withdrawn."""
    r3 = document("nist-sp-800-171-r3")
    leaves = Counter(node.parent for node in r3.requirements if node.assessable)
    assert list(leaves.values()) == [16, 2, 8, 10, 8, 5, 3, 7, 2, 5, 3, 4, 10, 5, 3, 3, 3]
    replaced = {node.ref: node.withdrawn for node in r3.requirements if node.withdrawn is not None}
    assert len(replaced) == 33
    assert [ref for ref, refs in replaced.items() if not refs] == [
        "03.05.06", "03.05.08", "03.05.09", "03.07.01", "03.13.02", "03.13.14",
    ]  # fmt: skip
    assert (replaced["03.01.13"], replaced["03.12.04"]) == (("03.13.08",), ("03.15.02",))


def test_iso_42001_assesses_impact_beside_risk_and_counts_thirty_eight_controls() -> None:
    """ISO/IEC 42001:2023: clauses 4 to 10, and Annex A from A.2 to A.10, whose first control is always numbered 2."""
    leaves = [node.ref for node in document("iso-42001-2023").requirements if node.assessable]
    clauses = [ref for ref in leaves if not ref.startswith("A.")]
    assert (len(clauses), len(leaves)) == (32, 70)
    assert {"6.1.2", "6.1.4", "8.2", "8.4"} <= set(clauses)
    controls = Counter(ref.split(".")[1] for ref in leaves if ref.startswith("A."))
    assert controls == {"2": 3, "3": 2, "4": 5, "5": 4, "6": 9, "7": 5, "8": 4, "9": 3, "10": 3}
    assert {"A.2.2", "A.6.1.2", "A.6.2.2", "A.10.2"} <= set(leaves)


def test_fssc_22000_counts_its_three_layers_and_tells_each_category_what_is_not_for_it() -> None:
    """FSSC 22000 version 6, Part 2, 2.5: the food chain categories stand in the headings of the requirements."""
    scheme = document("fssc-22000-v6")
    leaves = [node for node in scheme.requirements if node.assessable]
    layers = Counter(node.ref.partition(":")[0].partition(".")[0] for node in leaves)
    assert layers == {"ISO22000": 76, "PRP": 15, "2": 21}
    categories = {selection.slug for selection in scheme.selections}
    assert categories == {"biii", "c", "d", "e", "fi", "fii", "g", "i", "k"}
    missing = {
        category: {node.ref for node in leaves if node.selections is not None and category not in node.selections}
        for category in categories
    }
    prerequisites = {node.ref for node in leaves if node.ref.startswith("PRP:")}
    several_sites = {"2.5.18.1", "2.5.18.2"}
    assert missing["c"] == several_sites | {"2.5.14"}
    assert missing["d"] == prerequisites | several_sites | {"2.5.7"}
    assert missing["i"] == prerequisites | several_sites | {"2.5.14", "2.5.16"}
    assert missing["fii"] == prerequisites | {"2.5.7", "2.5.11", "2.5.12", "2.5.14", "2.5.15"}
    assert missing["g"] == prerequisites | {"2.5.7", "2.5.13", "2.5.14"}
    assert not any(ref.startswith("ISO22000:") for refs in missing.values() for ref in refs)
    assert {node.ref for node in leaves if node.applies_if} == several_sites


def test_the_first_layer_of_fssc_22000_is_iso_22000_clause_by_clause() -> None:
    """FSSC 22000 version 6, Part 2, 2.1: the standard is audited as a whole; logo use and food waste are not in it."""
    sides = Sides(DATA)
    path = DATA.parent / "crosswalks" / "fssc-22000-v6--iso-22000-2018.yaml"
    (crosswalk,) = load_crosswalks([path], side=sides.find, faults=[])
    equal = [(group.source, group.target) for group in crosswalk.groups if group.relation == "equal"]
    clauses = [node.ref for node in document("fssc-22000-v6").requirements if node.assessable and ":" in node.ref]
    assert equal == [((ref,), (ref.removeprefix("ISO22000:"),)) for ref in clauses if ref.startswith("ISO22000:")]
    source, target = sides.find("fssc-22000-v6"), sides.find("iso-22000-2018")
    assert source is not None
    assert target is not None
    counts = counts_of(crosswalk.groups, source=source, target=target)
    assert counts["source"] == {"total": 112, "touched": 110, "covered": 76}
    assert (counts["target"]["touched"], counts["target"]["covered"]) == (76, 76)


def test_sp_800_171_r2_loses_the_points_of_the_defence_methodology() -> None:
    """NIST SP 800-171 DoD Assessment Methodology, version 1.2.1, section 5 and annex A; 32 CFR 170.24."""
    leaves = {node.ref: node for node in document("nist-sp-800-171-r2").requirements if node.assessable}
    families = Counter(node.parent for node in leaves.values())
    assert list(families.values()) == [22, 3, 9, 9, 11, 3, 6, 9, 2, 6, 3, 4, 16, 7]
    assert Counter(node.points for node in leaves.values()) == {5: 44, 3: 14, 1: 51, 0: 1}
    assert 110 - sum(node.points or 0 for node in leaves.values()) == -203
    assert leaves["3.12.4"].points == 0
    assert {ref: node.partial_points for ref, node in leaves.items() if node.partial_points is not None} == {
        "3.5.3": 3,
        "3.13.11": 3,
    }
    some = {"3.1.1": 5, "3.1.19": 3, "3.3.3": 1, "3.7.2": 5, "3.8.8": 3, "3.14.7": 3}
    assert {ref: leaves[ref].points for ref in some} == some
    tree = ScoreTree.build(
        [TreeNode(ref, points=node.points, partial_points=node.partial_points) for ref, node in leaves.items()],
        method="subtractive",
        scale=Scale(0, 2),
        result=Scale(-203, 110),
    )
    met = dict.fromkeys(leaves, LeafState(2))
    assert score(tree, met).root.asserted == 110
    assert score(tree, dict.fromkeys(leaves, LeafState(0))).root.asserted == -203
    assert score(tree, met | {"3.5.3": LeafState(1)}).root.asserted == 107
    assert score(tree, met | {"3.1.1": LeafState(1)}).root.asserted == 105
    assert score(tree, met | {"3.12.4": LeafState(0)}).root.asserted == 110


def test_iso_28000_holds_its_principles_strategies_and_security_plans() -> None:
    """ISO 28000:2022: clauses 4.2.3, 8.5 and 8.6 are what the harmonized structure does not bring by itself."""
    leaves = [node.ref for node in document("iso-28000-2022").requirements if node.assessable]
    assert Counter(ref.split(".")[0] for ref in leaves) == {
        "4": 6, "5": 4, "6": 6, "7": 7, "8": 12, "9": 6, "10": 2,
    }  # fmt: skip
    assert {"4.2.3", "5.2.2", "8.4", "8.5.1", "8.5.3"} <= set(leaves)
    assert [ref for ref in leaves if ref.startswith("8.6")] == [f"8.6.{number}" for number in range(1, 6)]


def test_the_sec_rules_ask_each_kind_of_registrant_for_its_own_forms_and_asset_backed_ones_for_status() -> None:
    """Release 33-11216, 88 FR 51896; Rules 13a-15 and 15d-15 leave asset-backed issuers out."""
    rules = document("sec-cyber-2023")
    leaves = {node.ref: node for node in rules.requirements if node.assessable}
    asked = {
        selection.slug: {ref for ref, node in leaves.items() if selection.slug in (node.selections or ())}
        for selection in rules.selections
    }
    assert len(leaves) == 24
    assert {slug: len(refs) for slug, refs in asked.items()} == {
        "domestic": 19,
        "foreign-private": 12,
        "asset-backed": 3,
    }
    assert asked["asset-backed"] == {"ABS:10-K", "ABS:8-K", "ABS:status"}
    assert asked["asset-backed"].isdisjoint(asked["domestic"] | asked["foreign-private"])
    assert asked["foreign-private"] - asked["domestic"] == {"20-F:16K", "6-K"}
    assert {"8-K:1.05(a)", "8-K:B.1", "10-K:1C"} <= asked["domestic"] - asked["foreign-private"]
    assert leaves["8-K:1.05(d)"].applies_if == "telecommunications-carrier"


def test_the_csf_of_2018_has_five_functions_each_subcategory_told_in_a_sentence() -> None:
    """NIST CSWP 6, appendix A, table 2."""
    old = document("nist-csf-1.1")
    leaves = [node for node in old.requirements if node.assessable]
    assert Counter(node.ref[:2] for node in leaves) == {"ID": 29, "PR": 39, "DE": 18, "RS": 16, "RC": 6}
    assert sum("." in node.ref and not node.assessable for node in old.requirements) == 23
    assert all(node.brief for node in leaves)
    assert old.facts["status"] == "superseded"
    later = {node.ref for node in document("nist-csf-2.0").requirements}
    two_digits = {f"{ref[:-1]}0{ref[-1]}" if ref[-2] == "-" else ref for ref in (node.ref for node in leaves)}
    assert two_digits <= later


def test_an_authorised_operator_is_assessed_by_type_and_proves_competence_one_way_of_three() -> None:
    """Regulation (EU) No 952/2013, Article 39; Implementing Regulation (EU) 2015/2447, Articles 25(2), 27 and 28."""
    status = document("eu-aeo")
    leaves = {node.ref: node for node in status.requirements if node.assessable}
    asked = {
        selection.slug: {ref for ref, node in leaves.items() if selection.slug in (node.selections or ("aeoc", "aeos"))}
        for selection in status.selections
    }
    assert len(leaves) == 60
    assert {slug: len(refs) for slug, refs in asked.items()} == {"aeoc": 39, "aeos": 53}
    ways = [f"IA:27(1){way}" for way in ("(a)(i)", "(a)(ii)", "(b)")]
    assert asked["aeoc"] - asked["aeos"] == {"UCC:39(d)", "IA:25(1)(e)", *ways, "SAQ:5.1", "SAQ:5.2"}
    only_security = asked["aeos"] - asked["aeoc"]
    assert Counter(ref.partition(":")[0] for ref in only_security) == {"UCC": 1, "IA": 8, "SAQ": 12}
    assert all(ref.startswith(("UCC:39(e)", "IA:28", "SAQ:6.")) for ref in only_security)
    competence, section = status.alternatives
    assert [option.refs for option in competence.options] == [(way,) for way in ways]
    assert [option.refs for option in section.options] == [("SAQ:5.1",), ("SAQ:5.2",)]
