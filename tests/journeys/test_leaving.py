"""An organisation leaves, with real processes: an owner fetches all of it, and a month later the worker deletes it, in
the database and on the disk, and mails the certificate.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from config import embedded
from tenants import trail_proof
from tests.journeys.running import Running, eventually, running

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]


@contextmanager
def _as_owner(house: Running) -> Iterator[psycopg.Connection[Any]]:
    """The database as the owner of its tables, with every policy off: what is there at all."""
    with embedded.joined(house.services.environment) as urls:
        assert urls is not None
        assert urls.database_owner_url is not None
        with psycopg.connect(urls.database_owner_url, autocommit=True) as connection:
            yield connection


def _named_in(connection: psycopg.Connection[Any], word: str) -> list[str]:
    """Every table that holds the word in any column."""
    tables = connection.execute(
        "SELECT relname, relforcerowsecurity FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    ).fetchall()
    found = []
    for table, forced in tables:
        if forced:
            connection.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        [count] = connection.execute(
            f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{word}%"]  # noqa: S608 - a table's name
        ).fetchone()  # fmt: skip
        if forced:
            connection.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        if count:
            found.append(str(table))
    return found


def _fetch_export(house: Running) -> bytes:
    export = house.owner.post(f"{house.path}/exports/")
    place = f"{house.path}/exports/{export['id']}/"

    def look() -> dict[str, Any] | None:
        told = dict(house.owner.get(place))
        assert told["state"] != "failed", told
        return told if told["state"] == "ready" else None

    ready = eventually(look, what="a finished export")
    url = httpx.URL(house.owner.post(f"{place}link/")["url"])
    content = house.owner.send("GET", url.raw_path.decode()).content
    assert hashlib.sha256(content).hexdigest() == ready["sha256"]
    return content


def _letter(house: Running, *, subject: str) -> bytes:
    """The newest mail with these words in its subject, waited for."""

    def look() -> bytes | None:
        for path in sorted(house.services.mail_dir.glob("*.eml"), reverse=True):
            content = path.read_bytes()
            if f"Subject: {subject}".encode() in content:
                return content
        return None

    return eventually(look, what=f"a mail with {subject!r}")


def test_an_organisation_takes_everything_along_and_leaves_nothing_behind(tmp_path_factory: pytest.TempPathFactory):
    with running(tmp_path_factory.mktemp("leaving") / "data", JOB_LEASE_SECONDS="3") as house:
        house.finished(house.ask_for_report())
        files = house.services.environment.files_dir
        organisation = str(house.owner.get(f"{house.path}/")["id"])
        assert (files / organisation).exists()
        with zipfile.ZipFile(io.BytesIO(_fetch_export(house))) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            assert manifest["organisation"] == organisation
            assert manifest["missing"] == []
            assert [name for name in archive.namelist() if name.startswith("files/")]
            answers = archive.read("tables/assessments.Answer.jsonl").splitlines()
        assert len(answers) > 20
        keys = httpx.get(f"{house.services.base_url}/.well-known/plumbline-keys.json").text

        house.owner.post(f"{house.path}/closing/", {"slug": "aria"})
        assert _letter(house, subject="Aria will be deleted")
        with _as_owner(house) as owner:
            assert len(_named_in(owner, organisation)) >= 10
            owner.execute("UPDATE tenants_organisation SET closing_at = closing_at - interval '31 days'")
        house.let_the_alarm_ring()

        eventually(lambda: house.owner.send("GET", f"{house.path}/", expect=None).status_code == 404, what="the end")
        letter = _letter(house, subject="Certificate: your organisation was deleted").decode()
        eventually(lambda: not (files / organisation).exists(), what="no files")
        with _as_owner(house) as owner:
            assert _named_in(owner, organisation) == []
            [document] = owner.execute("SELECT document FROM tenants_deletioncertificate").fetchone()
            eventually(
                lambda: owner.execute("SELECT recipients FROM tenants_deletioncertificate").fetchone() == ([],),
                what="addresses that are forgotten",
            )
        with house.valkey() as valkey:
            assert not list(valkey.scan_iter(match=f"*{organisation}*"))
        assert trail_proof.signature_fault(document, keys=trail_proof.read_keys(keys)) == ""
        assert document["organisation_sha256"] == hashlib.sha256(organisation.encode()).hexdigest()
        assert document["rows"]["assessments_answer"] == len(answers)
        assert document["signature"] in letter.replace("=\r\n", "")
        assert document["audit"]["seq"] > manifest["audit"]["seq"]
        assert house.owner.get("/api/v1/me/")["email"] == "alice@aria.example", "people are their own"
