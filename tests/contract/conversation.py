"""Conversations with the API, made up from its own OpenAPI document: whoever asks goes on with what was answered.

schemathesis makes the cases, good ones and bad ones; a conversation gives them the ids, refs and versions that earlier
answers told, so that they reach rows that exist, and sends them as somebody in one of the parts a person can have.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.isolation.routes import routes
from tests.isolation.world import World

PARTS: Final = ("owner", "admin", "assessor", "reviewer", "viewer", "granted", "key", "both", "stranger", "anonymous")
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CSRF: Final = "c" * 32
UNSENDABLE: Final = re.compile(r"[\x00-\x1f\x7f]|[^\x00-\xff]")
"""What no HTTP library puts into a header."""


@dataclass
class Conversation:
    """One person, and what they were told so far: argument's name → values."""

    world: World
    part: str
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[str, str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    """One sentence per kind of fault → how to see it again."""

    def __post_init__(self) -> None:
        for name, value in self.world.a.arguments.items():
            self.told[name].append(value)

    def say(self, case: schemathesis.Case, draw: Any) -> None:
        """Send one case and check the answer against the document."""
        self._fill(case, draw)
        headers = {
            name: value
            for name, value in (case.headers or {}).items()
            if name.lower() not in {"authorization", "cookie"} and not UNSENDABLE.search(str(value))
        }
        if case.method not in {"GET", "HEAD"} and draw(st.booleans() | st.just(value=True)):
            headers["If-Match"] = self.versions.get(case.formatted_path, '"1"')
        case.headers = headers
        client: Client = self.world.clients[self.part]
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        sent = dict[str, str]()
        if self.part == "key":
            sent["Authorization"] = f"Bearer {self.world.a.key}"
        if cookies:
            cookies["csrftoken"] = sent["X-CSRFToken"] = CSRF
        with transaction.atomic():  # what a refusal leaves half done is undone, as it is where no test stands around it
            response = case.call(headers=sent, cookies=cookies)
        self.statuses[str(response.status_code)] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for fault in group.exceptions:
                what = " ".join(str(fault).split())[:300]
                self.faults[f"{case.method} {case.path} as {self.part}: {response.status_code} {what}"] = str(group)
        self._listen(case, response)

    def _fill(self, case: schemathesis.Case, draw: Any) -> None:
        """Mostly what exists, now and then what schemathesis thought of."""
        names = {route.template: route for route in routes().values()}
        route = names.get(case.path)
        arguments = dict(zip(dict(route.parameters), route.arguments, strict=True)) if route else {}
        for name in case.path_parameters or {}:
            known = self.told.get(arguments.get(name, name))
            if known and draw(st.integers(0, 9)) < 9:
                case.path_parameters[name] = draw(st.sampled_from(known))
            elif "/" in str(case.path_parameters[name]) or not str(case.path_parameters[name]).strip("."):
                case.path_parameters[name] = str(uuid.UUID(int=0))
        if isinstance(case.body, dict) and draw(st.integers(0, 9)) < 8:
            case.body = {name: self._known(name, value, draw) for name, value in case.body.items()}

    def _known(self, name: str, value: Any, draw: Any) -> Any:
        singular = name.removesuffix("s") if isinstance(value, list) else name
        known = self.told.get(f"{singular}_id") or self.told.get(singular)
        if not known or isinstance(value, dict):
            return value
        picked = draw(st.sampled_from(known))
        return [picked] if isinstance(value, list) else picked

    def _listen(self, case: schemathesis.Case, response: Any) -> None:
        """Remember ids by the name of what they belong to, and the version that an address is at."""
        etag = response.headers.get("etag")
        if etag:
            self.versions[case.formatted_path] = etag[0] if isinstance(etag, list) else etag
        try:
            said = json.loads(response.content)
        except ValueError:
            return
        kind = (case.path.rstrip("/").rpartition("/")[2]).strip("{}").removesuffix("s").replace("-", "_")
        rows = said.get("results", [said]) if isinstance(said, Mapping) else []
        for row in rows[:3]:
            if isinstance(row, Mapping) and isinstance(row.get("id"), str):
                name = kind if kind.endswith("_id") else f"{kind}_id"
                if row["id"] not in self.told[name]:
                    self.told[name].append(row["id"])
