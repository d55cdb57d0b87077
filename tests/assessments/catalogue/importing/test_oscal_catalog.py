"""OSCAL catalogues: what they say, what they said in older editions, and the faults that real ones have."""

from __future__ import annotations

from typing import Any

import pytest
from trestle.oscal.catalog import Catalog

from tests.assessments.catalogue.importing.files import (
    UUID,
    as_yaml,
    by_ref,
    catalog,
    content_of,
    control,
    imported,
    label,
    messages,
    metadata,
    told,
)

RICH = catalog(
    control(
        "ac-1",
        "Policy",
        **{"class": "SP800-53"},
        params=[
            {"id": "ac-1_prm_1", "label": "people or roles"},
            {
                "id": "ac-1_prm_2",
                "select": {"how-many": "one-or-more", "choice": ["named {{ insert: param, ac-1_prm_1 }}", "all"]},
            },
            {"id": "ac-1_prm_3", "label": "period", "values": ["30 days"]},
            {"id": "ac-1_prm_4", "label": "period", "constraints": [{"description": "at least weekly"}]},
        ],
        props=[label("AC-01", **{"class": "sp800-53a"}), label("AC-1")],
        links=[{"href": f"#{UUID(9)}", "rel": "reference"}, {"href": "#ac-2", "rel": "related"}],
        parts=[
            {
                "id": "ac-1_smt",
                "name": "statement",
                "prose": "Tell {{ insert: param, ac-1_prm_2 }}:",
                "parts": [
                    {
                        "id": "ac-1_smt.a",
                        "name": "item",
                        "props": [label("a.")],
                        "prose": "every {{ insert: param, ac-1_prm_3 }}, or {{ insert: param, ac-1_prm_4 }};",
                        "parts": [
                            {"id": "ac-1_smt.a.1", "name": "item", "props": [label("1.")], "prose": "as [AC-2](#ac-2)."}
                        ],
                    }
                ],
            },
            {"id": "ac-1_gdn", "name": "guidance", "prose": "How it is meant."},
            {"id": "ac-1_obj", "name": "assessment-objective", "prose": "everybody is told"},
            {
                "id": "ac-1_asm-examine",
                "name": "assessment-method",
                "props": [{"name": "method", "value": "EXAMINE"}],
                "parts": [{"name": "assessment-objects", "prose": "the policy\n\nthe plan"}],
            },
            {
                "id": "ac-1_asm-interview",
                "name": "assessment-method",
                "props": [{"name": "method", "value": "INTERVIEW"}],
                "parts": [{"name": "assessment-objects", "prose": "people"}],
            },
        ],
    ),
    control(
        "ac-2", "Accounts", props=[label("AC-2")], controls=[control("ac-2.1", "Machines", props=[label("AC-2(1)")])]
    ),
    control(
        "ac-3",
        "Gone",
        props=[label("AC-3"), {"name": "status", "value": "Withdrawn"}],
        links=[{"rel": "incorporated-into", "href": "#ac-1_smt.a.1"}, {"rel": "moved-to", "href": "#ac-2.1"}],
        parts=[],
    ),
    **{"back-matter": {"resources": [{"uuid": UUID(9), "title": "A document"}]}},
)


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_empty(inner) for key, inner in value.items() if inner != []}
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


def test_the_sample_is_oscal_to_its_reference_implementation() -> None:
    read = Catalog.parse_obj(without_empty(RICH)["catalog"])
    assert read.groups is not None
    assert [control.id for control in read.groups[0].controls or []] == ["ac-1", "ac-2", "ac-3"]


def test_a_control_becomes_a_requirement_with_all_its_words() -> None:
    found = imported(("a.json", RICH))
    requirement = by_ref(found)["AC-1"]
    text = requirement.texts["en"]
    assert text.title == "Policy"
    assert text.summary == (
        "Tell [one or more: named [people or roles]; all]:\n"
        "  a. every 30 days, or [period (at least weekly)];\n"
        "    1. as AC-2.\n"
        "\n"
        "Guidance: How it is meant.\n"
        "\n"
        "References: A document"
    )
    assert (text.question, text.evidence) == ("everybody is told", ("the policy", "the plan"))
    assert (requirement.parent, requirement.assessable) == ("ac", True)
    assert not found.counts.get("warning")
    assert found.format == "OSCAL catalog 1.1.2 (JSON)"


