"""Whatever is done to a file, the answer is a draft that can be stored or a report with a fault: never an exception."""

from __future__ import annotations

import copy
import json
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.catalogue.drafts.content import as_json
from assessments.catalogue.drafts.reading import content_from_json
from assessments.catalogue.importing.importer import import_files
from assessments.catalogue.importing.result import ImportOptions, SourceFile
from assessments.catalogue.importing.tabular.fields import FIELDS
from assessments.catalogue.importing.tabular.link_fields import LINK_FIELDS
from tests.assessments.catalogue.importing.files import as_yaml, library, node, profile, workbook
from tests.assessments.catalogue.importing.test_mappings import LEFT, collection, mapping_set, one_map
from tests.assessments.catalogue.importing.test_oscal_catalog import RICH, XML

PROFILE = profile(
    {"href": "c.json", "include-controls": [{"with-ids": ["ac-1", "ac-2"], "with-child-controls": "yes"}]},
    merge={"custom": {"groups": [{"id": "g", "title": "G", "insert-controls": [{"include-all": {}}]}]}},
    modify={
        "set-parameters": [{"param-id": "ac-1_prm_1", "values": ["x"]}],
        "alters": [
            {
                "control-id": "ac-1",
                "removes": [{"by-name": "guidance"}],
                "adds": [{"by-id": "ac-1_smt.a", "position": "after", "parts": [{"name": "item"}]}],
            }
        ],
    },
)
LIBRARY = library(
    requirement_nodes=[
        node("1", assessable=False, translations={"fr": {"name": "Un"}}),
        node("1.1", "1", implementation_groups=["a"], weight=2,
             questions={"q": {"type": "unique_choice", "text": "?", "choices": [
                 {"value": "n", "add_score": 1}, {"value": "y", "add_score": 2}]}}),
    ],
    scores_definition=[{"score": 1, "name": "n"}, {"score": 2, "name": "y"}],
    min_score=1,
    max_score=2,
    implementation_groups_definition=[{"ref_id": "a", "name": "A"}],
)  # fmt: skip
LIBRARY["objects"]["requirement_mapping_sets"] = [mapping_set("acme", "b", ("1", "x", "equal"))]
SAMPLES: list[Any] = [RICH, PROFILE, collection(one_map("subset-of", ["l-1"], ["r-1"])), LIBRARY]

_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["#ac-1", "1.0", "\ud800", "ac-1"])
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def holds(*files: tuple[str, bytes], options: ImportOptions | None = None) -> None:
    found = import_files([SourceFile(name, data) for name, data in files], options=options)
    assert all(finding.message and finding.severity in {"fault", "warning", "note"} for finding in found.report)
    if found.content is None and not found.crosswalks:
        assert found.refused
    if found.content is not None:
        assert not found.refused
        told = orjson.loads(orjson.dumps(as_json(found.content)))
        assert content_from_json(told) == content_from_json(as_json(found.content))
        refs = [requirement.ref for requirement in found.content.requirements]
        assert len(refs) == len(set(refs))
        assert all(r.parent is None or r.parent in refs for r in found.content.requirements)
        assert all(found.content.language in r.texts for r in found.content.requirements)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """One of the samples with up to four values changed, removed or put elsewhere."""
    document = copy.deepcopy(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        where = draw(st.sampled_from(places(document)[1:] or [()]))
        if not where:
            break
        holder = document
        for key in where[:-1]:
            holder = holder[key]
        match draw(st.sampled_from(["change", "remove", "copy", "rename"])):
            case "change":
                holder[where[-1]] = draw(_values)
            case "remove":
                del holder[where[-1]]
            case "copy":
                holder[where[-1]] = copy.deepcopy(
                    draw(st.sampled_from([document, holder[where[-1]], list(places(document))[:3]]))
                )
            case "rename" if isinstance(holder, dict):
                holder[draw(st.text(max_size=6))] = holder.pop(where[-1])
    return document


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(), st.booleans())
def test_no_change_of_values_breaks_an_importer(document: Any, yaml: bool) -> None:  # noqa: FBT001
    companions = [("c.json", json.dumps(RICH).encode()), ("left.json", json.dumps(LEFT).encode())]
    try:
        raw = as_yaml(document) if yaml else json.dumps(document).encode()
    except (ValueError, UnicodeEncodeError):  # half of a pair has no YAML
        raw = json.dumps(document).encode()
    holds(("m.json", raw))
    if isinstance(document, dict) and "objects" not in document:
        holds(("m.json", raw), *companions, options=ImportOptions(root="m.json"))


_TEXTS = [
    json.dumps(RICH).encode(),
    XML.encode(),
    as_yaml(LIBRARY),
    b"ref;parent;title\n1;;A\n1.1;1;B\n",
    json.dumps(PROFILE).encode(),
]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(_TEXTS), st.data())
def test_no_change_of_bytes_breaks_an_importer(raw: bytes, data: st.DataObject) -> None:
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(changed)))
        changed[at : at + data.draw(st.integers(0, 20))] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"{", b"]", b"<", b"&x", b'"', b"\n", b": "])
        )
    holds(("f", bytes(changed)))


_BOOK = workbook(S=[["ref", "parent", "title"], ["1", None, "A"], ["1.1", "1", "B"]])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_change_of_a_workbook_breaks_an_importer(data: st.DataObject) -> None:
    changed = bytearray(_BOOK)
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    holds(("w", bytes(changed)))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet='ab1.,;"\n\t(=x é', max_size=6), max_size=5), max_size=8),
    st.dictionaries(
        st.sampled_from([*FIELDS, "level 1", "title[fr]", "nonsense"]),
        st.sampled_from(["ref", "a", "", "title"]),
        max_size=3,
    ),
)
def test_no_table_breaks_an_importer(rows: list[list[str]], columns: dict[str, str]) -> None:
    text = "ref,title,depth,weight,level 1,title[fr]\n" + "\n".join(",".join(row) for row in rows)
    holds(("t.csv", text.encode()), options=ImportOptions(columns=columns))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet='ab1.,;"\n\t\\(=x é', max_size=6), max_size=5), max_size=8),
    st.dictionaries(
        st.sampled_from([*LINK_FIELDS, "rationale[fr]", "ref"]), st.sampled_from(["from", "a", "", "to"]), max_size=3
    ),
)
def test_no_table_of_links_breaks_an_importer(rows: list[list[str]], columns: dict[str, str]) -> None:
    text = "from,to,relation,rationale,rationale[fr]\n" + "\n".join(",".join(row) for row in rows)
    holds(("t.csv", text.encode()), options=ImportOptions(columns=columns, source="own-a", target="own-b"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_break_an_importer(raw: bytes) -> None:
    holds(("f", raw))
