"""Whether an address is known: neither the answer nor the time it takes tells.

`./plumbline test tests/identity/test_timing.py -s` prints the figures: medians of calls made in turn, with rows
committed and mails handed in as in earnest.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from tests.identity.browser import EMAIL, Browser, sign_up

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CALLS = 100
MOST_MS = 10.0
_numbers = count()


@pytest.fixture
def _dear_passwords(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing takes several times what is allowed as a difference: one hash too many, or too few, would show."""
    for name, cost in (("time_cost", 2), ("memory_cost", 24 * 1024), ("parallelism", 1)):
        monkeypatch.setattr(Argon2PasswordHasher, name, cost)


def _unknown() -> str:
    return f"nobody{next(_numbers):04}@new.example"


def _sign_in(browser: Browser, email: str) -> Any:
    return browser.auth("POST", "auth/login", {"email": email, "password": "not the password"})


def _reset(browser: Browser, email: str) -> Any:
    return browser.auth("POST", "auth/password/request", {"email": email})


def _sign_up(browser: Browser, email: str) -> Any:
    return browser.auth("POST", "auth/signup", {"email": email, "password": "correct horse battery"})


def _timed(ask: Callable[[Browser, str], Any], email: str) -> tuple[float, Any]:
    browser = Browser()
    began = time.perf_counter()
    answer = ask(browser, email)
    return (time.perf_counter() - began) * 1000, answer


@pytest.mark.usefixtures("_dear_passwords")
@pytest.mark.parametrize("ask", [_sign_in, _reset, _sign_up], ids=["sign in", "reset", "sign up"])
def test_known_and_unknown_addresses_are_answered_alike(
    ask: Callable[[Browser, str], Any], capsys: pytest.CaptureFixture[str]
):
    sign_up()
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    answers: dict[str, set[Any]] = {"known": set(), "unknown": set()}
    for _ in range(5):
        _timed(ask, EMAIL), _timed(ask, _unknown())
    for _ in range(CALLS):
        for kind, email in (("known", EMAIL), ("unknown", _unknown())):
            took, answer = _timed(ask, email)
            times[kind].append(took)
            answers[kind].add((answer.status_code, answer.content, tuple(sorted(answer.headers.keys()))))
    known, unknown = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    with capsys.disabled():
        print(f"\n{ask.__name__[1:]:8} {CALLS} calls each: known {known:.1f} ms, unknown {unknown:.1f} ms (medians)")
    assert answers["known"] == answers["unknown"]
    assert len(answers["known"]) == 1
    assert abs(known - unknown) < MOST_MS
