"""Answers that are files."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from api.encoding import JSONRenderer


class AnswersWithFile:
    """Of a view: it answers with a file whatever the caller's Accept says; problems stay problem documents."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:  # noqa: FBT001, FBT002
        return JSONRenderer(), JSONRenderer.media_type
