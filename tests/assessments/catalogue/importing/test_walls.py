"""The way through the walls: files in, an answer out, whatever is in the files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from assessments.catalogue.importing.importer import import_files
from assessments.catalogue.importing.packing import crosswalk_as_json, pack, unpack
from assessments.catalogue.importing.result import ImportOptions, SourceFile
from assessments.catalogue.importing.walled import ImportBroke, ToldImport, import_packed
from tests.assessments.catalogue.importing.files import as_bytes, as_yaml, library, node, workbook
from tests.assessments.catalogue.importing.test_mappings import LEFT, collection, one_map
from tests.assessments.catalogue.importing.test_oscal_catalog import RICH, XML
from tests.bench.importing import catalogues


def walled(folder: Path, *files: tuple[str, bytes], options: ImportOptions | None = None) -> ToldImport:
    path = folder / "packed"
    with path.open("wb") as packed:
        pack([SourceFile(name, data) for name, data in files], options=options or ImportOptions(), to=packed)
    return import_packed(path)


SAMPLES = {
    "json": as_bytes(RICH),
    "yaml": as_yaml(library(requirement_nodes=[node("1")])),
    "xml": XML.encode(),
    "csv": b"ref;title\n1;One\n1.1;Two\n",
    "windows": "ref;title\n1;Größe\n".encode("cp1252"),
    "utf16": "ref;title\n1;Größe\n".encode("utf-16"),
    "xlsx": workbook(S=[["ref", "title"], [7.1, "One"], ["#REF!", "x"]]),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_format_is_read_behind_the_walls_as_before_them(kind: str, tmp_path: Path) -> None:
    told = walled(tmp_path, ("f", SAMPLES[kind]))
    plain = import_files([SourceFile("f", SAMPLES[kind])])
    assert (told.content, told.findings, told.counts, told.format) == (
        plain.content, plain.report, dict(plain.counts), plain.format,
    )  # fmt: skip
    assert told.content is not None


def test_a_refused_file_and_a_crosswalk_come_through(tmp_path: Path) -> None:
    refused = walled(tmp_path, ("f", b"%PDF"))
    assert refused.refused
    assert (refused.content, refused.findings[0].severity) == (None, "fault")
    mapping = as_bytes(collection(one_map("equal-to", ["l-1"], ["r-1"])))
    (crosswalk,) = walled(tmp_path, ("m.json", mapping), ("left.json", as_bytes(LEFT))).crosswalks
    place = "/mapping-collection/mappings/0/maps/0"
    assert crosswalk["groups"] == [{"from": ["L1"], "to": ["r-1"], "relation": "equal", "place": place}]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_of_links_comes_through(kind: str, tmp_path: Path) -> None:
    rows = [["from", "from title", "to", "relation"], ["1\n2", "One\nTwo", "a", "="], ["3", "", "b", ""]]
    data = workbook(S=rows) if kind == "xlsx" else b'from,from title,to,relation\n"1\n2","One\nTwo",a,=\n3,,b,\n'
    options = ImportOptions(source="own-a", target="own-b")
    told = walled(tmp_path, ("f", data), options=options)
    plain = import_files([SourceFile("f", data)], options=options)
    assert told.crosswalks == tuple(crosswalk_as_json(one) for one in plain.crosswalks)
    assert (told.findings, told.counts, told.format) == (plain.report, dict(plain.counts), plain.format)
    (crosswalk,) = told.crosswalks
    assert [group["from"] for group in crosswalk["groups"]] == [["1", "2"], ["3"]]
    assert (crosswalk["titles"]["source"], crosswalk["exact"]) == ({"1": "One", "2": "Two"}, True)
    assert (crosswalk["source"]["slug"], told.table and told.table["file"]) == ("own-a", "f")


def test_options_come_through(tmp_path: Path) -> None:
    options = ImportOptions(language="de", title="Anders", columns={"ref": "Was"})
    told = walled(tmp_path, ("f", b"Was,title\n1,One\n"), options=options)
    assert told.content is not None
    assert (told.content.language, told.content.title, told.content.requirements[0].ref) == ("de", "Anders", "1")


def test_what_breaks_the_child_breaks_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "packed").write_bytes(b"no head\n")
    with pytest.raises(ImportBroke, match="could not be read"):
        import_packed(tmp_path / "packed")


def test_packing_gives_back_what_it_took() -> None:
    out = io.BytesIO()
    files = [SourceFile("é.csv", b"a\nb"), SourceFile("empty", b"")]
    pack(files, options=ImportOptions(sheet="S"), to=out)
    out.seek(0)
    assert unpack(out) == (files, ImportOptions(sheet="S"))


@pytest.mark.slow
@pytest.mark.parametrize("write", [catalogues.as_json, catalogues.as_yaml, catalogues.as_xml])
def test_ten_megabytes_fit_within_the_walls(write: object, tmp_path: Path) -> None:
    assert callable(write)
    raw = write(catalogues.catalogue(least_bytes=10_000_000 if write is catalogues.as_json else 18_000_000))
    assert len(raw) > 8_000_000
    told = walled(tmp_path, ("big", raw))
    assert told.content is not None
    assert len(told.content.requirements) > 1000
