"""Workers are killed, messages are lost, the broker goes away: every report asked for is made, and made once."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.running import Job, Running, eventually, gone, running

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

LEASE = "3"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("loss") / "data", JOB_LEASE_SECONDS=LEASE) as house:
        yield house


@pytest.fixture
def house(started: Running) -> Running:
    started.wait_until_whole()
    return started


def assert_made_once(house: Running, report_id: str, *, files_before: set[str], attempts: int) -> dict[str, Any]:
    """The report is ready, whoever made it; one file is stored for it and is what a reader gets."""
    report = house.finished(report_id)
    assert house.job_of(report_id) == Job(state="succeeded", attempts=attempts, fence=attempts)
    assert house.files() - files_before == {report["sha256"]}
    assert house.sha256_of_file(report_id) == report["sha256"]
    assert house.times_made(report_id) == 1
    same = house.owner.everything(f"{house.path}/reports/?assessment={house.assessment}")
    assert [row["state"] for row in same if row["id"] == report_id] == ["ready"]
    return report


def test_a_worker_killed_in_the_middle_of_a_report_leaves_exactly_one(house: Running) -> None:
    before, worker = house.files(), house.process("worker")
    report_id = house.ask_for_report()
    renderer = house.renderer()
    family = [worker, *worker.children(recursive=True)]
    os.killpg(worker.pid, signal.SIGKILL)
    eventually(lambda: all(gone(process) for process in family), what="the end of the worker and its renderer")
    assert gone(renderer)
    assert house.report(report_id)["state"] == "running"
    assert house.job_of(report_id) == Job(state="running", attempts=1, fence=1)
    assert house.process("worker").pid != worker.pid
    assert_made_once(house, report_id, files_before=before, attempts=2)


def test_a_killed_pool_process_costs_one_attempt_and_its_worker_lives_on(house: Running) -> None:
    before, worker = house.files(), house.process("worker")
    report_id = house.ask_for_report()
    renderer = house.renderer()
    renderer.parent().kill()
    eventually(lambda: gone(renderer), what="the end of the renderer")
    assert_made_once(house, report_id, files_before=before, attempts=2)
    assert house.process("worker").pid == worker.pid


def test_a_broker_that_forgets_everything_before_a_worker_picks_up_loses_no_report(house: Running) -> None:
    before, worker = house.files(), house.process("worker")
    os.killpg(worker.pid, signal.SIGKILL)
    eventually(lambda: gone(worker), what="the end of the worker")
    report_id = house.ask_for_report()
    with house.valkey() as valkey:
        assert valkey.llen("celery") > 0, "no message to lose"
        valkey.flushall()
    house.let_the_alarm_ring()
    assert_made_once(house, report_id, files_before=before, attempts=1)


def test_a_report_whose_message_the_broker_refused_is_made_when_it_takes_messages_again(house: Running) -> None:
    before = house.files()
    with _no_messages(house):
        report_id = house.ask_for_report()
        assert house.job_of(report_id) == Job(state="queued", attempts=0, fence=0)
    house.let_the_alarm_ring()
    assert_made_once(house, report_id, files_before=before, attempts=1)


def test_a_broker_killed_in_the_middle_of_a_report_is_found_again_by_its_worker(house: Running) -> None:
    before, valkey, worker = house.files(), house.process("valkey"), house.process("worker")
    reports = [house.ask_for_report()]
    house.renderer()
    valkey.kill()
    eventually(lambda: gone(valkey), what="the end of Valkey")
    house.wait_until_whole()
    reports.append(house.ask_for_report())
    made = {house.finished(report_id)["sha256"] for report_id in reports}
    assert len(made) == 2
    assert house.files() - before == made
    assert [house.job_of(report_id) for report_id in reports] == [Job("succeeded", attempts=1, fence=1)] * 2
    assert house.process("worker").pid == worker.pid


@contextlib.contextmanager
def _no_messages(house: Running) -> Iterator[None]:
    """A broker that serves sessions and throttles but takes no message."""
    with house.valkey() as valkey:
        valkey.acl_setuser("default", enabled=True, commands=["-lpush"])
        try:
            yield
        finally:
            valkey.acl_setuser("default", enabled=True, commands=["+lpush"])
