"""Implementation groups as selections, with the slips that real libraries have in naming them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assessments.catalogue.drafts.content import DraftSelection
from assessments.catalogue.drafts.values import LONGEST
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.wording import language_code, one_line, slug_from

_MOST = 100


class Groups:
    """The groups a framework defines, and those its nodes name."""

    def __init__(self, framework: Located, *, language: str) -> None:
        self._framework = framework
        self._language = language
        self._slugs: dict[str, str] = {}
        self._names: dict[str, Mapping[str, str]] = {}
        self._without = 0
        for entry in framework.objects("implementation_groups_definition"):
            if ref := entry.text("ref_id"):
                self._define(ref, names=self._words(entry, ref=ref), at=entry)
            else:
                entry.warning("a group without ref_id; it is left out")

    def of(self, entry: Located, *, assessable: bool) -> tuple[str, ...] | None:
        """The selections of a node; None where it names none (its parent's then, or all)."""
        told = entry.texts("implementation_groups")
        if not told:
            self._without += assessable
            return None
        return tuple(dict.fromkeys(slug for text in told for slug in self._read(text, at=entry)))

    def selections(self) -> tuple[DraftSelection, ...]:
        if len(self._names) > _MOST:
            self._framework.fault(
                f"has {len(self._names)} implementation groups; a standard may have {_MOST} selections"
            )
        return tuple(DraftSelection(slug, names) for slug, names in self._names.items())

    def tell(self) -> None:
        if self._names and self._without:
            self._framework.note(
                f"{self._without:,} assessable nodes name no implementation group: their parents' count, or all"
            )

    def _read(self, text: str, *, at: Located) -> list[str]:
        if text in self._slugs:
            return [self._slugs[text]]
        parts = [part.strip() for part in re.split(r"[;,|]", text) if part.strip()]
        if len(parts) > 1:
            at.warning(f"the implementation group “{text[:60]}” is read as {len(parts)}", at="implementation_groups",
                       kind="implementation groups that are several")  # fmt: skip
            return [slug for part in parts for slug in self._read(part, at=at)]
        for known, slug in self._slugs.items():
            if known.casefold() == text.casefold():
                at.warning(f"the implementation group {text} is read as {known}", at="implementation_groups",
                           kind="implementation groups in another spelling")  # fmt: skip
                return [slug]
        at.warning(f"the implementation group {text[:60]} is not defined; it becomes a selection of that name",
                   at="implementation_groups")  # fmt: skip
        return [self._define(text, names={self._language: text}, at=at)]

    def _define(self, ref: str, *, names: Mapping[str, str], at: Located) -> str:
        if ref in self._slugs:
            at.warning(f"the implementation group {ref} is defined twice; the first counts")
            return self._slugs[ref]
        slug = first = slug_from(ref, otherwise="group", at_most=LONGEST["word"] - 4)
        number = 2
        while slug in self._names:
            slug, number = f"{first}-{number}", number + 1
        self._slugs[ref] = slug
        self._names[slug] = names
        return slug

    def _words(self, entry: Located, *, ref: str) -> dict[str, str]:
        words = {self._language: one_line(entry.text("name")) or ref}
        translations = entry.object("translations")
        for told in translations or {}:
            inner = translations.object(told) if translations else None
            if inner and (code := language_code(told)) and (name := one_line(inner.text("name"))):
                words.setdefault(code, name)
        return words
