"""Reads of the catalogue: what is current, and the profiles that pages and comparisons are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection, models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from api.languages import first_spoken
from assessments.catalogue.bounded import Bounded
from assessments.catalogue.comparison import StandardProfile
from assessments.catalogue.loader import load_vocabulary
from assessments.catalogue.models import RequirementText, Standard, StandardText
from assessments.catalogue.schema import DEFAULT_LANGUAGE, Vocabulary
from assessments.catalogue.sync import DATA
from tenants.managed import is_visible

ALL_SECTORS = "all"
_SUMMARY = (
    "id", "slug", "content_hash", "number", "title", "publisher", "edition", "year", "status", "kind", "nature",
    "sectors", "languages", "outline", "depth",
)  # fmt: skip
CURRENT: Final = ("id", "slug", "content_hash", "number", "title", "languages", "depth", "organisation_id")
_profiles: Bounded[tuple[UUID, str], PublishedStandard]
_catalogues: Bounded[str | None, tuple[Current, ...]]


@dataclass(frozen=True, slots=True)
class Current:
    """A slug's current row, as far as it takes to find everything else in memory."""

    id: UUID
    slug: str
    content_hash: str
    number: str
    title: str
    languages: tuple[str, ...]
    depth: str = "full"
    organisation_id: UUID | None = None
    """None: public."""

    @property
    def is_assessable(self) -> bool:
        """Whether there is a tree that an assessment can be started on."""
        return self.depth == "full"

    def language(self, *wanted: str | None) -> str:
        """The language to answer in: the first wanted one that is there, else the standard's own first."""
        return first_spoken(wanted, among=self.languages)


@dataclass(frozen=True, slots=True)
class PublishedStandard:
    """One edition's profile in one language, with what the API tells about it besides."""

    profile: StandardProfile
    content_hash: str
    language: str
    languages: tuple[str, ...]
    depth: str
    method: str
    parameters: Mapping[str, float]
    scale: Mapping[str, Any] | None
    result_scale: Mapping[str, Any] | None
    selections: Sequence[Mapping[str, Any]]
    alternatives: Sequence[Mapping[str, Any]]
    organisation_id: UUID | None = None


_catalogues = Bounded(size=4)
_STAMP: Final = """
SELECT md5(string_agg(id::text, ',' ORDER BY id)) FROM catalogue_standard WHERE organisation_id IS NULL AND is_current
"""


def current_standards() -> tuple[Current, ...]:
    """Every current public standard by slug; one query, and another where it is not what it was.

    A row never changes, so the ids of those that are current say all there is to know of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        [stamp] = cursor.fetchone() or [None]
    rows = Standard.public.filter(is_current=True).order_by("slug")
    return _catalogues.get_or_make(stamp, lambda: tuple(to_current(row) for row in rows.values(*CURRENT)))


def current_standard(slug: str) -> Current | None:
    """The current public standard of a slug, or None; one query."""
    return _first(Standard.public, slug=slug)


def startable_standard(slug: str) -> Current | None:
    """The current standard of a slug, public or of the organisation in scope, or None; one query.

    Both at once there never are: slugs of organisations' own begin with `schema.OWN_SLUG`, and public ones do not.
    """
    return _first(Standard.objects, slug=slug)


def _first(rows: models.Manager[Standard], *, slug: str) -> Current | None:
    row = rows.filter(is_current=True, slug=slug).values(*CURRENT).first()
    return to_current(row) if row else None


def to_current(row: Mapping[str, Any]) -> Current:
    """A row of the values CURRENT."""
    return Current(**{**row, "languages": tuple(row["languages"])})


def list_standards(
    *,
    kind: str | None = None,
    depth: str | None = None,
    sector: str | None = None,
    words: str | None = None,
    language: str | None = None,
) -> QuerySet[Standard, dict[str, Any]]:
    """Current public standards as summaries (mappings), unordered; one query, with the words of one language.

    A sector also finds what is meant for every sector; `words` is looked for in number and title.
    """
    rows = Standard.public.filter(is_current=True)
    if kind:
        rows = rows.filter(kind=kind)
    if depth:
        rows = rows.filter(depth=depth)
    if sector:
        rows = rows.filter(sectors__overlap=[sector, ALL_SECTORS])
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(title__icontains=words))
    summaries: QuerySet[Standard, dict[str, Any]] = rows.values(
        *_SUMMARY,
        local_title=Coalesce(_prose("title", language=language), F("title"), output_field=TextField()),
        one_line=Coalesce(_prose("one_line", language=language), _prose("one_line", language=DEFAULT_LANGUAGE)),
        certifiable=F("profile__certifiable"),
    )
    return summaries


def _prose(key: str, *, language: str | None) -> Subquery:
    texts = StandardText.public.filter(standard=OuterRef("pk"), language=language or DEFAULT_LANGUAGE)
    return Subquery(texts.values(text=KT(f"profile__{key}")))


_profiles = Bounded(size=256)


def published_standard(standard_id: UUID, *, language: str) -> PublishedStandard:
    """The profile in a language the edition has, from memory or with two queries.

    Raises Standard.DoesNotExist, also where memory holds that of another organisation.
    """
    found = _profiles.get_or_make((standard_id, language), lambda: _read_profile(standard_id, language=language))
    if not is_visible(found.organisation_id):
        raise Standard.DoesNotExist
    return found


def forget_profiles() -> None:
    """Empty the cache; for tests and measurements."""
    _profiles.clear()


def _read_profile(standard_id: UUID, *, language: str) -> PublishedStandard:
    standard = Standard.objects.get(pk=standard_id)
    text = StandardText.objects.get(standard_id=standard_id, language=language)
    return PublishedStandard(
        profile=StandardProfile(
            slug=standard.slug,
            facts=standard.profile,
            prose=text.profile,
            faq=text.faq,
            outline=standard.outline,
            themes=standard.themes,
        ),
        content_hash=standard.content_hash,
        language=language,
        languages=tuple(standard.languages),
        depth=standard.depth,
        method=standard.method,
        parameters=standard.parameters,
        scale=standard.scale,
        result_scale=standard.result_scale,
        selections=standard.selections,
        alternatives=standard.alternatives,
        organisation_id=standard.organisation_id,
    )


@cache
def vocabulary() -> Vocabulary:
    """Names of themes and conditions, which ship with the program and not with an edition."""
    return load_vocabulary(DATA)


def theme_names(language: str) -> dict[str, str]:
    return {theme: names.get(language) or names[DEFAULT_LANGUAGE] for theme, names in vocabulary().themes.items()}


def asked_requirements() -> list[tuple[str, str]]:
    """(slug, ref) of every requirement with a question in a current public standard, in document order; one query."""
    rows = RequirementText.public.filter(requirement__standard__is_current=True, language=DEFAULT_LANGUAGE)
    rows = rows.exclude(question="").order_by("requirement__standard__slug", "requirement__position")
    return list(rows.values_list("requirement__standard__slug", "requirement__ref"))
