"""`./plumbline demo --once`, as anybody would run it: what it prints is true, and it leaves nothing running."""

from __future__ import annotations

import contextlib
import email
import hashlib
import json
import os
import subprocess
from email import policy
from pathlib import Path
from typing import Any

import psutil
import pypdf
import pytest

from config.environment import ROOT
from tests.journeys.running import own_settings

pytestmark = [pytest.mark.journey, pytest.mark.slow]

MEASURES = ("asserted", "evidenced", "validated", "target")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture(scope="module")
def facts(data_dir: Path) -> dict[str, Any]:
    """The JSON object in the demo's last line. What must hold before there is one is asserted here."""
    with subprocess.Popen(
        [str(ROOT / "plumbline"), "demo", "--once"],
        env=own_settings() | {"DATA_DIR": str(data_dir), "PORT": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as demo:
        try:
            out, said = demo.communicate(timeout=300)
        except BaseException:
            demo.terminate()
            raise
    assert demo.returncode == 0, said[-4000:] + out[-4000:]
    assert _left(data_dir, session=demo.pid) == []
    last = out.rstrip("\n").rpartition("\n")[2]
    found = json.loads(last)
    assert isinstance(found, dict)
    return found


def _left(data_dir: Path, *, session: int) -> list[str]:
    """Command lines of processes that know the data folder, or are of the demo's session. Zombies have ended."""
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.environ().get("DATA_DIR") == str(data_dir) or os.getsid(process.pid) == session:
                left.append(" ".join(process.cmdline()))
    return left


def test_two_organisations_and_three_assessments_have_scores_and_coverage(facts: dict[str, Any]) -> None:
    assert [row["slug"] for row in facts["organisations"]] == ["meridian-devices", "nordlicht-foods"]
    assert [row["members"] for row in facts["organisations"]] == [5, 2]
    rows = {(row["organisation"], row["standard"]): row for row in facts["assessments"]}
    assert len(rows) == len(facts["assessments"]) == 3
    for number in ("ISO 13485:2016", "ISO 56002:2019"):
        row = rows["meridian-devices", number]
        assert (row["state"], row["coverage"], row["answered"]) == ("approved", 1.0, row["applicable"])
        assert row["applicable"] < row["total"], "some requirements do not apply, and say why"
        assert all(0 <= row["scores"][measure] <= 5 for measure in MEASURES)
        assert row["scores"]["evidenced"] < row["scores"]["asserted"]
    smaller = rows["nordlicht-foods", "ISO 56002:2019"]
    assert smaller["state"] == "in_progress"
    assert 0 < smaller["coverage"] < 1
    assert smaller["coverage"] == pytest.approx(smaller["answered"] / smaller["applicable"])


def test_a_second_site_is_offered_the_answers_of_the_first_and_counts_what_was_confirmed(facts: dict[str, Any]) -> None:
    found = facts["inherited"]
    first = next(row for row in facts["assessments"] if row["standard"] == "ISO 13485:2016")
    assert 0 < found["offered"]["full"] <= first["answered"]
    assert (found["answered_before"], found["answered"]) == (0, found["confirmed"])
    assert found["confirmed"] == 5
    assert found["evidence"] > 0


def test_every_report_is_the_file_it_says_and_a_pdf_that_can_be_read_aloud(
    facts: dict[str, Any], data_dir: Path
) -> None:
    assert len(facts["reports"]) == 3, "one for each assessment of the first organisation, and one that came by mail"
    for row in facts["reports"]:
        path = Path(row["path"])
        assert path.is_relative_to(data_dir)
        data = path.read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (row["sha256"], row["bytes"])
        with path.open("rb") as file:
            document = pypdf.PdfReader(file)
            assert len(document.pages) == row["pages"] > 10
            catalogue = document.root_object
            assert catalogue["/MarkInfo"]["/Marked"].value is True
            assert "/StructTreeRoot" in catalogue
            assert catalogue["/Lang"] == "en"
            assert document.metadata is not None
            assert "Meridian Devices" in (document.metadata.title or "")
            assert len(document.outline) > 4
            assert "Meridian Devices" in document.pages[0].extract_text()


def test_every_mail_is_there_and_the_weekly_one_has_the_figures_and_the_link(facts: dict[str, Any]) -> None:
    assert len(facts["mails"]) >= 15
    for row in facts["mails"]:
        message = email.message_from_bytes(Path(row["path"]).read_bytes(), policy=policy.default)
        assert (message["To"], message["Subject"]) == (row["to"], row["subject"])
    weekly = [row for row in facts["mails"] if row["path"] == facts["weekly_mail"]["path"]]
    assert [row["to"] for row in weekly] == ["laura.chen@meridian.example"]
    text = facts["weekly_mail"]["text"]
    for words in ("ISO 13485:2016", "Coverage: 100%", "/report-links/", "The link opens until"):
        assert words in text


def test_the_people_next_door_got_through_to_nothing(facts: dict[str, Any]) -> None:
    assert facts["isolation"]["tried"] > 100
    assert (facts["isolation"]["leaked"], facts["isolation"]["leaks"]) == (0, [])


def test_the_two_standards_were_compared_and_the_time_was_taken(facts: dict[str, Any]) -> None:
    assert facts["comparison"]["differences"] > 10
    assert set(facts["comparison"]["verdict"]) >= {"a", "b", "most_telling"}
    assert facts["seconds"] > 0
    assert facts["requests"] > 100
