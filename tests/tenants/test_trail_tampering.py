"""A thousand random tamperings with a trail, by the owner of the tables, and none of them unseen.

`./plumbline test tests/tenants/test_trail_tampering.py -s` prints the figure. Each one is done to a fresh copy of the
same trail and its signed heads; the head of the last event was kept outside before. Whoever tampers knows everything:
they re-hash what follows, move the head, sign nothing (the secret key is not in the database) and drop what tells.

What is out of reach, and not counted: events forged after the newest head kept outside, which look like events that
were told; the next signed head fixes those, too.
"""

# ruff: noqa: S608 - the statements are put together from names that stand here

from __future__ import annotations

import hashlib
import random
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from psycopg import Connection
from psycopg.types.json import Jsonb

from tenants import audit
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tenants.services.heads import head_document, sign_head
from tenants.trail_proof import next_link
from tenants.verification import verify
from tests.cast import House

TAMPERINGS: Final = 1000
EVENTS: Final = 24
SEED: Final = 20260301
TABLES: Final = ("tenants_auditevent", "tenants_audithead", "tenants_signedhead")
COLUMNS: Final = (
    "id", "seq", "hash", "at", "event", "actor", "object_type", "object_id", "before", "after", "request_id", "address",
    "organisation_id",
)  # fmt: skip
_REHASH: Final = "UPDATE tenants_auditevent SET hash = %s WHERE seq = %s"


