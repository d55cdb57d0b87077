"""Crosswalks: OSCAL mapping collections and CISO Assistant's mapping sets."""

from __future__ import annotations

from typing import Any

import pytest
from trestle.oscal.mapping import MappingCollection

from tests.assessments.catalogue.importing.files import (
    UUID,
    as_yaml,
    catalog,
    control,
    imported,
    label,
    library,
    metadata,
    node,
    told,
)


def one_map(relation: Any, sources: list[str], targets: list[str], **more: Any) -> dict[str, Any]:
    ends = {
        side: [{"type": "control", "id-ref": identifier} for identifier in ids]
        for side, ids in (("sources", sources), ("targets", targets))
    }
    return {"uuid": UUID(40), "relationship": relation, **ends, **more}


def collection(*maps: dict[str, Any]) -> dict[str, Any]:
    mapping = {
        "uuid": UUID(30),
        "source-resource": {"type": "catalog", "href": "left.json"},
        "target-resource": {"type": "catalog", "href": "right.json"},
        "maps": list(maps),
    }
    provenance = {
        "method": "human",
        "matching-rationale": "semantic",
        "status": "complete",
        "mapping-description": "By hand.",
    }
    about = metadata("A mapping", **{"oscal-version": "1.2.1"})
    return {"mapping-collection": {"uuid": UUID(3), "metadata": about, "provenance": provenance, "mappings": [mapping]}}


LEFT = catalog(control("l-1", props=[label("L1")]), control("l-2", props=[label("L2")]))
RIGHT = catalog(control("r-1", props=[label("R1")]), control("r-2"))


def test_the_sample_is_oscal_to_its_reference_implementation() -> None:
    read = MappingCollection.parse_obj(collection(one_map("subset-of", ["l-1"], ["r-1"]))["mapping-collection"])
    assert [entry.relationship for entry in read.mappings[0].maps] == ["subset-of"]


def test_groups_keep_their_joint_meaning_and_get_the_refs_of_the_catalogues() -> None:
    maps = [
        one_map("subset-of", ["l-1", "l-2"], ["r-1"], remarks="Because."),
        one_map("equivalent-to", ["l-1"], ["r-2"]),
        one_map("no-relationship", ["l-2"], ["r-2"]),
        one_map({"type": "intersects-with"}, ["l-2"], ["r-2"]),
    ]
    found = imported(("m.json", collection(*maps)), ("left.json", LEFT), ("right.json", RIGHT))
    (crosswalk,) = found.crosswalks
    assert [(link.source, link.target, link.relation, link.rationale) for link in crosswalk.links] == [
        (("L1", "L2"), ("R1",), "subset", {"en": "Because."}),
        (("L1",), ("r-2",), "equal", {}),
        (("L2",), ("r-2",), "intersects", {}),
    ]
    assert crosswalk.source.resolved
    assert crosswalk.method == "By hand."
    assert found.content is None
    assert told(found, "note", "maps/1", "equivalent-to is read as equal")
    assert told(found, "note", "maps/2", "says that there is no relation")


def test_ids_of_absent_catalogues_stay_and_it_is_told() -> None:
    found = imported(("m.json", collection(one_map("equal-to", ["zz-1"], ["r-1"]))))
    assert found.crosswalks[0].links[0].source == ("zz-1",)
    assert not found.crosswalks[0].source.resolved
    assert told(found, "note", "source-resource", "left.json is not among the files")


def test_ids_that_are_not_in_a_catalogue_at_hand_are_left_out_with_their_places() -> None:
    found = imported(
        ("m.json", collection(one_map("equal-to", ["zz-1", "l-1"], ["r-1"]), one_map("equal-to", ["zz-2"], ["r-1"]))),
        ("left.json", LEFT),
    )
    assert [link.source for link in found.crosswalks[0].links] == [("L1",)]
    assert told(found, "warning", "maps/0/sources/0", "zz-1 is not in left.json")
    assert told(found, "warning", "maps/1", "has nothing left on one side")


def test_a_relation_that_is_none_refuses_the_file_and_a_near_one_is_named() -> None:
    found = imported(("m.json", collection(one_map("supserset-of", ["l-1"], ["r-1"]))))
    assert found.refused
    assert told(found, "fault", "maps/0/relationship", "“supserset-of” is no relation; superset-of may be meant")


def mapping_set(source: str, target: str, *pairs: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    return {
        "urn": f"urn:acme:risk:req_mapping_set:{source}-to-{target}",
        "source_framework_urn": f"urn:acme:risk:framework:{source}",
        "target_framework_urn": f"urn:acme:risk:framework:{target}",
        "requirement_mappings": [
            {
                "source_requirement_urn": f"urn:acme:risk:req_node:{source}:{left}",
                "target_requirement_urn": f"urn:acme:risk:req_node:{target}:{right}",
                "relationship": relation,
            }
            for left, right, relation in pairs
        ],
    } | more


def mappings(*sets: dict[str, Any], key: str = "requirement_mapping_sets") -> bytes:
    return as_yaml({"urn": "urn:acme:risk:library:maps", "objects": {key: list(sets)}})


@pytest.mark.parametrize("key", ["requirement_mapping_sets", "requirement_mapping_set"])
def test_a_mapping_set_becomes_pairs_under_the_key_of_either_age(key: str) -> None:
    pairs = (("a.1", "1", "intersect"), ("a.1", "2", "subset"), ("a.2", "2", "not_related"), ("a.1", "1", "equal"))
    found = imported(("m.yaml", mappings(mapping_set("a", "b", *pairs), key=key)))
    (crosswalk,) = found.crosswalks
    assert [(link.source, link.target, link.relation) for link in crosswalk.links] == [
        (("a.1",), ("1",), "intersects"), (("a.1",), ("2",), "subset"),
    ]  # fmt: skip
    assert told(found, "warning", "requirement_mappings/3 (line ", "a.1 and 1 are mapped already")
    assert told(found, "note", "urn:acme:risk:framework:a is not among the files")


def test_the_other_direction_is_the_same_crosswalk_and_what_contradicts_is_told() -> None:
    forth = mapping_set("a", "b", ("1", "x", "subset"), ("2", "y", "equal"), ("3", "z", "intersect"))
    back = mapping_set("b", "a", ("x", "1", "superset"), ("y", "2", "subset"), ("w", "4", "subset"))
    found = imported(("m.yaml", mappings(forth, back)))
    (crosswalk,) = found.crosswalks
    assert [(*link.source, *link.target, link.relation) for link in crosswalk.links] == [
        ("1", "x", "subset"), ("2", "y", "equal"), ("3", "z", "intersects"), ("4", "w", "superset"),
    ]  # fmt: skip
    assert told(found, "warning", "m.yaml:/objects/requirement_mapping_sets/1 (line ", "y to 2 contradicts the set")
    assert told(found, "note", "1 pairs stood only here, 1 only there")


def test_mappings_that_lead_nowhere_are_left_out() -> None:
    framework = library(requirement_nodes=[node("1")])
    dangling = mapping_set("acme", "b", ("1", "x", "equal"), ("9", "x", "equal"))
    found = imported(("f.yaml", as_yaml(framework)), ("m.yaml", mappings(dangling)))
    assert [link.source for link in found.crosswalks[0].links] == [("1",)]
    assert told(found, "warning", "m.yaml", "requirement_mappings/1", "acme:9 is not in its framework")
    assert told(found, "note", "the mapping alone is imported")


def test_a_set_with_nothing_to_use_is_refused() -> None:
    assert told(imported(("m.yaml", mappings(mapping_set("a", "b")))), "fault", "holds no mapping that could be used")
