"""A real Chromium on the running pages, in a thread of its own: Playwright's loop must not meet Django's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, sync_playwright

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
T = TypeVar("T")


def in_chromium(work: Callable[[Browser], T]) -> T:
    """What `work` returns, given a browser that is closed afterwards."""
    if PROGRAM is None:
        pytest.fail("Chromium is missing; ./plumbline test installs it as root, else: apt-get install chromium")

    def run() -> T:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=PROGRAM, args=SWITCHES)
            try:
                return work(browser)
            finally:
                browser.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def violations(page: Any) -> list[str]:
    """What axe finds on a page, a line each: rule, what it asks, and the first elements that break it."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']} ({rule['help']}): {[node['html'][:120] for node in rule['nodes'][:3]]}"
        for rule in found["violations"]
    ]
