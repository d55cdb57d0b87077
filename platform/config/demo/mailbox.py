"""The folder where mail is found when no SMTP server is named: read it as a person reads an inbox."""

from __future__ import annotations

import email
import re
import time
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Letter:
    path: Path
    recipient: str
    subject: str
    text: str

    def link(self, pattern: str) -> re.Match[str]:
        """The first place `pattern` is found in the text. LookupError when it is nowhere."""
        found = re.search(pattern, self.text)
        if found is None:
            raise LookupError(f"{self.path.name} to {self.recipient} holds nothing like {pattern}")
        return found


class Mailbox:
    """All letters, and waiting for one that is still to come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def letters(self) -> list[Letter]:
        return [_read(path) for path in sorted(self.folder.glob("*.eml"))]

    def wait_for(
        self, recipient: str, *, subject: str, seconds: float = 60, unlike: frozenset[Path] = frozenset()
    ) -> Letter:
        """The newest letter to `recipient` whose subject contains `subject`, none of `unlike`. TimeoutError when
        none comes.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for letter in reversed(self.letters()):
                if letter.path in unlike:
                    continue
                if letter.recipient.lower() == recipient.lower() and subject.lower() in letter.subject.lower():
                    return letter
            time.sleep(0.1)
        raise TimeoutError(f"No mail to {recipient} with '{subject}' in its subject came within {seconds:.0f} s.")


def _read(path: Path) -> Letter:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("plain", "html"))
    return Letter(
        path=path,
        recipient=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=body.get_content() if body else "",
    )