class Forger:
    """The owner of the tables, with a copy of the trail to spoil."""

    def __init__(self, connection: Connection[Any], *, house: House, other: House, chance: random.Random) -> None:
        self.db, self.chance = connection, chance
        self.organisation, self.other = house.organisation.pk, other.organisation.pk

    @property
    def last(self) -> int:
        return int(self.db.execute("SELECT max(seq) FROM tenants_auditevent").fetchone()[0])

    def edit(self) -> str:
        column, seq = self.chance.choice(COLUMNS), self.chance.randint(1, self.last)
        value: dict[str, Any] = {
            "id": uuid.UUID(int=self.chance.getrandbits(128)),
            "seq": self.last + self.chance.randint(1, 9),
            "hash": self.chance.randbytes(32),
            "at": timezone.now() + timedelta(microseconds=self.chance.randint(1, 10**9)),
            "before": Jsonb({"level": self.chance.random()}),
            "after": self.chance.choice([None, Jsonb({"level": self.chance.random()})]),
            "organisation_id": self.other,
        }
        new = value.get(column, f"word-{self.chance.random()}")
        self.db.execute(f"UPDATE tenants_auditevent SET {column} = %s WHERE seq = %s", [new, seq])
        return f"edit of {column}"

    def edit_and_rehash(self) -> str:
        seq = self.chance.randint(1, self.last)
        self.db.execute(
            "UPDATE tenants_auditevent SET actor = %s WHERE seq = %s", [f"person:{self.chance.random()}", seq]
        )
        self._rehash(seq)
        return "re-hashed tail after an edit"

    def delete(self) -> str:
        self.db.execute("DELETE FROM tenants_auditevent WHERE seq = %s", [self.chance.randint(1, self.last)])
        return "delete"

    def delete_and_rehash(self) -> str:
        seq, last = self.chance.randint(1, self.last), self.last
        self.db.execute("DELETE FROM tenants_auditevent WHERE seq = %s", [seq])
        self._shift(seq + 1, by=-1)
        if seq < last:
            self._rehash(seq)
        else:
            self._cut_head()
        return "re-hashed tail after a delete"

    def insert(self) -> str:
        seq = self.chance.randint(1, self.last)
        self._shift(seq, by=1)
        self._copy(self.chance.choice([n for n in range(1, self.last + 1) if n != seq]), to=seq)
        return "insert"

    def insert_and_rehash(self) -> str:
        seq = self.chance.randint(1, self.last)
        self._shift(seq, by=1)
        self._copy(self.chance.choice([n for n in range(1, self.last + 1) if n != seq]), to=seq)
        self._rehash(seq)
        return "re-hashed tail after an insert"

    def swap(self) -> str:
        first, second = self.chance.sample(range(1, self.last + 1), 2)
        self._swap(first, second)
        return "swap"

    def swap_and_rehash(self) -> str:
        first, second = self.chance.sample(range(1, self.last + 1), 2)
        self._swap(first, second)
        self._rehash(min(first, second))
        return "re-hashed tail after a swap"

    def truncate(self) -> str:
        self._truncate()
        return "truncation"

    def truncate_with_head(self) -> str:
        self._truncate()
        self._cut_head()
        return "truncation with its head"

    def rewrite(self) -> str:
        """Everything anew: other actors, right hashes, right head, no signed head that would tell."""
        self.db.execute("UPDATE tenants_auditevent SET actor = %s", [f"person:{self.chance.random()}"])
        self.db.execute("DELETE FROM tenants_signedhead")
        self._rehash(1)
        return "wholesale rewriting"

    def spoil_head(self) -> str:
        column = self.chance.choice(["seq", "hash"])
        value = self.last + self.chance.choice([-3, -1, 1, 5]) if column == "seq" else self.chance.randbytes(32)
        self.db.execute(f"UPDATE tenants_audithead SET {column} = %s", [value])
        return "edit of the head"

    def drop_head(self) -> str:
        self.db.execute("DELETE FROM tenants_audithead")
        return "delete of the head"

    def spoil_signed_head(self) -> str:
        column = self.chance.choice(["seq", "hash", "signed_at", "key_id", "signature"])
        value = {"seq": 1, "hash": self.chance.randbytes(32), "signed_at": timezone.now()}.get(column, "forged")
        self.db.execute(f"UPDATE tenants_signedhead SET {column} = %s WHERE day = '2026-03-01'", [value])
        return "edit of a signed head"

    def drop_signed_head(self) -> str:
        self.db.execute("DELETE FROM tenants_signedhead WHERE day = '2026-03-01'")
        return "delete of a signed head"

    def empty(self) -> str:
        self.db.execute("DELETE FROM tenants_auditevent")
        self.db.execute("DELETE FROM tenants_signedhead")
        first = hashlib.sha256(self.organisation.bytes).digest()
        self.db.execute("UPDATE tenants_audithead SET seq = 0, hash = %s", [first])
        return "an empty trail"

    def _truncate(self) -> None:
        self.db.execute("DELETE FROM tenants_auditevent WHERE seq > %s", [self.chance.randint(0, self.last - 1)])

    def _cut_head(self) -> None:
        row = self.db.execute("SELECT seq, hash FROM tenants_auditevent ORDER BY seq DESC LIMIT 1").fetchone()
        last, link = row or (0, hashlib.sha256(self.organisation.bytes).digest())
        self.db.execute("UPDATE tenants_audithead SET seq = %s, hash = %s", [last, link])
        self.db.execute("DELETE FROM tenants_signedhead WHERE seq > %s", [last])

    def _shift(self, seq: int, *, by: int) -> None:
        self.db.execute("UPDATE tenants_auditevent SET seq = -seq WHERE seq >= %s", [seq])
        self.db.execute("UPDATE tenants_auditevent SET seq = -seq + %s WHERE seq < 0", [by])

    def _copy(self, seq: int, *, to: int) -> None:
        rest = ", ".join(name for name in COLUMNS if name not in {"id", "seq"})
        self.db.execute(
            f"INSERT INTO tenants_auditevent (id, seq, {rest}) SELECT %s, %s, {rest} FROM tenants_auditevent"
            " WHERE seq = %s",
            [uuid.UUID(int=self.chance.getrandbits(128)), to, seq],
        )

    def _swap(self, first: int, second: int) -> None:
        for before, after in ((first, -1), (second, first), (-1, second)):
            self.db.execute("UPDATE tenants_auditevent SET seq = %s WHERE seq = %s", [after, before])

    def _rehash(self, start: int) -> None:
        """Right links from `start` on, and the head that fits them: what somebody who knows the chain would do."""
        self.db.execute("SELECT set_config('app.organisation', %s, true)", [str(self.organisation)])
        row = self.db.execute("SELECT hash FROM tenants_auditevent WHERE seq = %s", [start - 1]).fetchone()
        link = row[0] if row else hashlib.sha256(self.organisation.bytes).digest()
        names = ("seq", *audit.FIELDS)
        rows = self.db.execute(
            f"SELECT {', '.join(names)} FROM tenants_auditevent WHERE seq >= %s ORDER BY seq", [start]
        ).fetchall()
        for found in rows:
            event = dict(zip(names, found, strict=True))
            link = next_link(link, seq=event["seq"], content=audit.content_of(event))
            self.db.execute(_REHASH, [link, event["seq"]])
        self.db.execute("UPDATE tenants_audithead SET seq = %s, hash = %s", [self.last, link])


