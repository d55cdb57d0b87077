"""Behind a proxy that ends HTTPS: people are sent to HTTPS, and whoever asks for health on this machine is not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client


@pytest.fixture
def browser(settings: SimpleNamespace, db: None) -> Client:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return Client()


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_answers_over_http(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 200


def test_everything_else_is_sent_to_https(browser: Client) -> None:
    sent = browser.get("/api/v1/standards/")
    assert sent.status_code == 301
    assert sent["Location"].startswith("https://")


def test_what_the_proxy_says_came_by_https_is_answered(browser: Client) -> None:
    assert browser.get("/api/v1/standards/", headers={"X-Forwarded-Proto": "https"}).status_code == 200