def test_a_parent_that_asks_something_itself_is_assessable_and_a_group_is_not() -> None:
    refs = by_ref(imported(("a.json", RICH)))
    assert [(ref, refs[ref].assessable, refs[ref].parent) for ref in ("ac", "AC-2", "AC-2(1)")] == [
        ("ac", False, None), ("AC-2", True, "ac"), ("AC-2(1)", True, "AC-2"),
    ]  # fmt: skip


def test_a_category_is_a_heading_even_where_it_has_a_statement() -> None:
    found = imported(("a.json", catalog(control("gv.oc", **{"class": "category"}, controls=[control("gv.oc-01")]))))
    assert by_ref(found)["gv.oc"].assessable is False
    assert told(found, "note", "gv.oc is a heading, since its class is category")


def test_what_is_withdrawn_names_what_took_its_place() -> None:
    requirement = by_ref(imported(("a.json", RICH)))["AC-3"]
    assert (requirement.withdrawn, requirement.assessable) == (("AC-1", "AC-2(1)"), None)


def test_a_control_may_have_gone_into_a_whole_group() -> None:
    """As SA-12 of SP 800-53 did, of which the family SR was made."""
    gone = control("ac-3", props=[{"name": "status", "value": "withdrawn"}], links=[{"rel": "moved-to", "href": "#ac"}])
    found = imported(("a.json", catalog(control("ac-1"), gone)))
    assert by_ref(found)["ac-3"].withdrawn == ("ac",)
    assert not found.counts.get("warning")


def test_a_successor_that_is_not_there_is_told_with_its_place() -> None:
    gone = control(
        "ac-3", props=[{"name": "status", "value": "withdrawn"}], links=[{"rel": "moved-to", "href": "#zz-9"}]
    )
    found = imported(("a.json", catalog(control("ac-1"), gone)))
    assert by_ref(found)["ac-3"].withdrawn == ()
    assert told(found, "warning", "a.json:/catalog/groups/0/controls/1/links/0", "ac-3 went into zz-9, which is not in")


def test_facts_come_from_the_metadata() -> None:
    about = metadata(
        "Acme controls", published="2023-01-02T00:00:00Z",
        parties=[{"uuid": UUID(5), "type": "organization", "name": "Somebody"},
                 {"uuid": UUID(6), "type": "organization", "name": "Acme"}],
        **{"responsible-parties": [{"role-id": "creator", "party-uuids": [UUID(6)]}]},
    )  # fmt: skip
    content = content_of(imported(("a.json", catalog(control("a-1"), metadata=about))))
    assert content.facts == {"publisher": "Acme", "edition": "1.0", "year": 2023}
    assert (content.slug, content.title, content.language) == ("acme-controls", "Acme controls", "en")


@pytest.mark.parametrize("order", ["json", "yaml"])
def test_yaml_says_the_same_as_json(order: str) -> None:
    raw = as_yaml(RICH) if order == "yaml" else RICH
    assert content_of(imported(("a", raw))).requirements == content_of(imported(("b", RICH))).requirements


XML = """<?xml version="1.0" encoding="UTF-8"?>
<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0" uuid="11111111-2222-4333-8444-000000000001">
 <!-- a comment -->
 <metadata><title>Small catalogue</title><last-modified>2024-05-06T00:00:00Z</last-modified><version>1.0</version>
  <oscal-version>v1.0.4</oscal-version></metadata>
 <group id="ac" class="family"><title>Access</title>
  <control id="ac-1"><title>Policy <em>first</em></title>
   <param id="p1"><label>who</label></param>
   <param id="p2"><select how-many="one"><choice>the <insert type="param" id-ref="p1"/></choice>
    <choice>all</choice></select></param>
   <prop name="label" value="AC-1"/>
   <part id="ac-1_smt" name="statement"><p>Tell <insert type="param" id-ref="p2"/>
    and <insert type="param" id-ref="no"/>.</p>
    <ul><li>this</li><li>that, see <a href="#ac-2">AC-2</a></li></ul>
    <part id="ac-1_smt.a" name="item"><prop name="label" value="a."/><p>soon</p></part></part></control>
  <control id="ac-2"><title>Gone</title><prop name="label" value="AC-2"/><prop name="status" value="withdrawn"/>
   <link rel="incorporated-into" href="#ac-1"/></control>
 </group>
</catalog>"""


