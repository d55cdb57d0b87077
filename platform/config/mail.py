"""An e-mail backend that writes each message to its own .eml file, for machines without an SMTP server.

A reader of the folder never sees half a message: the file is written beside its place and renamed into it. Names sort
in the order of sending and are unique across processes.
"""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail import EmailMessage

_counter = itertools.count()


class EmlBackend(BaseEmailBackend):
    """`EMAIL_BACKEND = "config.mail.EmlBackend"`; the folder is EMAIL_FILE_DIR unless `file_path` names another."""

    def __init__(self, *, fail_silently: bool = False, file_path: str | None = None, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(file_path) if file_path else Path(settings.EMAIL_FILE_DIR)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write every message that has a recipient; returns how many. Raises OSError unless told to fail silently."""
        sent = 0
        for message in email_messages:
            if not message.recipients():
                continue
            try:
                self._write(message.message().as_bytes(linesep="\r\n"))
            except OSError:
                if not self.fail_silently:
                    raise
            else:
                sent += 1
        return sent

    def _write(self, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns():019d}-{os.getpid()}-{next(_counter)}.eml"
        draft = self.folder / f".{name}.draft"
        draft.write_bytes(content)
        draft.rename(self.folder / name)
