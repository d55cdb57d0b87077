"""The public pages in a real browser: for a screen reader, on a phone, at a desk, in the dark, without JavaScript."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from assessments.catalogue.web import pages
from tests.browser.chromium import in_chromium, violations

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")]

COMPARISON = "/compare/iso-13485-2016-vs-iso-56002-2019/"
ADDRESSES = [
    "/",
    "/standards/",
    "/standards/?q=27001+A.5.1",
    "/standards/?q=nothing+of+the+kind",
    "/standards/iso-13485-2016/",
    "/standards/iso-27001-2022/A.5.1/",
    COMPARISON,
    "/compare/eu-dora-vs-iso-27001-2022/",
    f"{COMPARISON}pdf/",
    "/guides/",
    "/guides/cis-controls-for-nis2-and-dora/",
    "/standards/none-such/",
]
WIDTHS = (360, 1440)
SCHEMES = ("light", "dark")


@pytest.fixture
def site(committed: None, live_server: LiveServer) -> str:
    pages.forget_web_pages()
    return str(live_server.url)


def test_axe_finds_nothing_and_nothing_sticks_out(site: str) -> None:
    """Every page in both widths and both colour schemes: no violation, no sideways scrolling, no error, no stranger."""

    def look(browser: Browser) -> dict[str, Any]:
        found: dict[str, Any] = {}
        faults: list[str] = []
        for width, scheme in product(WIDTHS, SCHEMES):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            context.on("request", lambda request: None if site in request.url else faults.append(request.url))
            context.on("weberror", lambda error: faults.append(str(error.error)))
            page = context.new_page()
            for address in ADDRESSES:
                page.goto(site + address)
                too_wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
                told = violations(page)
                found[f"{address} {width} {scheme}"] = {
                    "violations": told, "too wide by": max(0, too_wide), "faults": faults.copy(),
                }  # fmt: skip
                faults.clear()
            context.close()
        return found

    found = in_chromium(look)
    assert len(found) == len(ADDRESSES) * len(WIDTHS) * len(SCHEMES)
    clean = {"violations": [], "too wide by": 0, "faults": []}
    assert {place: told for place, told in found.items() if told != clean} == {}


def test_axe_would_find_something(site: str) -> None:
    """The check can fail: a picture without a text and a label without a field are told."""

    def spoil(browser: Browser) -> list[str]:
        page = browser.new_page()
        page.goto(f"{site}/")
        page.evaluate("() => { document.querySelector('main').innerHTML = '<img src=\"#\"><input>' }")
        return violations(page)

    told = " ".join(in_chromium(spoil))
    assert "image-alt" in told
    assert "label" in told


def test_a_visitor_without_javascript_gets_from_the_first_page_to_a_comparison(site: str) -> None:
    def walk(browser: Browser) -> list[str]:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"{site}/")
        page.get_by_role("searchbox").fill("13485")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="ISO 13485:2016", exact=False).first.click()
        way = [page.url.removeprefix(site)]
        page.locator("#compare ~ * a, section[aria-labelledby=compare] a").first.click()
        way.append(page.url.removeprefix(site))
        return [*way, page.get_by_role("heading", level=1).inner_text()]

    standard, comparison, heading = in_chromium(walk)
    assert standard == "/standards/iso-13485-2016/"
    assert comparison.startswith("/compare/")
    assert "vs" in heading


def test_a_visitor_with_a_keyboard_skips_to_the_content_and_opens_an_answer(site: str) -> None:
    def type_keys(browser: Browser) -> dict[str, Any]:
        page: Page = browser.new_page()
        page.goto(site + COMPARISON)
        page.keyboard.press("Tab")
        first = page.evaluate("() => document.activeElement.textContent")
        page.keyboard.press("Enter")
        landed = page.evaluate("() => document.activeElement.id")
        for _ in range(300):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement.tagName") == "SUMMARY":
                break
        visible = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        page.keyboard.press("Enter")
        opened = page.evaluate("() => document.activeElement.parentElement.open")
        return {"first": first, "landed": landed, "visible": visible, "opened": opened}

    told = in_chromium(type_keys)
    assert told == {"first": "Skip to the content", "landed": "main", "visible": "solid", "opened": True}


def test_a_requirement_is_two_steps_away_and_its_neighbour_a_third(site: str) -> None:
    def follow(browser: Browser) -> list[str]:
        page = browser.new_page()
        page.goto(f"{site}/standards/?q=27001+A.5.1")
        page.locator(".hits a").first.click()
        told = [page.url.removeprefix(site)]
        page.locator("a[rel=next]").click()
        page.wait_for_url("**/A.5.2/")
        told.append(page.locator("h1").inner_text())
        page.goto(f"{site}/standards/iso-27001-2022/#req-A.5.1")
        target = page.locator(":target")
        target.wait_for(state="visible", timeout=5000)
        return [*told, target.inner_text()]

    found, after, unfolded = in_chromium(follow)
    assert found == "/standards/iso-27001-2022/A.5.1/"
    assert after.startswith("A.5.2 ")
    assert unfolded.startswith("A.5.1 "), "a folded tree opens for what an address points at"