def test_xml_is_read_as_json_is_and_its_places_are_paths() -> None:
    found = imported(("a.xml", XML))
    refs = by_ref(found)
    assert refs["AC-1"].texts["en"].title == "Policy first"
    assert refs["AC-1"].texts["en"].summary == (
        "Tell [one of: the [who]; all] and {{ insert: param, no }}.\n\n* this\n* that, see AC-2\n  a. soon"
    )
    assert refs["AC-2"].withdrawn == ("AC-1",)
    assert told(found, "warning", "a.xml:/catalog/group[1]/control[1]/part[1]", "inserts no, which is no parameter")
    assert told(found, "note", "/catalog/metadata[1]/oscal-version", "v1.0.4")
    assert found.format == "OSCAL catalog 1.0.4 (XML)"


OLD = {
    "catalog": {
        "uuid": UUID(1),
        "metadata": {
            "title": "Old",
            "version": "1",
            "oscal-version": "1.0.0-rc1",
            "last-modified": "2020-09-24T00:00:00Z",
        },
        "groups": [
            {
                "id": "ac",
                "title": "Access",
                "controls": [
                    {
                        "id": "ac-1",
                        "title": "Policy",
                        "parameters": {
                            "ac-1_prm_1": {"label": "who"},
                            "ac-1_prm_2": {
                                "select": {"how-many": "one or more", "alternatives": ["a {{ ac-1_prm_1 }}", "b"]}
                            },
                        },
                        "properties": [label("AC-1")],
                        "annotations": [{"name": "status", "value": "active"}],
                        "parts": [{"id": "ac-1_smt", "name": "statement", "prose": "\n     Tell {{ ac-1_prm_2 }}."}],
                    }
                ],
            }
        ],
    }
}


def test_names_of_older_editions_are_understood() -> None:
    found = imported(("old.json", OLD))
    assert by_ref(found)["AC-1"].texts["en"].summary == "Tell [one or more: a [who]; b]."
    assert not found.counts.get("warning"), messages(found)


def test_an_edition_nobody_knows_is_told() -> None:
    found = imported(("a.json", catalog(control("a-1"), metadata=metadata(**{"oscal-version": "3.0"}))))
    assert told(found, "warning", "/catalog/metadata/oscal-version", "oscal-version is 3.0")


def test_a_control_repeated_inside_itself_counts_once() -> None:
    """As SP 800-171r3 has it: each requirement holds a child control that says it again."""
    doubled = [
        control(
            f"SP_800_171_03.01.0{number}",
            f"Matter {number}",
            props=[label(f"03.01.0{number}")],
            parts=[],
            controls=[
                control(f"SP_800_171_SR-03.01.0{number}", f"Matter {number}", props=[label(f"SR-03.01.0{number}")])
            ],
        )
        for number in range(1, 4)
    ]
    found = imported(("171.json", catalog(*doubled)))
    assert [ref for ref, requirement in by_ref(found).items() if requirement.assessable] == [
        "03.01.01",
        "03.01.02",
        "03.01.03",
    ]
    assert by_ref(found)["03.01.02"].texts["en"].summary == "What SP_800_171_SR-03.01.02 asks."
    assert found.counts["warning"] == 3
    assert told(found, "warning", "/catalog/groups/0/controls/0/controls/0", "repeats SP_800_171_03.01.01")


def test_an_only_child_of_its_own_is_no_repetition() -> None:
    found = imported(("a.json", catalog(control("ac-1", "One", controls=[control("ac-1.1", "Another")]))))
    assert list(by_ref(found)) == ["ac", "ac-1", "ac-1.1"]
    assert not found.counts.get("warning")


def test_leftovers_of_an_older_edition_are_found_though_nothing_marks_them() -> None:
    """As CSF 2.0 had them: controls of 1.1 without status, that say nothing, or have no example as all others do."""
    example = {"name": "example", "prose": "Such as this."}
    whole = [control(f"x-{number}") for number in range(1, 9)]
    for entry in whole:
        entry["parts"] = [*entry["parts"], example]
    silent = control("x-20", parts=[{"id": "x-20_smt", "name": "statement", "prose": ""}])
    bare = control("x-21")
    found = imported(("csf.json", catalog(*whole, silent, bare)))
    assert by_ref(found)["x-20"].assessable is False
    assert by_ref(found)["x-21"].assessable is True
    assert told(found, "warning", "/catalog/groups/0/controls/8", "x-20 says nothing", "no status")
    assert told(found, "warning", "/catalog/groups/0/controls/9", "x-21 has no example")
    assert found.counts["warning"] == 2


def test_a_control_id_that_stands_twice_refuses_the_file_with_both_places() -> None:
    found = imported(("a.json", catalog(control("a-1"), control("a-2"), control("a-1"))))
    assert found.refused
    assert found.content is None
    assert told(
        found, "fault", "a.json:/catalog/groups/0/controls/2", "a-1 stands twice; first at /catalog/groups/0/controls/0"
    )


