"""A person's browser, as a program: cookies, CSRF token, JSON. It knows the public API and nothing else."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

PROBLEM = "application/problem+json"


class Refused(RuntimeError):
    """An answer the story did not expect."""


@dataclass
class Journal:
    """What was asked and answered, so that a stranger can try the same addresses afterwards."""

    requests: int = 0
    read: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, response: httpx.Response) -> None:
        with self._lock:
            self.requests += 1
            if response.request.method == "GET" and response.status_code == 200:
                path = response.request.url.raw_path.decode()
                self.read[path] = self.read.get(path, 0) + 1


class Browser:
    """One person at one browser. Every call raises Refused unless the status is what the story expects."""

    def __init__(self, base_url: str, *, journal: Journal, name: str = "", email: str = "") -> None:
        self.name, self.email, self._journal = name, email, journal
        self.signed_in = False
        self._http = httpx.Client(base_url=base_url, timeout=60, follow_redirects=False)

    def close(self) -> None:
        self._http.close()

    def send(self, method: str, path: str, *, expect: int | None = 200, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if token := self._http.cookies.get("csrftoken"):
            headers["X-CSRFToken"] = token
            headers["Referer"] = str(self._http.base_url)
        response = self._http.request(method, path, headers=headers, **options)
        while response.status_code == 429:  # a well-behaved client waits as long as it is told to
            time.sleep(float(response.headers["Retry-After"]))
            response = self._http.request(method, path, headers=headers, **options)
        self._journal.note(response)
        if expect is not None and response.status_code != expect:
            raise Refused(f"{method} {path} answered {response.status_code}, not {expect}: {response.text[:800]}")
        return response

    def get(self, path: str, *, expect: int = 200) -> Any:
        return self.send("GET", path, expect=expect).json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        response = self.send("POST", path, json=body or {}, expect=None, headers=_spelt(headers))
        if not response.is_success:
            raise Refused(f"POST {path} answered {response.status_code}: {response.text[:800]}")
        return response.json() if response.content else None

    def patch(self, path: str, body: Any, *, expect: int = 200, **headers: str) -> Any:
        return self.send("PATCH", path, json=body, expect=expect, headers=_spelt(headers)).json()

    def everything(self, path: str) -> list[Any]:
        """All rows of a list, page by page."""
        rows: list[Any] = []
        address: str | None = path
        while address:
            page = self.get(address)
            rows += page["results"]
            address = page["next"] and httpx.URL(page["next"]).raw_path.decode()
        return rows

    def sign_up(self, password: str, *, time_zone: str) -> None:
        """First half of registering; the key for the second half is in the mail."""
        self.send("GET", f"{AUTH}/config")
        body = {"email": self.email, "password": password, "name": self.name, "time_zone": time_zone}
        self.send("POST", f"{AUTH}/auth/signup", json=body, expect=401)

    def verify_email(self, key: str) -> bool:
        """Second half of registering; tells whether the browser is signed in by it."""
        answer = self.send("POST", f"{AUTH}/auth/email/verify", json={"key": key}, expect=None)
        if answer.status_code not in {200, 401}:
            raise Refused(f"The address was not verified: {answer.text[:300]}")
        return answer.status_code == 200

    def sign_in(self, password: str) -> None:
        self.send("GET", f"{AUTH}/config")
        self.send("POST", f"{AUTH}/auth/login", json={"email": self.email, "password": password})


AUTH = "/api/v1/auth/browser/v1"


def _spelt(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
