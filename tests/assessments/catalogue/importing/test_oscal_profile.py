"""Profiles, resolved from the files at hand and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from trestle.core.profile_resolver import ProfileResolver

from tests.assessments.catalogue.importing.files import (
    UUID,
    by_ref,
    catalog,
    content_of,
    control,
    imported,
    label,
    profile,
    told,
)

ACCESS = [
    control(
        "ac-1",
        "Policy",
        params=[{"id": "p1", "label": "period"}],
        parts=[
            {
                "id": "ac-1_smt",
                "name": "statement",
                "prose": "Review every {{ insert: param, p1 }}.",
                "parts": [
                    {"id": "ac-1_smt.a", "name": "item", "prose": "this"},
                    {"id": "ac-1_smt.b", "name": "item", "prose": "that"},
                ],
            },
            {"id": "ac-1_gdn", "name": "guidance", "prose": "Hint."},
        ],
    ),
    control("ac-2", "Accounts", controls=[control("ac-2.1", "Machines"), control("ac-2.2", "Guests")]),
    control("ac-3", "Doors"),
]
SOURCE = catalog(
    groups=[
        {"id": "ac", "class": "family", "title": "Access", "controls": ACCESS},
        {"id": "at", "class": "family", "title": "Training", "controls": [control("at-1", "Lessons")]},
    ]
)
AS_IS: dict[str, Any] = {"merge": {"as-is": True}}


def resolved(*imports: dict[str, Any], **members: Any) -> Any:
    return imported(("p.json", profile(*imports, **(AS_IS | members))), ("c.json", SOURCE))


def take(*ids: str, **more: Any) -> dict[str, Any]:
    return {"href": "c.json", "include-controls": [{"with-ids": list(ids), **more}]}


def test_named_controls_are_taken_with_their_groups() -> None:
    found = resolved(take("ac-1", "ac-2.1"))
    assert {ref: requirement.parent for ref, requirement in by_ref(found).items()} == {
        "ac": None, "ac-1": "ac", "ac-2.1": "ac",
    }  # fmt: skip
    assert content_of(found).title == "Small profile"
    assert not found.counts.get("warning")


@pytest.mark.parametrize(
    ("entry", "refs"),
    [
        ({}, ["ac-1", "ac-2", "ac-2.1", "ac-2.2", "ac-3", "at-1"]),
        ({"include-all": {}}, ["ac-1", "ac-2", "ac-2.1", "ac-2.2", "ac-3", "at-1"]),
        ({"include-controls": [{"with-ids": ["ac-2"], "with-child-controls": "yes"}]}, ["ac-2", "ac-2.1", "ac-2.2"]),
        ({"include-controls": [{"with-ids": ["ac-2"], "with-child-controls": "no"}]}, ["ac-2"]),
        ({"include-controls": [{"matching": [{"pattern": "ac-2*"}]}]}, ["ac-2", "ac-2.1", "ac-2.2"]),
        ({"include-controls": [{"matching": [{"pattern": "a?-1"}]}]}, ["ac-1", "at-1"]),
        ({"include-all": {}, "exclude-controls": [{"matching": [{"pattern": "ac-*"}]}]}, ["at-1"]),
        ({"include": {"calls": [{"control-id": "ac-3"}]}}, ["ac-3"]),
        ({"include": {"all": {"with-child-controls": "yes"}}, "exclude": {"calls": [{"control-id": "ac-2"}]}},
         ["ac-1", "ac-2.1", "ac-2.2", "ac-3", "at-1"]),
        ({"include": {"id-selectors": [{"control-id": "ac-2", "with-child-controls": "yes"}]}},
         ["ac-2", "ac-2.1", "ac-2.2"]),
    ],
)  # fmt: skip
def test_include_and_exclude_in_the_words_of_all_editions(entry: dict[str, Any], refs: list[str]) -> None:
    found = resolved({"href": "c.json", **entry})
    assert [ref for ref in by_ref(found) if ref not in {"ac", "at"}] == refs


@pytest.mark.parametrize("selector", [take("ac-1", "ac-2.1", "at-1"), {"href": "c.json", "include-all": {}}])
def test_the_reference_implementation_takes_the_same_controls(selector: dict[str, Any], tmp_path: Path) -> None:
    for kind, name, document in (
        ("catalogs", "c", SOURCE),
        ("profiles", "p", profile({**selector, "href": "trestle://catalogs/c/catalog.json"}, **AS_IS)),
    ):
        folder = tmp_path / kind / name
        folder.mkdir(parents=True)
        (folder / f"{kind.removesuffix('s')}.json").write_text(json.dumps(document))
    (tmp_path / ".trestle").mkdir()
    (tmp_path / ".trestle" / "config.ini").touch()
    theirs = ProfileResolver.get_resolved_profile_catalog(tmp_path, tmp_path / "profiles" / "p" / "profile.json")
    ids = []
    for group in theirs.groups or []:
        waiting = list(group.controls or [])
        while waiting:
            entry = waiting.pop()
            ids.append(entry.id)
            waiting += entry.controls or []
    ours = [ref for ref in by_ref(resolved(selector)) if ref not in {"ac", "at"}]
    assert sorted(ids) == sorted(ours)


def test_flat_has_no_groups_and_custom_has_the_profiles_own() -> None:
    flat = imported(("p.json", profile(take("ac-1", "at-1"), merge={"flat": {}})), ("c.json", SOURCE))
    assert {ref: requirement.parent for ref, requirement in by_ref(flat).items()} == {"ac-1": None, "at-1": None}
    groups = [
        {
            "id": "g1",
            "title": "First",
            "insert-controls": [{"order": "descending", "include-controls": [{"with-ids": ["ac-1", "at-1"]}]}],
        },
        {
            "id": "g2",
            "title": "Second",
            "insert-controls": [{"include-controls": [{"with-ids": ["ac-2"], "with-child-controls": "yes"}]}],
        },
    ]
    custom = imported(("p.json", profile({"href": "c.json"}, merge={"custom": {"groups": groups}})), ("c.json", SOURCE))
    assert {ref: requirement.parent for ref, requirement in by_ref(custom).items()} == {
        "g1": None, "at-1": "g1", "ac-1": "g1", "g2": None, "ac-2": "g2", "ac-2.1": "ac-2", "ac-2.2": "ac-2",
    }  # fmt: skip
    assert told(custom, "warning", "1 selected controls stand in no group", "first ac-3")


def test_parameters_are_set_and_parts_added_and_removed() -> None:
    found = resolved(
        take("ac-1"),
        modify={
            "set-parameters": [{"param-id": "p1", "values": ["year"]}],
            "alters": [
                {
                    "control-id": "ac-1",
                    "removes": [{"by-id": "ac-1_smt.a"}, {"by-name": "guidance"}],
                    "adds": [
                        {
                            "by-id": "ac-1_smt.b",
                            "position": "before",
                            "parts": [{"id": "n", "name": "item", "prose": "more"}],
                        },
                        {"position": "starting", "props": [label("AC-1")], "title": "Policies"},
                        {"position": "ending", "parts": [{"name": "note", "prose": "Ours."}]},
                    ],
                }
            ],
        },
    )
    text = by_ref(found)["AC-1"].texts["en"]
    assert text.title == "Policies"
    assert text.summary == "Review every year.\n  more\n  that\n\nNote: Ours."
    assert not found.counts.get("warning")


def test_settings_of_older_editions_are_maps_and_removals_have_other_names() -> None:
    found = resolved(
        take("ac-1"),
        modify={
            "set-parameters": {"p1": {"constraints": [{"description": "at least yearly"}]}},
            "alters": [{"control-id": "ac-1", "removes": [{"id-ref": "ac-1_smt.a"}, {"name-ref": "guidance"}]}],
        },
    )
    assert by_ref(found)["ac-1"].texts["en"].summary == "Review every [period (at least yearly)].\n  that"


def test_what_a_profile_changes_and_is_not_there_is_told_with_its_place() -> None:
    found = resolved(
        take("ac-1", "zz-1"),
        modify={
            "set-parameters": [{"param-id": "nope", "values": ["x"]}],
            "alters": [{"control-id": "ac-3"}, {"control-id": "zz-2"}],
        },
    )
    assert told(found, "warning", "p.json:/profile/imports/0/include-controls/0", "names the control zz-1")
    assert told(found, "warning", "/profile/modify/set-parameters/0", "sets the parameter nope")
    assert told(found, "note", "/profile/modify/alters/0", "alters ac-3, which is not selected")
    assert told(found, "warning", "/profile/modify/alters/1", "alters zz-2")


def test_a_profile_of_a_profile_is_resolved_and_the_sources_stay_untouched() -> None:
    inner = profile(take("ac-1", "ac-2"), modify={"set-parameters": [{"param-id": "p1", "values": ["inner"]}]}, **AS_IS)
    outer = profile(
        {"href": "inner.json", "include-all": {}},
        {"href": "c.json", "include-controls": [{"with-ids": ["at-1", "ac-1"]}]},
        **AS_IS,
    )
    found = imported(("outer.json", outer), ("inner.json", inner), ("c.json", SOURCE))
    refs = by_ref(found)
    assert list(refs) == ["ac", "ac-1", "ac-2", "at", "at-1"]
    assert "Review every inner." in refs["ac-1"].texts["en"].summary
    assert told(found, "warning", "the control ac-1 is imported twice; the first one is taken")


def test_files_are_found_by_address_by_resource_and_in_another_notation() -> None:
    resource = {
        "resources": [{"uuid": UUID(3), "rlinks": [{"href": "https://example.test/x/c.xml"}, {"href": "./C%2Ejson"}]}]
    }
    for href in ("https://example.test/a/b/c.json?raw=1", "../x/c.json", f"#{UUID(3)}", "C.XML", "c-min.json"):
        entry = {"href": href, "include-controls": [{"with-ids": ["at-1"]}]}
        found = imported(("p.json", profile(entry, **AS_IS, **{"back-matter": resource})), ("c.json", SOURCE))
        assert list(by_ref(found)) == ["at", "at-1"], href


@pytest.mark.parametrize("href", ["missing.json", "https://example.test/missing.json", f"#{UUID(3)}"])
def test_a_file_that_is_missing_is_named_and_never_fetched(href: str) -> None:
    resource = {"resources": [{"uuid": UUID(3), "rlinks": [{"href": "https://example.test/missing.json"}]}]}
    found = imported(("p.json", profile({"href": href}, **{"back-matter": resource})))
    assert told(found, "fault", "p.json:/profile/imports/0", "missing.json, which is not among the files")


def test_profiles_that_import_each_other_are_refused() -> None:
    found = imported(("a.json", profile({"href": "b.json"})), ("b.json", profile({"href": "a.json"})), root="a.json")
    assert told(found, "fault", "imports itself")


def test_of_two_profiles_one_must_be_meant() -> None:
    files = [("a.json", profile(take("ac-1"))), ("b.json", profile(take("at-1"))), ("c.json", SOURCE)]
    assert told(imported(*files), "fault", "there are 2 of the kind profile (a.json, b.json)")
    assert list(by_ref(imported(*files, root="b.json"))) == ["at-1"]


def test_other_models_are_refused_by_name() -> None:
    found = imported(("s.json", {"system-security-plan": {"uuid": UUID(1)}}))
    assert told(found, "fault", "s.json", "is an OSCAL system-security-plan")


def test_what_a_profile_leaves_out_is_missed_by_nobody() -> None:
    linked = control("a-1", links=[{"rel": "related", "href": "#a-2"}])
    files = ("p.json", profile(take("a-1"), **AS_IS)), ("c.json", catalog(linked, control("a-2")))
    found = imported(*files)
    assert list(by_ref(found)) == ["ac", "a-1"]
    assert not told(found, "warning", "a-2")
    assert told(found, "note", "links to controls that this selection leaves out: 1")
