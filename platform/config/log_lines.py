"""The request id in every log line."""

from __future__ import annotations

import logging

from api import request_id


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.current.get() or "-"
        return True
