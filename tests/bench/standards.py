"""Standards of any size for measuring: folders in the catalogue's format, with the words of the shipped ones.

The words have real lengths that way, and the real loader and sync bring them into the tables.
"""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING, Any

import yaml

from config.environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHIPPED = ROOT / "assessments" / "catalogue" / "data"
MODEL = "iso-56002-2019"
LEAVES_PER_SECTION, SECTIONS_PER_CHAPTER = 8, 5


def slug_of(size: int) -> str:
    return f"bench-{size}-2025"


def write_standards(folder: Path, *, sizes: tuple[int, ...]) -> None:
    """A data folder with one standard of so many assessable requirements per size, and the shared vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    for vocabulary in SHIPPED.glob("*.yaml"):
        shutil.copy(vocabulary, folder)
    for size in sizes:
        _write_standard(folder / slug_of(size), size=size)


def _write_standard(folder: Path, *, size: int) -> None:
    texts = folder / "en"
    texts.mkdir(parents=True)
    shutil.copy(SHIPPED / MODEL / "en" / "profile.yaml", texts)
    shutil.copy(SHIPPED / MODEL / "en" / "faq.yaml", texts)
    profile = (SHIPPED / MODEL / "profile.yaml").read_text(encoding="utf-8")
    profile = profile.replace('number: "ISO 56002:2019"', f'number: "Bench {size}:2025"')
    (folder / "profile.yaml").write_text(profile, encoding="utf-8")
    leaf, heading = itertools.cycle(_shipped(assessable=True)), itertools.cycle(_shipped(assessable=False))
    chapters: list[dict[str, Any]] = []
    words: dict[str, dict[str, dict[str, Any]]] = {}
    for chapter, section, item in _places(size):
        if section == item == 1:
            chapters.append({"ref": str(chapter), "children": []})
            words[str(chapter)] = {str(chapter): next(heading)}
        if item == 1:
            chapters[-1]["children"].append({"ref": f"{chapter}.{section}", "children": []})
            words[str(chapter)][f"{chapter}.{section}"] = next(heading)
        ref = f"{chapter}.{section}.{item}"
        chapters[-1]["children"][-1]["children"].append({"ref": ref, "themes": ["planning", "records"]})
        words[str(chapter)][ref] = next(leaf)
    structure = {
        "format": 1,
        "slug": folder.name,
        "scale": "capability-0-5",
        "scoring": {"method": "weighted_mean"},
        "requirements": chapters,
    }
    _write(folder / "structure.yaml", structure)
    for chapter_ref, text in words.items():
        _write(texts / f"requirements-{chapter_ref}.yaml", text)


def _places(size: int) -> Iterator[tuple[int, int, int]]:
    """(chapter, section, item), each from 1, in document order."""
    for number in range(size):
        section, item = divmod(number, LEAVES_PER_SECTION)
        chapter, section = divmod(section, SECTIONS_PER_CHAPTER)
        yield chapter + 1, section + 1, item + 1


def _shipped(*, assessable: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted((SHIPPED / MODEL / "en").glob("requirements-*.yaml")):
        texts = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found += [text for text in texts.values() if ("question" in text) is assessable]
    return found


class _Plain(yaml.CSafeDumper):
    """Writes a text that stands in several places out in each of them: the format knows no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write(path: Path, content: Any) -> None:
    path.write_text(yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")
