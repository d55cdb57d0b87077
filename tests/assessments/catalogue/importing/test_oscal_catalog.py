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
