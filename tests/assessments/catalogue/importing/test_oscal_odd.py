"""OSCAL catalogues with the faults that real ones have."""

from __future__ import annotations

from tests.assessments.catalogue.importing.files import (
    UUID,
    by_ref,
    catalog,
    content_of,
    control,
    imported,
    label,
    metadata,
    told,
)


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


def test_what_is_told_thousands_of_times_is_counted_not_listed() -> None:
    controls = [control(f"a-{n}", links=[{"rel": "related", "href": f"#zz-{n}"}]) for n in range(3000)]
    found = imported(("a.json", catalog(*controls)))
    assert len(content_of(found).requirements) == 3001
    assert found.counts["warning"] == 3000
    assert told(found, "warning", "and 2,980 more links to what is not there")
    assert len(found.report) < 30


def test_a_selection_of_another_catalogue_is_not_told_what_it_leaves_out_link_by_link() -> None:
    """As the baselines that publishers resolve themselves: their links lead on to what was not chosen."""
    links = [{"rel": "related", "href": f"#zz-{n}"} for n in range(40)]
    source = {"links": [{"rel": "resolution-source", "href": "profile.xml"}]}
    found = imported(("a.json", catalog(control("a-1", links=links), metadata=metadata(**source))))
    assert "warning" not in found.counts
    assert told(found, "note", "links to controls that this selection leaves out: 40")
    missing = [{"rel": "reference", "href": f"#{UUID(9)}"}]
    odd = imported(("a.json", catalog(control("a-1", links=missing), metadata=metadata(**source))))
    assert told(odd, "warning", f"refers to the document {UUID(9)}"), "a document of its own is missed as ever"
