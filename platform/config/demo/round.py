"""One round of an assessment, as its people go through it: answer, show evidence, submit, review, answer again,
approve.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from config.demo.client import Browser
from config.demo.documents import make_document

DATA = Path(__file__).parent / "data"
BULK = 50
PLANNED = 6
EFFORTS = ("small", "medium", "large")


def story(name: str) -> dict[str, Any]:
    """A data file of the demo: what an organisation answers to one standard, and the evidence it shows."""
    return dict(yaml.load((DATA / f"{name}.yaml").read_bytes(), Loader=yaml.CSafeLoader))


@dataclass
class Round:
    """An assessment under way, at `path`."""

    organisation: str
    assessment: dict[str, Any]
    answers: Mapping[str, Mapping[str, Any]]
    say: Callable[[str], None]

    @property
    def path(self) -> str:
        return f"/api/v1/organisations/{self.organisation}/assessments/{self.assessment['id']}"

    def assign(self, lead: Browser, shares: Mapping[str, Sequence[str]]) -> None:
        """`shares`: person id → clauses."""
        for person, clauses in shares.items():
            lead.post(f"{self.path}/assignments/", {"refs": list(clauses), "assignee": person})

    def answer(self, writers: Sequence[tuple[Browser, Callable[[str], bool]]]) -> None:
        """Everybody answers their share at the same time, fifty at once, and the last of each one by one."""
        with ThreadPoolExecutor(len(writers)) as pool:
            done = [pool.submit(self._answer_share, browser, mine) for browser, mine in writers]
            for future in done:
                future.result()

    def _answer_share(self, browser: Browser, mine: Callable[[str], bool]) -> None:
        versions = self._versions(browser)
        items = [
            {"ref": ref, "version": versions[ref], **_fields(fields)}
            for ref, fields in self.answers.items()
            if mine(ref)
        ]
        bulk, single = items[:-3], items[-3:]
        for start in range(0, len(bulk), BULK):
            browser.patch(f"{self.path}/answers/", {"answers": bulk[start : start + BULK]})
        for item in single:
            ref, version = item.pop("ref"), item.pop("version")
            browser.patch(f"{self.path}/answers/{ref}/", item, If_Match=f'"{version}"')

    def _versions(self, browser: Browser) -> dict[str, int]:
        rows = browser.get(f"{self.path}/requirements/")["requirements"]
        return {row["ref"]: (row.get("answer") or {}).get("version", 0) for row in rows}

    def show_evidence(self, browser: Browser, evidence: Sequence[Mapping[str, Any]]) -> int:
        """Make, upload and link the evidence files; returns the number of links."""
        links: list[dict[str, Any]] = []
        ids: list[str] = []
        for item in evidence:
            document = make_document(
                file_name=item["file"], title=item["title"], paragraphs=item["paragraphs"], rows=item.get("rows", ())
            )
            fields = {"title": item["title"]}
            if "valid_days" in item:
                fields["valid_until"] = (datetime.now(UTC).date() + timedelta(days=item["valid_days"])).isoformat()
            response = browser.send(
                "POST",
                f"/api/v1/organisations/{self.organisation}/evidence/",
                data=fields,
                files={"file": (document.file_name, document.data, document.media_type)},
                expect=201,
            )
            ids.append(response.json()["id"])
            links += [{"ref": ref, "evidence": response.json()["id"]} for ref in item["refs"]]
        for start in range(0, len(links), BULK):
            browser.post(f"{self.path}/evidence-links/", {"links": links[start : start + BULK]})
        for evidence_id in ids:
            self._wait_until_checked(browser, evidence_id)
        return len(links)

    def _wait_until_checked(self, browser: Browser, evidence_id: str, *, seconds: float = 60) -> None:
        """A file counts once the worker has looked at it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            file = browser.get(f"/api/v1/organisations/{self.organisation}/evidence/{evidence_id}/")["file"]
            if file["state"] == "ready":
                return
            if file["state"] == "rejected":
                raise RuntimeError(f"{file['file_name']} was rejected: {file['reason']}")
            threading.Event().wait(0.1)
        raise TimeoutError(f"{file['file_name']} was not checked within {seconds:.0f} s")

    def review(self, reviewer: Browser, verdicts: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Validate everything submitted but what `verdicts` treats otherwise; returns the refs sent back."""
        rows = reviewer.get(f"{self.path}/requirements/")["requirements"]
        reviews = []
        for row in rows:
            answer = row.get("answer")
            if not answer or answer["state"] != "submitted":
                continue
            verdict = dict(verdicts.get(row["ref"], {"verdict": "validated"}))
            reviews.append({"ref": row["ref"], "version": answer["version"], **verdict})
        for start in range(0, len(reviews), BULK):
            reviewer.post(f"{self.path}/reviews/", {"reviews": reviews[start : start + BULK]})
        return [review["ref"] for review in reviews if review["verdict"] == "changes_requested"]

    def answer_again(self, browser: Browser, second: Mapping[str, Mapping[str, Any]]) -> None:
        """Take up the requested changes and hand them in again."""
        for ref, fields in second.items():
            current = browser.send("GET", f"{self.path}/answers/{ref}/")
            answered = browser.patch(f"{self.path}/answers/{ref}/", _fields(fields), If_Match=current.headers["ETag"])
            browser.post(f"{self.path}/answers/{ref}/submit/", If_Match=f'"{answered["version"]}"')

    def plan(self, browser: Browser, *, owners: Sequence[str]) -> int:
        """Plan an improvement for each of the largest gaps, and give each an owner in turn, a date and a size."""
        planned = browser.post(f"{self.path}/actions/from-gaps/", {"limit": PLANNED})["actions"]
        for index, action in enumerate(planned):
            due = datetime.now(UTC).date() + timedelta(days=45 + 30 * (index // 2))
            fields = {"owner": owners[index % len(owners)], "due": due.isoformat(), "effort": EFFORTS[index % 3]}
            browser.patch(f"{self.path}/actions/{action['id']}/", fields, If_Match=f'"{action["version"]}"')
        return len(planned)

    def move(self, browser: Browser, step: str) -> Any:
        return browser.post(f"{self.path}/{step}/")

    def summary(self, browser: Browser) -> dict[str, Any]:
        """The assessment's row with its scores."""
        self.assessment = browser.get(f"{self.path}/")
        return self.assessment


def _fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    known = ("level", "target", "applicable", "reason", "note")
    return {name: fields[name] for name in known if name in fields}


def make_report(browser: Browser, *, organisation: str, assessment: str, folder: Path) -> dict[str, Any]:
    """Ask for the report, wait for the worker, fetch it through an expiring link and keep the file."""
    base = f"/api/v1/organisations/{organisation}/reports/"
    report = browser.post(base, {"assessment": assessment, "kind": "full"})
    report = wait_until_ready(browser, f"{base}{report['id']}/")
    link = browser.post(f"{base}{report['id']}/links/", {"days": 7})
    return keep_report(browser, report=report, url=link["url"], folder=folder)


def wait_until_ready(browser: Browser, path: str, *, seconds: float = 120) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        report = dict(browser.get(path))
        if report["state"] == "ready":
            return report
        if report["state"] == "failed":
            raise RuntimeError(f"The report failed: {report['error']}")
        threading.Event().wait(0.2)
    raise TimeoutError(f"{path} was not ready within {seconds:.0f} s")


def keep_report(browser: Browser, *, report: Mapping[str, Any], url: str, folder: Path) -> dict[str, Any]:
    """Download `url`, hold its hash against the row, write it to `folder`."""
    import hashlib

    data = browser.send("GET", url).content
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != report["sha256"]:
        raise RuntimeError("The downloaded report is not the one that was made.")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / report["file_name"]
    path.write_bytes(data)
    return {"id": report["id"], "path": str(path), "pages": report["pages"], "sha256": sha256, "bytes": len(data)}