WAYS: Final[tuple[Callable[[Forger], str], ...]] = (
    Forger.edit, Forger.edit, Forger.edit, Forger.edit_and_rehash, Forger.delete, Forger.delete_and_rehash,
    Forger.insert, Forger.insert_and_rehash, Forger.swap, Forger.swap_and_rehash, Forger.truncate,
    Forger.truncate_with_head, Forger.rewrite, Forger.spoil_head, Forger.drop_head, Forger.spoil_signed_head,
    Forger.drop_signed_head, Forger.empty,
)  # fmt: skip


def _tell(house: House) -> dict[str, Any]:
    """A trail with signed heads on the way, and its last head, kept outside."""
    with tenant_scope(house.organisation.pk):
        for number in range(EVENTS):
            audit.act_as(f"person:{uuid.uuid4()}", request_id=f"request-{number}", address="192.0.2.1")
            values = {"level": number / 2, "note": "ä\u2028"}
            audit.record("answer.changed", object_type="answer", object_id=number, before=values, after=values)
            if number in {8, 16}:
                sign_head(day=f"2026-03-0{number // 8}")
        last = sign_head(day="2026-03-09")
        assert last is not None
        return head_document(last)


@pytest.mark.slow
def test_a_thousand_tamperings_are_all_found(
    committed: None, aria: House, nextdoor: House, owner_connection: Connection[Any]
):
    chance, found, missed = random.Random(SEED), Counter[str](), Counter[str]()
    head = _tell(aria)
    with tenant_scope(aria.organisation.pk):
        assert verify(outside=[head]).fault == ""
        # Signing told the trail of itself: the outside head is that of the event before.
        assert AuditEvent.objects.count() == head["seq"] + 1
    scope = "SELECT set_config('app.organisation', %s, false)"
    owner_connection.execute(scope, [str(aria.organisation.pk)])
    for table in TABLES:
        owner_connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        owner_connection.execute(f"CREATE TEMPORARY TABLE copy_{table} AS SELECT * FROM {table}")
    # What lies after the outside head is taken off the copy: it is not vouched for by anybody yet.
    owner_connection.execute("DELETE FROM copy_tenants_auditevent WHERE seq > %s", [head["seq"]])
    owner_connection.execute(
        "UPDATE copy_tenants_audithead SET seq = %s, hash = %s", [head["seq"], bytes.fromhex(head["hash"])]
    )
    owner_connection.execute("DELETE FROM copy_tenants_signedhead WHERE seq >= %s", [head["seq"]])
    try:
        forger = Forger(owner_connection, house=aria, other=nextdoor, chance=chance)
        _lay(owner_connection)
        assert _verdict(aria, head) == ""
        for _ in range(TAMPERINGS):
            _lay(owner_connection)
            with owner_connection.transaction():
                way = chance.choice(WAYS)(forger)
            (found if _verdict(aria, head) else missed)[way] += 1
        _lay(owner_connection)
        assert _verdict(aria, head) == ""
    finally:
        for table in TABLES:
            owner_connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    print(f"\n{sum(found.values())} of {TAMPERINGS} tamperings found (seed {SEED})")
    for way, count in sorted(found.items()):
        print(f"  {count:4} {way}")
    assert not missed
    assert sum(found.values()) == TAMPERINGS
    assert {f"edit of {column}" for column in COLUMNS} <= found.keys()


def _lay(connection: Connection[Any]) -> None:
    """The untouched copy in the place of what was spoilt."""
    with connection.transaction():
        for table in TABLES:
            connection.execute(f"DELETE FROM {table} WHERE seq IS NOT NULL")
            connection.execute(f"INSERT INTO {table} SELECT * FROM copy_{table}")


def _verdict(house: House, head: dict[str, Any]) -> str:
    with tenant_scope(house.organisation.pk):
        return verify(outside=[head]).fault
