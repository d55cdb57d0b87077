"""What a password must be beside not guessable: 12 to 128 characters."""

from __future__ import annotations

from django.core.exceptions import ValidationError

LONGEST = 128


class MaximumLengthValidator:
    """A sentence fits; a megabyte to hash does not."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password may have {LONGEST} characters at most."
