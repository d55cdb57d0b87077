"""Rows of an organisation as JSON lines and back, by PostgreSQL itself: every column keeps its exact value.

A line is the text of a `jsonb` object: keys in PostgreSQL's order, column names as keys. Both directions are worked out
from the models, so a new column travels without a word; what stays behind is said in `tenants.portability.policy`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from tenants.managed import SharedModel, TenantModel
from tenants.models import Organisation
from tenants.portability.natural import NaturalKey, natural_key
from tenants.portability.policy import ORGANISATION_STAYS, TRAVELS

_FETCH: Final = 20
"""Rows at a time: a row may be a snapshot of megabytes."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table that travels."""

    label: str
    name: str
    columns: tuple[str, ...]
    """Those that stand in a line, in alphabetical order; not the organisation's id."""
    behind: tuple[tuple[str, str], ...]
    """Columns that stay behind, with the SQL of what takes their place."""
    made: tuple[str, ...]
    """Columns that the database makes of the others."""
    natural: tuple[tuple[str, NaturalKey], ...]
    people: tuple[str, ...]
    order: str


@cache
def tables() -> tuple[Table, ...]:
    """Every table that travels, in the order of the models; what others refer to through triggers stands first."""
    travelling = [model for model in apps.get_models() if model._meta.label in TRAVELS]  # noqa: SLF001
    return tuple(_table(model) for model in sorted(travelling, key=lambda model: not issubclass(model, SharedModel)))


def _table(model: type[models.Model]) -> Table:
    meta = model._meta  # noqa: SLF001 - Django's documented interface
    behind = TRAVELS[meta.label]
    made = [field.column for field in meta.local_concrete_fields if field.generated]
    travelling = [
        field for field in meta.local_concrete_fields if field.column not in {"organisation_id", *behind, *made}
    ]
    natural, people = [], []
    for field in travelling:
        target = field.related_model
        if not isinstance(target, type) or issubclass(target, TenantModel):
            continue
        label = target._meta.label  # noqa: SLF001
        key = natural_key(label)
        if label == settings.AUTH_USER_MODEL:
            people.append(field.column)
        elif key is not None:
            natural.append((field.column, key))
        else:
            raise LookupError(
                f"{meta.label}.{field.name} points to {label}, which has no natural key (see `translate`)."
            )
    return Table(
        label=meta.label,
        name=meta.db_table,
        columns=tuple(sorted(field.column for field in travelling)),
        behind=tuple(sorted(behind.items())),
        made=tuple(made),
        natural=tuple(natural),
        people=tuple(people),
        order="seq" if meta.label in {"tenants.AuditEvent", "tenants.SignedHead"} else "id",
    )


def columns_by_table() -> dict[str, list[str]]:
    """Label → columns of everything that travels, the organisation's own among them."""
    own = {field.column for field in Organisation._meta.local_concrete_fields}  # noqa: SLF001 - likewise
    found = {table.label: list(table.columns) for table in tables()}
    return {**found, "tenants.Organisation": sorted(own - set(ORGANISATION_STAYS))}


def lines_of(table: Table, *, organisation_id: uuid.UUID) -> Iterator[str]:
    """The table's rows as lines without line feeds, in a fixed order. For a transaction in the organisation's scope."""
    left = ["organisation_id", *table.made, *(name for name, _ in table.behind)]
    told = ", ".join(f"'{column}', {key.out.format(column=f't.{column}')}" for column, key in table.natural)
    row = f"to_jsonb(t) - %(left)s::text[] || jsonb_build_object({told})"
    question = f'SELECT ({row})::text FROM "{table.name}" t WHERE t.organisation_id = %(id)s ORDER BY t.{table.order}'  # noqa: S608 - names of the models
    yield from _streamed(question, {"left": left, "id": organisation_id})


def organisation_line(organisation_id: uuid.UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (to_jsonb(o) - %s::text[])::text FROM tenants_organisation o WHERE o.id = %s",
            [list(ORGANISATION_STAYS), organisation_id],
        )
        return str(cursor.fetchone()[0])


def people_lines(organisation_id: uuid.UUID) -> Iterator[str]:
    """Whoever the rows and the trail's actors name: id, e-mail address and name, and nothing else of them."""
    named = " UNION ".join(
        f'SELECT t."{column}" FROM "{table.name}" t WHERE t.organisation_id = %(id)s'  # noqa: S608 - names of the models
        for table in tables()
        for column in table.people
    )
    question = (
        "SELECT jsonb_build_object('id', p.id, 'email', p.email, 'name', p.name)::text FROM identity_person p"  # noqa: S608
        " WHERE p.id IN (SELECT created_by_id FROM tenants_organisation WHERE id = %(id)s"
        " UNION SELECT substring(actor FROM 8)::uuid FROM tenants_auditevent WHERE organisation_id = %(id)s"
        f" AND actor ~ '^person:[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' UNION {named}) ORDER BY p.id"
    )
    yield from _streamed(question, {"id": organisation_id})


def insert_lines(table: Table, lines: Sequence[str], *, organisation_id: uuid.UUID) -> int:
    """Write rows from lines; every row becomes the organisation's, whatever the line says."""
    natural = dict(table.natural)
    values = [
        natural[column].back.format(value=f"(j.line->>'{column}')") if column in natural else f'r."{column}"'
        for column in table.columns
    ]
    names = [*table.columns, *(name for name, _ in table.behind), "organisation_id"]
    values += [*(text for _, text in table.behind), "%(id)s"]
    statement = f"""
        INSERT INTO "{table.name}" ({", ".join(f'"{name}"' for name in names)})
        SELECT {", ".join(values)}
        FROM unnest(%(lines)s::text[]) WITH ORDINALITY AS given(text, number)
        CROSS JOIN LATERAL (SELECT given.text::jsonb AS line) AS j
        CROSS JOIN LATERAL jsonb_populate_record(NULL::"{table.name}", j.line - %(natural)s::text[]) AS r
        ORDER BY given.number
    """  # noqa: S608 - names of the models
    with connection.cursor() as cursor:
        cursor.execute(statement, {"id": organisation_id, "lines": list(lines), "natural": list(natural)})
        return int(cursor.rowcount)


def _streamed(question: str, values: dict[str, Any]) -> Iterator[str]:
    """Rows of one column through a cursor of the transaction: memory for a few rows, however many there are."""
    name = f"travel_{uuid.uuid4().hex}"
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {question}", values)
        while True:
            cursor.execute(f"FETCH {_FETCH} FROM {name}")
            rows = cursor.fetchall()
            for row in rows:
                yield str(row[0])
            if len(rows) < _FETCH:
                break
        cursor.execute(f"CLOSE {name}")
