"""One request by one actor, undone afterwards, and its answer in a form that can be compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

_TOLD: Final = ("Content-Type", "Content-Disposition", "Cache-Control", "ETag", "Allow", "Location", "WWW-Authenticate")
_CSRF: Final = re.compile(rb'(name="csrfmiddlewaretoken" value=")\w+')
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes that somebody sends under a name, whatever they are."""

    data: bytes
    content_type: str

    def encoded(self) -> dict[str, Any]:
        return {"data": self.data, "content_type": self.content_type}


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries: JSON, a form with files in it, or bytes of another kind."""

    json: Any = None
    form: Mapping[str, Any] | None = None
    raw: Raw | None = None

    def encoded(self) -> dict[str, Any]:
        if self.raw is not None:
            return self.raw.encoded()
        if self.form is None:
            return {"data": orjson.dumps(self.json), "content_type": "application/json"}
        fields = {
            name: SimpleUploadedFile(value[0], value[1]) if isinstance(value, tuple) else value
            for name, value in self.form.items()
        }
        return {"data": encode_multipart(BOUNDARY, fields), "content_type": MULTIPART_CONTENT}


NOTHING: Final = Body(json={})


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, the headers that tell something, and the bytes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes

    @property
    def is_refused(self) -> bool:
        return self.status in {401, 403, 404}

    def without(self, *sent: str) -> Answer:
        """The answer with what was sent, and is said back, blotted out."""
        content = self.content
        for value in sent:
            content = content.replace(value.encode(), b"<sent>")
        headers = tuple((name, _blot(value, sent)) for name, value in self.headers)
        return Answer(self.status, headers, content)

    def told(self, word: str) -> bool:
        text = b" ".join([self.content, *(value.encode() for _, value in self.headers)])
        return word.encode() in text.lower()

    def __str__(self) -> str:
        return f"{self.status} {dict(self.headers)} {self.content[:300].decode(errors='replace')}"


def call(
    client: Client,
    method: str,
    path: str,
    *,
    body: Body | Raw = NOTHING,
    headers: Mapping[str, str] | None = None,
    looking: Callable[[], None] | None = None,
) -> Answer:
    """Send one request inside a transaction that is undone; `looking` may look at the rows before that.

    Constraints that the commit would have checked are checked: what they refuse is answered with 500.
    """
    options: dict[str, Any] = {} if method in _SAFE else body.encoded()
    with transaction.atomic():
        response = client.generic(method, path, headers={"If-Match": '"1"', **(headers or {})}, **options)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        told = tuple((name, response[name]) for name in _TOLD if name in response)
        answer = Answer(response.status_code, told, _CSRF.sub(rb"\1", content))
        refusal = "" if method in _SAFE or answer.status >= 400 else _refusal_of_the_commit()
        if refusal:
            answer = Answer(500, (), f"refused at the commit: {refusal}".encode())
        elif looking is not None:
            looking()
        transaction.set_rollback(True)
    return answer


def _refusal_of_the_commit() -> str:
    """What the database would say of keys that it only looks at when a transaction ends."""
    try:
        with transaction.atomic():
            connection.check_constraints()
    except IntegrityError as error:
        return str(error)
    return ""


def _blot(text: str, sent: tuple[str, ...]) -> str:
    for value in sent:
        text = text.replace(value, "<sent>")
    return text
