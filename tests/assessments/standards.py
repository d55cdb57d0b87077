"""Standards of any size in the test database's catalogue, with the words of a shipped one.

The app role may only read the catalogue, so they are written as its owner, and taken away again afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.types.json import Jsonb

MODEL = "iso-56002-2019"
LEAVES_PER_SECTION, SECTIONS_PER_CHAPTER = 8, 5
_STANDARD = """
INSERT INTO catalogue_standard
SELECT (jsonb_populate_record(s, jsonb_build_object('id', %(id)s::uuid, 'slug', %(slug)s::text,
  'content_hash', %(slug)s::text, 'number', %(slug)s::text, 'is_current', true))).*
FROM catalogue_standard s WHERE slug = %(model)s AND is_current
"""
_WORDS = """
SELECT r.assessable, t.title, t.summary, t.question, t.evidence, t.levels
FROM catalogue_requirementtext t JOIN catalogue_requirement r ON r.id = t.requirement_id
JOIN catalogue_standard s ON s.id = r.standard_id WHERE s.slug = %s AND s.is_current ORDER BY r.position
"""


@contextmanager
def standard_of(leaves: int, *, slug: str = "", sterile: int = 0) -> Iterator[str]:
    """The slug of a standard with that many assessable requirements, three levels deep.

    The last `sterile` of them apply to sterile devices only.
    """
    slug = slug or f"long-{leaves}-{uuid.uuid4().hex[:8]}"
    standard_id = uuid.uuid4()
    with _as_owner() as owner:
        owner.execute(_STANDARD, {"id": standard_id, "slug": slug, "model": MODEL})
        words = owner.execute(_WORDS, [MODEL]).fetchall()
        _requirements(owner, standard_id=standard_id, leaves=leaves, sterile=sterile, words=words)
        try:
            yield slug
        finally:
            _remove({standard_id})


def _remove(standard_ids: set[uuid.UUID]) -> None:
    """By statement: Django would look through the tenants' tables for what points here."""
    ids = [list(standard_ids)]
    with _as_owner() as owner:
        owner.execute("DELETE FROM catalogue_searchentry WHERE standard_id = ANY(%s)", ids)
        owner.execute(
            "DELETE FROM catalogue_requirementtext t USING catalogue_requirement r"
            " WHERE r.id = t.requirement_id AND r.standard_id = ANY(%s)",
            ids,
        )
        owner.execute("DELETE FROM catalogue_requirement WHERE standard_id = ANY(%s)", ids)
        owner.execute("DELETE FROM catalogue_standardtext WHERE standard_id = ANY(%s)", ids)
        owner.execute("DELETE FROM catalogue_standard WHERE id = ANY(%s)", ids)


@contextmanager
def _as_owner() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    from django.db import connections

    from config.environment import environment

    owner = environment().database_owner
    assert owner is not None
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(urlunsplit(urlsplit(owner.url)._replace(path=f"/{name}")), autocommit=True) as connection:
        yield connection


def _requirements(
    owner: psycopg.Connection[tuple[Any, ...]], *, standard_id: uuid.UUID, leaves: int, sterile: int, words: list[Any]
) -> None:
    leaf_words = cycle([row[1:] for row in words if row[0]])
    heading_words = cycle([row[1:] for row in words if not row[0]])
    ids: dict[str, uuid.UUID] = {}
    rows, texts = [], []

    def add(ref: str, *, assessable: bool, applies_if: str = "") -> None:
        parent = ref.rpartition(".")[0]
        ids[ref] = uuid.uuid4()
        rows.append(
            (
                ids[ref],
                standard_id,
                ids.get(parent),
                ref,
                len(rows),
                ref.count("."),
                assessable,
                1.0,
                ["planning"],
                applies_if,
                "both",
            )
        )
        title, summary, question, evidence, levels = next(leaf_words if assessable else heading_words)
        texts.append((uuid.uuid4(), ids[ref], "en", title, summary, question, evidence, Jsonb(levels)))

    for number in range(leaves):
        section, item = divmod(number, LEAVES_PER_SECTION)
        chapter, section = divmod(section, SECTIONS_PER_CHAPTER)
        path = f"{chapter + 1}.{section + 1}"
        if section == item == 0:
            add(f"{chapter + 1}", assessable=False)
        if item == 0:
            add(path, assessable=False)
        add(f"{path}.{item + 1}", assessable=True, applies_if="sterile" if number >= leaves - sterile else "")
    with owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO catalogue_requirement (id, standard_id, parent_id, ref, position, depth, assessable, weight,"
            " themes, applies_if, own_answer_rule) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
        cursor.executemany(
            "INSERT INTO catalogue_requirementtext (id, requirement_id, language, title, summary, question, evidence,"
            " levels) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            texts,
        )
        cursor.execute("ANALYZE catalogue_requirement, catalogue_requirementtext")


@contextmanager
def synced(data: Path) -> Iterator[None]:
    """The standards of a data folder in the catalogue of the test database, beside the shipped ones."""
    from assessments.catalogue.sync import sync_catalogue

    with writer():
        sync_catalogue(data, using="writer")
        yield


@contextmanager
def writer() -> Iterator[str]:
    """A connection as the owner of the catalogue's tables; what is written by it is taken away at the end."""
    from django.db import connections

    from assessments.catalogue.models import Crosswalk, Standard
    from assessments.catalogue.sync import DATA, sync_catalogue
    from config.environment import environment

    address = environment().database_owner
    assert address is not None
    connections.databases["writer"] = {
        **connections["default"].settings_dict,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": str(address.port or ""),
    }
    known = set(Standard.objects.values_list("pk", flat=True))
    crosswalks = set(Crosswalk.objects.values_list("pk", flat=True))
    try:
        try:
            yield "writer"
        finally:
            _remove(set(Standard.objects.values_list("pk", flat=True)) - known)
            Crosswalk.objects.using("writer").exclude(pk__in=crosswalks).delete()
            sync_catalogue(DATA, using="writer")
    finally:
        connections["writer"].close()
        del connections["writer"]
        del connections.databases["writer"]
