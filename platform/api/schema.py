"""How the OpenAPI document is made: tags from the address, and the problem documents every operation may answer
with.
"""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "urn:plumbline:problem:<slug>"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True},
        "current_version": {"type": "integer"},
    },
    "additionalProperties": True,
}

_IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": 255},
    "description": "Sent again with the same key and body, the request has one effect and the same answer.",
}


class PlumblineSchema(AutoSchema):
    """drf-spectacular's schema, with tags by the noun in the address."""

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")][2:]
        return [parts[1] if parts[:1] == ["organisations"] and len(parts) > 1 else parts[0] if parts else "plumbline"]


_TIME_OF_DAY: Final = {"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$", "examples": ["08:30:00"]}
_NOTHING: Final = {"type": "null"}


def put_right(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say as it is what drf-spectacular says otherwise.

    A time of day has no offset, so it is not the format `time` of RFC 3339; and what may be anything may be null as
    well, so "either anything or null" would refuse null for being both.
    """
    put: dict[str, Any] = _put_right(result)
    return put


def _put_right(part: Any) -> Any:
    if isinstance(part, list):
        return [_put_right(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part.get("format") == "time" and part.get("type") == "string":
        return {**{name: value for name, value in part.items() if name != "format"}, **_TIME_OF_DAY}
    if part.get("oneOf") == [{}, _NOTHING]:
        return {name: value for name, value in part.items() if name != "oneOf"}
    return {name: _put_right(value) for name, value in part.items()}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give every operation its default problem answer, and creating POSTs their Idempotency-Key."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "A problem.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            operation["responses"].setdefault("default", answer)
            if method == "post" and "/organisations/" in path:
                operation.setdefault("parameters", []).append(_IDEMPOTENCY)
    return result