def test_a_part_id_that_stands_twice_is_told() -> None:
    """As CIS 8 has it: the statement of 1.2 lends its id to that of 2.2."""
    parts = [{"id": "a-1_smt", "name": "statement", "prose": "Again."}]
    found = imported(("a.json", catalog(control("a-1"), control("a-2", parts=parts))))
    assert told(found, "warning", "/controls/1/parts/0", "a-1_smt stands also at /catalog/groups/0/controls/0/parts/0")
    assert not found.refused


def test_labels_that_stand_twice_give_way_to_ids() -> None:
    found = imported(("a.json", catalog(control("a-1", props=[label("1")]), control("a-2", props=[label("1")]))))
    assert list(by_ref(found)) == ["ac", "1", "a-2"]
    assert told(found, "warning", "the reference 1 stands also at", "becomes a-2")


def test_missing_documents_and_unknown_parameters_are_told_with_their_places() -> None:
    odd = control("a-1", links=[{"rel": "reference", "href": f"#{UUID(77)}"}], parts=[
        {"name": "statement", "prose": "See [x](#b-7) and {{ insert: param, nowhere }}."},
    ])  # fmt: skip
    found = imported(("a.json", catalog(odd)))
    assert told(found, "warning", "/controls/0/links/0", UUID(77), "not among the resources")
    assert told(found, "warning", "/controls/0/parts/0", "refers to b-7")
    assert told(found, "warning", "/controls/0/parts/0", "inserts nowhere")
    assert by_ref(found)["a-1"].texts["en"].summary.startswith("See x and {{ insert: param, nowhere }}.")


def test_a_parameter_that_inserts_itself_ends() -> None:
    odd = control("a-1", params=[{"id": "p", "select": {"choice": ["x {{ insert: param, p }}"]}}], parts=[
        {"name": "statement", "prose": "{{ insert: param, p }}"},
    ])  # fmt: skip
    assert told(imported(("a.json", catalog(odd))), "warning", "the parameter p inserts itself")


def test_a_parameter_made_of_others_is_shown_by_theirs() -> None:
    aggregate = {"id": "p", "props": [{"name": "aggregates", "value": "p.1"}, {"name": "aggregates", "value": "p.2"}]}
    odd = control("a-1", params=[aggregate, {"id": "p.1", "label": "people"}, {"id": "p.2", "label": "roles"}],
                  parts=[{"name": "statement", "prose": "Tell {{ insert: param, p }}."}])  # fmt: skip
    assert by_ref(imported(("a.json", catalog(odd))))["a-1"].texts["en"].summary == "Tell [people, roles]."


def test_the_language_is_judged_by_the_words_and_can_be_told() -> None:
    prose = (
        "Die Organisation muss die Risiken für die Sicherheit der Daten bestimmen und nicht nur auf dem Papier führen. "
    )
    raw = catalog(control("a-1", parts=[{"name": "statement", "prose": prose * 3}]))
    found = imported(("a.json", raw))
    assert content_of(found).language == "de"
    assert told(found, "note", "are read as de")
    assert content_of(imported(("a.json", raw), language="fr")).language == "fr"


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"groups": "x"}, "/catalog/groups", "must be a list of objects, not text"),
        ({"groups": [3]}, "/catalog/groups/0", "must be an object, not a number"),
        (
            {"groups": [{"title": ["x"], "controls": [{"id": "a"}]}]},
            "/catalog/groups/0/title",
            "must be text, not a list",
        ),
        (
            {"groups": [{"title": "x", "controls": [{"title": "y"}]}]},
            "/catalog/groups/0/controls/0",
            "a control must have an id",
        ),
        ({"groups": [{"title": "x"}]}, "/catalog", "holds no control"),
    ],
)
def test_what_is_no_catalogue_is_refused_with_its_place(change: dict[str, Any], place: str, message: str) -> None:
    found = imported(("a.json", catalog(**change)))
    assert found.refused
    assert told(found, "fault", f"a.json:{place}: ", message), messages(found)


def test_what_is_told_thousands_of_times_is_counted_not_listed() -> None:
    controls = [control(f"a-{n}", links=[{"rel": "related", "href": f"#zz-{n}"}]) for n in range(3000)]
    found = imported(("a.json", catalog(*controls)))
    assert len(content_of(found).requirements) == 3001
    assert found.counts["warning"] == 3000
    assert told(found, "warning", "and 2,980 more links to what is not there")
    assert len(found.report) < 30
