"""Crosswalks from files: kept as suggestions, matched to the standards here, with all that was left out told."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assessments.catalogue.models import Crosswalk
from tenants.models import AuditEvent
from tests.assessments.catalogue.importing.files import as_bytes, as_yaml, library, node
from tests.assessments.own_crosswalks.test_inheritance import offered
from tests.assessments.own_crosswalks.work import (
    GDPR,
    IDEAS,
    ISO,
    QUALITY,
    content,
    link,
    make,
    own_standard,
    publish,
    read,
)
from tests.assessments.test_standard_imports import done
from tests.cast import House, InScope
from tests.work import make_assessment, write_answers

pytestmark = pytest.mark.django_db
NAME = f"{ISO}--{QUALITY}"


def mapping_set(*pairs: tuple[str, str, str], source: str = "iso27001-2022", target: str = "iso13485-2016") -> bytes:
    entry = {
        "urn": "urn:acme:risk:req_mapping_set:one",
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
    }
    return as_yaml({"urn": "urn:acme:risk:library:maps", "objects": {"requirement_mapping_sets": [entry]}})


PAIRS = (("a.5.30", "4.1.1", "equal"), ("a.8.13", "4.1.2", "subset"), ("a.9.99", "4.1.3", "equal"))


def test_what_goes_out_as_oscal_comes_back_as_the_same_groups(aria: House) -> None:
    groups = [
        link(["32(1)(c)", "5(2)"], ["4.1"], "superset", rationale={"en": "One.\nTwo.", "de": "Eins."}),
        link(["5(1)(a)"], ["4.2", "4.3"], "subset", provenance="suggested"),
        link(["5(1)(b)"], ["4.4"], "intersects"),
        link(["5(1)(c)"], ["5.1"], "equal", rationale={}),
    ]
    made = make(aria, content(GDPR, IDEAS, *groups))
    path = f"{aria.path}/crosswalks/{made['name']}/"
    before = read(aria, made["name"])["content"]["groups"]
    exported = aria.as_("carol").get(f"{path}oscal/")
    assert exported.headers["Content-Disposition"].endswith(f'{made["name"]}-mapping.json"')
    assert aria.as_("adam").delete(path, If_Match='"1"').status_code == 204
    found = done(aria, ("mapping.json", exported.content))
    (crosswalk,) = found["crosswalks"]
    assert crosswalk["kept"] == {"name": made["name"], "version": 2, "left_out": 0}, found["report"]
    again = read(aria, made["name"])
    assert again["content"]["groups"] == [group | {"provenance": "suggested"} for group in before]
    assert (again["origin"], again["provenance"], again["reviewed"]) == ("imported", "suggested", 0)
    assert any("suggestion until somebody reviews it" in line["message"] for line in found["report"])


def test_a_mapping_set_is_kept_and_offers_answers_once_it_is_reviewed(aria: House, in_scope: InScope) -> None:
    found = done(aria, ("maps.yaml", mapping_set(*PAIRS)))
    (crosswalk,) = found["crosswalks"]
    assert crosswalk["kept"] == {"name": NAME, "version": 1, "left_out": 1}, found["report"]
    (lost,) = [line for line in found["report"] if line["message"].startswith("left out")]
    assert (lost["severity"], lost["message"]) == ("warning", f"left out: {ISO} has no “a.9.99”")
    assert "requirement_mappings/2" in lost["place"]
    kept = read(aria, NAME)["content"]["groups"]
    assert [(group["from"], group["to"], group["relation"], group["provenance"]) for group in kept] == [
        (["A.5.30"], ["4.1.1"], "equal", "suggested"), (["A.8.13"], ["4.1.2"], "subset", "suggested"),
    ]  # fmt: skip
    isms = make_assessment(aria, slug=ISO, name="ISMS")
    write_answers(aria, isms, {ref: {"level": 4.0, "state": "submitted"} for ref in ("A.5.30", "A.8.13")})
    now = make_assessment(aria, slug=QUALITY, name="QMS", state="draft")
    assert offered(aria, now) == {}
    path = f"{aria.path}/crosswalks/{NAME}/review/"
    assert aria.as_("adam").post(path, {"groups": [0, 1]}, If_Match='"1"').status_code == 200
    assert {ref: offer["carries"] for ref, offer in offered(aria, now).items()} == {
        "4.1.1": "full", "4.1.2": "partial",
    }  # fmt: skip
    with in_scope(aria):
        event = AuditEvent.objects.get(event="crosswalk.created")
        assert (event.after["import"], event.after["left_out"], event.after["origin"]) == (found["id"], 1, "imported")
        assert AuditEvent.objects.filter(event="crosswalk.reviewed").count() == 1


def test_a_preview_keeps_nothing_and_one_call_keeps_it_then(aria: House, nextdoor: House) -> None:
    own = own_standard(aria, "rules", "R 1", "R 2")
    pairs = (("r-1", "4.1.1", "equal"), ("r.02", "4.1.2", "subset"), ("r-3", "4.1.3", "equal"))
    found = done(aria, ("m.yaml", mapping_set(*pairs, source="acme-internal")), preview="true")
    assert "kept" not in found["crosswalks"][0]
    path = f"{aria.path}/imports/{found['id']}/crosswalks/"
    unsaid = aria.as_("adam").post(path, {})
    assert (unsaid.status_code, list(unsaid.json()["errors"])) == (400, ["source"])
    assert aria.as_("adam").post(path, {"source": "own-nothing"}).status_code == 400
    assert aria.as_("adam").post(path, {"crosswalk": 1, "source": own}).status_code == 400
    assert aria.as_("bob").post(path, {"source": own}).status_code == 403
    assert nextdoor.as_("charlie").post(f"{nextdoor.path}/imports/{found['id']}/crosswalks/", {}).status_code == 404
    kept = aria.as_("adam").post(path, {"source": own})
    assert kept.status_code == 201, kept.content
    assert kept.json()["crosswalk"]["name"] == f"{own}--{QUALITY}"
    assert [(entry["ref"], entry["message"]) for entry in kept.json()["left_out"]] == [("r-3", f"{own} has no “r-3”")]
    groups = read(aria, f"{own}--{QUALITY}")["content"]["groups"]
    assert [group["from"] for group in groups] == [["R 1"], ["R 2"]]
    assert aria.as_("adam").post(path, {"source": own}).status_code == 409
    assert aria.as_("adam").post(path, {"source": own, "replaces": 7}).status_code == 412
    same = aria.as_("adam").post(path, {"source": own, "replaces": 1})
    assert (same.status_code, same.json()["crosswalk"]["version"]) == (201, 1)
    nothing = aria.as_("adam").post(path, {"source": GDPR})
    assert (nothing.status_code, len(nothing.json()["faults"])) == (422, 3)


def test_what_cannot_be_kept_is_told_in_the_report(aria: House, in_scope: InScope) -> None:
    found = done(aria, ("m.yaml", mapping_set(*PAIRS, source="acme-internal")))
    assert (found["state"], found["counts"]["warning"]) == ("read", 1)
    (warning,) = [line for line in found["report"] if line["severity"] == "warning"]
    assert "was not kept: source: “urn:acme:risk:framework:acme-internal” names none" in warning["message"]
    first = done(aria, ("m.yaml", mapping_set(*PAIRS)))
    assert first["crosswalks"][0]["kept"]["version"] == 1
    second = done(aria, ("m.yaml", mapping_set(*PAIRS[:1])))
    assert "kept" not in second["crosswalks"][0]
    assert any("replace that" in line["message"] for line in second["report"])
    with in_scope(aria):
        assert Crosswalk.objects.filter(organisation__isnull=False).count() == 1


def test_a_framework_and_its_mapping_become_a_draft_and_later_a_crosswalk(aria: House) -> None:
    nodes = [node("1", name="One"), node("2", name="Two")]
    framework = as_bytes(library(requirement_nodes=nodes))
    found = done(
        aria, ("f.yaml", framework), ("m.yaml", mapping_set(("1", "4.1.1", "equal"), source="acme")), root="f.yaml"
    )
    assert found["draft"], found["report"]
    assert found["crosswalks"][0]["source"]["resolved"]
    assert any("was not kept: source:" in line["message"] for line in found["report"])
    draft = aria.as_("adam").get(f"{aria.path}/standards/drafts/{found['draft']}/").json()
    own = publish(aria, draft)
    kept = aria.as_("adam").post(f"{aria.path}/imports/{found['id']}/crosswalks/", None)
    assert kept.status_code == 201, kept.content
    assert read(aria, f"{own}--{QUALITY}")["content"]["groups"][0]["from"] == ["1"]


@pytest.mark.usefixtures("transactional_db")
def test_the_command_keeps_for_an_organisation_and_never_for_everybody(
    aria: House, in_scope: InScope, tmp_path: Path
) -> None:
    file = tmp_path / "maps.yaml"
    file.write_bytes(mapping_set(*PAIRS))
    with pytest.raises(CommandError, match="cannot be imported for everybody"):
        call_command("import_standard", str(file), platform=True, stdout=StringIO(), stderr=StringIO())
    out, err = StringIO(), StringIO()
    call_command("import_standard", str(file), organisation=aria.organisation.slug, stdout=out, stderr=err)
    assert f"{NAME}: kept, 2 groups for somebody to review" in out.getvalue()
    assert "a.9.99" in err.getvalue()
    with in_scope(aria):
        assert Crosswalk.objects.get(organisation__isnull=False).provenance == "suggested"
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_standard", str(file), organisation=aria.organisation.slug, stdout=out, stderr=err)


def test_names_of_others_find_our_standards_and_refs() -> None:
    from assessments.catalogue.crosswalk import Side
    from assessments.catalogue.own_crosswalks.matching import Named, match_crosswalk, standard_meant

    among = [
        Named("iso-27001-2022", "ISO/IEC 27001:2022", "Information security"),
        Named("nist-csf-2.0", "NIST CSF 2.0", "Cybersecurity Framework"),
        Named("own-a", "A 1", "Twin"), Named("own-b", "B 1", "Twin"),
    ]  # fmt: skip
    for name, title, slug in (
        ("urn:intuitem:risk:framework:iso27001-2022", "", "iso-27001-2022"),
        ("https://example.org/api/v1/standards/nist-csf-2.0/oscal/", "", "nist-csf-2.0"),
        ("#4f0e", "ISO 27001:2022", "iso-27001-2022"), ("NIST_CSF_2.0.json", "", "nist-csf-2.0"), ("x", "Twin", ""),
        ("iso-27001-2013", "", ""),
    ):  # fmt: skip
        assert standard_meant({"name": name, "title": title}, among=among) == slug
    leaves = {ref: (ref,) for ref in ("AC-2(1)", "Art. 5(1)(a)", "A.7.1", "A.7.10")} | {"heading": ()}
    side = Side("s", has_tree=True, leaves=leaves, withdrawn={"old": ("A.7.1",)})
    none = Side("t", has_tree=False)
    refs = ("ac-02.01", "5.1.a", "a.7.1", "a.7.10", "heading", "old", "c-A.7.1")
    groups: list[dict[str, Any]] = [
        {"from": [ref], "to": [f"T{number}"], "relation": "equal", "place": f"/{ref}"}
        for number, ref in enumerate(refs)
    ]
    groups.append({"from": ["A.7.1"], "to": ["T2", "T9"], "relation": "equal", "place": "/twice"})
    groups.append({"from": ["A.7.1", "gone"], "to": ["T8"], "relation": "equal", "place": "/half"})
    found = match_crosswalk({"groups": groups}, source=side, target=none)
    assert [group["from"][0] for group in found.body["groups"]] == [
        "AC-2(1)",
        "Art. 5(1)(a)",
        "A.7.1",
        "A.7.10",
        "A.7.1",
    ]
    assert found.body["titles"]["target"]["T0"] == "T0"
    assert [(fault.pointer, fault.ref) for fault in found.lost] == [
        ("/heading", "heading"), ("/old", "old"), ("/twice", "A.7.1"), ("/half", "gone"),
    ]  # fmt: skip


def test_a_link_too_wide_to_be_kept_is_left_out_before_its_pairs_are_made() -> None:
    """A hundred thousand references on each side are ten thousand million pairs: the worker is everybody's."""
    from assessments.catalogue.crosswalk import Side
    from assessments.catalogue.own_crosswalks.matching import match_crosswalk

    one, two = (Side(slug, has_tree=False) for slug in ("one", "two"))
    wide = [str(number) for number in range(100_000)]
    groups = [{"from": wide, "to": wide, "relation": "equal", "place": "/wide"}]
    groups += [
        {"from": [f"{row}-{n}" for n in range(200)], "to": wide[:200], "relation": "equal", "place": f"/{row}"}
        for row in range(3)
    ]
    found = match_crosswalk({"groups": groups}, source=one, target=two)
    assert [len(group["from"]) for group in found.body["groups"]] == [200]
    assert [(fault.pointer, fault.message.partition(",")[0]) for fault in found.lost] == [
        ("/wide", "has 100"), ("/1", "would be past the 50"), ("/2", "would be past the 50"),
    ]  # fmt: skip
