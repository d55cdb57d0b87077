"""Seventy ways to make the renderer ask an address or read a file: nothing is asked or read, by any belt alone.

The belts: what people write is text in the page (escaping); the renderer's fetcher denies; its process has no network
and no files. Without all three the samples do reach the listener, which a test shows first.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from pypdf import PdfReader
from weasyprint import HTML

from assessments.jail import cell
from reports.rendering import process
from reports.rendering.fetching import DenyingFetcher
from reports.rendering.process import rendered
from tests.reports import snapshots
from tests.reports.forged_requests import written

WORD = "plumbline-canary-in-a-file"
real_wall = cell.wall


@dataclass
class Canary:
    """A server that remembers what it was asked, and a file that everybody on this machine may read."""

    port: int
    file: Path
    asked: list[str] = field(default_factory=list)

    def samples(self) -> dict[str, str]:
        return written(port=self.port, file=str(self.file))


@pytest.fixture
def canary() -> Iterator[Canary]:
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    folder.chmod(0o755)
    file = folder / "canary.txt"
    file.write_text(WORD)
    file.chmod(0o644)
    found = Canary(0, file)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            to = {"/redirect": f"http://127.0.0.1:{found.port}/redirected", "/redirect-file": f"file://{file}"}
            self.send_response(302 if self.path in to else 200)
            if self.path in to:
                self.send_header("Location", to[self.path])
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the parent has it
            """Nothing."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6
        daemon_threads = True

        def server_bind(self) -> None:
            with contextlib.suppress(OSError):  # one listener for IPv4 and IPv6
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            super().server_bind()

        def handle_error(self, request: Any, client_address: Any) -> None:
            found.asked.append("something that is no HTTP")

    with Server(("::", 0), Handler) as server:
        found.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield found
        server.shutdown()
    shutil.rmtree(folder)


def snapshot_of(samples: dict[str, str]) -> bytes:
    """A report whose every text that a person can write holds samples."""
    document = snapshots.numbered_snapshot(requirements=len(samples) + 8)
    whole = " ".join(samples.values())
    document["organisation"]["name"] = whole[:200]
    document["standard"]["title"] = whole[200:400]
    document["assessment"].update(name=samples["img"], scope=whole)
    leaves = snapshots.leaves(document)
    for leaf, text in zip(leaves, samples.values(), strict=False):
        leaf["title"] = text
        leaf["answer"].update(note=text, answered_by=text[:190])
        for file in leaf["answer"]["evidence"]:
            file.update(file_name=text[:190], title=text[:190])
    for action, text in zip(document["actions"], samples.values(), strict=False):
        action["title"] = text
    return orjson.dumps(snapshots.seal(document))


def page_of(text: str) -> str:
    return f"<html lang=en><title>x</title><div>{text}</div>"


def draw_in_cell(samples: dict[str, str], *, doors: bool) -> dict[str, str]:
    """A renderer that would fetch everything: the words of what it drew of each sample, or the fault."""
    walls = replace(
        process.cell(),
        module="tests.reports.open_renderer",
        code=("reports", "tests/reports/open_renderer.py"),
        answer_bytes=10**8,
    )
    with tempfile.TemporaryFile() as page:
        page.write(orjson.dumps({label: page_of(text) for label, text in samples.items()}))
        page.seek(0)
        outcome = cell.run(walls, os.pathsep.join(cell.visible(walls)) if doors else "", stdin=page)
    assert outcome.code == 0, outcome.complained
    drawn = orjson.loads(outcome.said)
    return {label: words_of(base64.b64decode(of["pdf"])) if "pdf" in of else of["fault"] for label, of in drawn.items()}


def words_of(pdf: bytes) -> str:
    """All text of a PDF, and of whatever is attached to it."""
    reader = PdfReader(io.BytesIO(pdf))
    attached = b"".join(content for contents in reader.attachments.values() for content in contents)
    return "".join(page.extract_text() for page in reader.pages) + attached.decode(errors="replace")


def test_the_samples_reach_out_where_no_belt_holds_them(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests below would prove nothing."""
    monkeypatch.setattr(cell, "wall", lambda: "seccomp")
    samples = canary.samples()
    samples.pop("metadata service")  # a real address on some machines
    assert len(canary.samples()) >= 50
    drawn = draw_in_cell(samples, doors=False)
    assert len(set(canary.asked)) >= 20, sorted(set(canary.asked))
    assert WORD in drawn["attachment of a file"]


def test_a_report_with_all_of_them_asks_nothing_and_reads_nothing(canary: Canary) -> None:
    samples = canary.samples()
    with rendered(snapshot_of(samples), language="en") as file:
        content = file.path.read_bytes()
    reader = PdfReader(io.BytesIO(content))
    assert canary.asked == []
    words = words_of(content)
    assert WORD not in words
    assert "<imgsrc='http://127.0.0.1" in "".join(words.split())
    assert dict(reader.attachments) == {}
    links = [
        str(annotation.get_object().get("/A", {}).get("/URI", ""))
        for page in reader.pages
        for annotation in page.get("/Annots", [])
    ]
    assert not [link for link in links if str(canary.port) in link]
    assert not [page for page in reader.pages if page.images]
    print(f"\n{len(samples)} forged requests in one report: {len(canary.asked)} reached the listener")


def test_the_fetcher_alone_denies_every_one(canary: Canary) -> None:
    """Raw HTML, in this process, with its network and its files."""
    asking = 0
    for label, text in canary.samples().items():
        fetcher = DenyingFetcher()
        content = HTML(string=page_of(text), url_fetcher=fetcher).write_pdf()
        asking += bool(fetcher.denied)
        assert WORD not in words_of(content), label
    assert canary.asked == []
    assert asking >= 40


@pytest.mark.parametrize(("wall", "doors"), [("bubblewrap", True), ("bubblewrap", False), ("seccomp", True)])
def test_the_walls_alone_keep_every_one_in(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, wall: str, *, doors: bool
) -> None:
    """Raw HTML and a fetcher that asks everybody, behind each wall by itself."""
    if wall == "bubblewrap" and real_wall() != "bubblewrap":
        pytest.skip("bubblewrap does not work here: the log says why")
    monkeypatch.setattr(cell, "wall", lambda: wall)
    drawn = draw_in_cell(canary.samples(), doors=doors)
    assert canary.asked == []
    assert not [label for label, words in drawn.items() if WORD in words]
    assert sum("Error" not in words for words in drawn.values()) >= 60
