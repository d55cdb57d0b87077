"""PostgreSQL, Valkey or the web server go away: requests are refused in so many words, nothing is half done, and
service comes back by itself.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from tests.journeys.running import PROBLEM, Running, eventually, gone, running

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

AT_ONCE = 16
"""Requests at the same time: more than the web server has threads, so that each of them answers some."""
A_FEW_SECONDS = 15.0
"""Twice two seconds' patience with Valkey, on a machine that may be busy with other tests."""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("outages") / "data", JOB_LEASE_SECONDS="3") as house:
        yield house


@pytest.fixture
def house(started: Running) -> Running:
    started.wait_until_whole()
    return started


def read(house: Running) -> httpx.Response:
    """An ordinary request of a signed-in person, whatever comes of it."""
    return house.owner.send("GET", f"{house.path}/assessments/{house.assessment}/", expect=None)


def assert_unavailable(response: httpx.Response) -> None:
    """A 503 that a program can read, and that says when to come back."""
    assert response.status_code == 503, response.text
    assert response.headers["Content-Type"] == PROBLEM
    assert response.headers["Retry-After"] == "2"
    assert response.json() == {
        "type": "urn:plumbline:problem:unavailable",
        "title": "A part Plumbline needs does not answer. Nothing was changed; try again.",
        "status": 503,
    }


def watch_it_come_back(ask: Callable[[], httpx.Response]) -> None:
    """Ask until the answer is 200; until then it is a proper 503."""

    def look() -> bool:
        answer = ask()
        if answer.status_code == 200:
            return True
        assert_unavailable(answer)
        return False

    eventually(look, what="an answer", pause=0.1)


def statuses_at_once(house: Running) -> set[int]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {future.result().status_code for future in [pool.submit(read, house) for _ in range(AT_ONCE)]}


def kill(house: Running, name: str) -> psutil.Process:
    """Kill a server and see a request refused for it; on a busy machine the server may be back before the request."""
    for _ in range(3):
        process = house.process(name)
        process.kill()
        answer = read(house)
        if answer.status_code != 200:
            assert_unavailable(answer)
            return process
    pytest.fail(f"{name} was killed three times and no request noticed")


def test_while_valkey_hangs_requests_are_refused_within_seconds_and_change_nothing(house: Running) -> None:
    place = f"{house.path}/assessments/{house.assessment}/answers/4.2/"
    before, web, valkey = house.owner.send("GET", place), house.process("web"), house.process("valkey")
    valkey.suspend()
    try:
        began = time.monotonic()
        headers = {"If-Match": before.headers["ETag"]}
        refused = house.owner.send("PATCH", place, json={"note": "lost?"}, headers=headers, expect=None)
        assert time.monotonic() - began < A_FEW_SECONDS
        assert_unavailable(refused)
        assert house.status("/livez") == 200
        assert house.status("/readyz") == 503
    finally:
        valkey.resume()
    watch_it_come_back(lambda: read(house))
    assert house.owner.send("GET", place).json() == before.json()
    assert statuses_at_once(house) == {200}
    assert house.process("web").pid == web.pid


def test_a_killed_valkey_comes_back_and_people_stay_signed_in(house: Running) -> None:
    web = house.process("web")
    valkey = kill(house, "valkey")
    watch_it_come_back(lambda: read(house))
    assert statuses_at_once(house) == {200}
    assert house.process("valkey").pid != valkey.pid
    assert house.process("web").pid == web.pid


def test_a_killed_postgresql_comes_back_with_every_answer_and_the_report_in_the_making(house: Running) -> None:
    web, worker = house.process("web"), house.process("worker")
    assert statuses_at_once(house) == {200}
    files = house.files()
    report_id = house.ask_for_report()
    place = f"{house.path}/assessments/{house.assessment}/answers/4.1.1/"
    answered = house.owner.get(place)
    house.renderer()
    kill(house, "postgres")
    assert house.status("/livez") == 200
    watch_it_come_back(lambda: read(house))
    assert statuses_at_once(house) == {200}, "no thread is left with a connection to the former server"
    assert house.owner.get(place) == answered
    report = house.finished(report_id)
    assert house.times_made(report_id) == 1
    assert house.files() - files == {report["sha256"]}
    assert (house.process("web").pid, house.process("worker").pid) == (web.pid, worker.pid)


def test_a_killed_web_server_comes_back_at_its_address(house: Running) -> None:
    web = house.process("web")
    os.killpg(web.pid, signal.SIGKILL)
    eventually(lambda: gone(web), what="the end of the web server")

    def answers() -> bool:
        try:
            return read(house).status_code == 200
        except httpx.TransportError:
            return False

    eventually(answers, what="an answer", pause=0.1)
    assert house.process("web").pid != web.pid
