"""Without an SMTP server every e-mail becomes a file."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from config.mail import EmlBackend


def test_each_message_is_one_file_in_the_order_of_sending(tmp_path: Path) -> None:
    backend = EmlBackend(file_path=str(tmp_path / "mail"))
    subjects = [f"Prüfung {number}" for number in range(12)]
    sent = backend.send_messages(
        [EmailMessage(subject, "Body", "a@example.com", ["b@example.com"]) for subject in subjects]
    )
    files = sorted((tmp_path / "mail").iterdir())
    assert sent == len(files) == 12
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    assert [message["Subject"] for message in read] == subjects
    assert {file.suffix for file in files} == {".eml"}


def test_a_message_without_recipients_is_not_written(tmp_path: Path) -> None:
    assert EmlBackend(file_path=str(tmp_path)).send_messages([EmailMessage("Subject", "Body", "a@example.com")]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error_unless_silence_was_asked_for(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    message = EmailMessage("Subject", "Body", "a@example.com", ["b@example.com"])
    with pytest.raises(OSError, match="file"):
        EmlBackend(file_path=str(taken)).send_messages([message])
    assert EmlBackend(file_path=str(taken), fail_silently=True).send_messages([message]) == 0
