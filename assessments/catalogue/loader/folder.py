"""One folder of the catalogue: its files read and held against one another."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from assessments.catalogue.facts import Prose, Question
from assessments.catalogue.loader.hashes import CONTENT_VERSION
from assessments.catalogue.loader.profile import read_facts, read_faq, read_prose
from assessments.catalogue.loader.structure import Structure, read_structure
from assessments.catalogue.loader.texts import read_texts
from assessments.catalogue.loader.vocabulary import VOCABULARY_FILES
from assessments.catalogue.schema import (
    DEFAULT_LANGUAGE,
    CatalogueError,
    CatalogueFault,
    RequirementNode,
    RequirementText,
    StandardDocument,
    Vocabulary,
)

_LANGUAGE = re.compile(r"^[a-z]{2}(-[A-Z]{2})?$")
_TEXT_FILE = re.compile(r"^requirements-[A-Za-z0-9._-]+\.yaml$")


def standard_folders(data: Path) -> list[Path]:
    """The folders of a data folder that hold a standard each, by name."""
    return sorted(path for path in data.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))


def load_standard(folder: Path, *, vocabulary: Vocabulary) -> StandardDocument:
    """The edition in `folder`. Raises CatalogueError with every fault, files named relative to the folder's parent.

    Without structure.yaml, and without texts that would need one, it is a profile to read and compare, not to assess.
    """
    root = folder.parent
    faults: list[CatalogueFault] = []
    languages = _languages(folder, root=root, faults=faults)
    is_full = (folder / "structure.yaml").exists() or any(folder.glob("*/requirements-*.yaml"))
    structure = Structure(slug=folder.name)
    if is_full:
        structure = read_structure(folder / "structure.yaml", root=root, vocabulary=vocabulary, faults=faults)
    facts = read_facts(folder / "profile.yaml", root=root, vocabulary=vocabulary, faults=faults)
    nodes = {node.ref: node for node in structure.nodes}
    texts: dict[str, dict[str, RequirementText]] = {}
    prose: dict[str, Prose] = {}
    faq: dict[str, tuple[Question, ...]] = {}
    for language in languages:
        here = folder / language
        if structure.complete and structure.scale:
            texts[language] = read_texts(here, root=root, nodes=nodes, scale=structure.scale, faults=faults)
        if language == DEFAULT_LANGUAGE or (here / "profile.yaml").exists():
            prose[language] = read_prose(here / "profile.yaml", root=root, faults=faults)
        if language == DEFAULT_LANGUAGE or (here / "faq.yaml").exists():
            faq[language] = read_faq(here / "faq.yaml", root=root, faults=faults)
    _find_missing_texts(structure, texts=texts.get(DEFAULT_LANGUAGE, {}), folder=folder, faults=faults)
    if faults:
        raise CatalogueError(faults)
    return StandardDocument(
        slug=structure.slug,
        depth="full" if is_full else "profile",
        scale=structure.scale,
        scoring=structure.scoring,
        facts=facts,
        requirements=tuple(structure.nodes),
        texts=texts,
        prose=prose,
        faq=faq,
        selections=structure.selections,
        alternatives=structure.alternatives,
    )


def load_nodes(folder: Path, *, vocabulary: Vocabulary) -> Sequence[RequirementNode]:
    """The tree of a folder without its words, empty where it has none. Raises CatalogueError."""
    faults: list[CatalogueFault] = []
    path = folder / "structure.yaml"
    if not path.exists():
        return ()
    structure = read_structure(path, root=folder.parent, vocabulary=vocabulary, faults=faults)
    if faults:
        raise CatalogueError(faults)
    return structure.nodes


def _languages(folder: Path, *, root: Path, faults: list[CatalogueFault]) -> list[str]:
    """The language folders, the default one always among them; what else lies in the folder is a fault."""
    found = {path.name for path in folder.iterdir() if path.is_dir() and _LANGUAGE.match(path.name)}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if not _known_file(path.relative_to(folder)):
            file = path.relative_to(root).as_posix()
            faults.append(CatalogueFault(file, 1, "not a file of the catalogue format"))
    return sorted(found | {DEFAULT_LANGUAGE})


def _known_file(inside: Path) -> bool:
    if len(inside.parts) == 1:
        return inside.name in {"structure.yaml", "profile.yaml"}
    if len(inside.parts) != len(("language", "file")) or not _LANGUAGE.match(inside.parts[0]):
        return False
    return inside.name in {"profile.yaml", "faq.yaml"} or bool(_TEXT_FILE.match(inside.name))


def _find_missing_texts(
    structure: Structure, *, texts: dict[str, RequirementText], folder: Path, faults: list[CatalogueFault]
) -> None:
    """A ref without words in the default language; other languages may be partial and fall back."""
    file = (folder / "structure.yaml").relative_to(folder.parent).as_posix()
    for node in structure.nodes:
        if node.ref not in texts:
            message = f"{node.ref}: missing text, no {DEFAULT_LANGUAGE}/requirements-*.yaml has it"
            faults.append(CatalogueFault(file, structure.lines[node.ref], message))


def files_hash(folder: Path) -> str:
    """sha256 over the bytes of a standard's files and the shared vocabulary: cheap to take, so sync asks it first."""
    digest = hashlib.sha256(str(CONTENT_VERSION).encode())
    shared = [folder.parent / name for name in VOCABULARY_FILES]
    for path in [*shared, *sorted(path for path in folder.rglob("*") if path.is_file())]:
        digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest() if path.exists() else b"")
    return digest.hexdigest()
