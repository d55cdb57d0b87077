"""What may stand as a name: it is shown to strangers and written into mails."""

from __future__ import annotations

from django.core.validators import RegexValidator

ONE_LINE = RegexValidator(r"^[^\x00-\x1f\x7f<>]*$", "One line, without < and >.")
"""A line break would reach the header of a mail."""
NO_ADDRESS = RegexValidator(r"(?i)://|\bwww\.", "A name, not an address.", inverse_match=True)
"""An address in a name would make an invitation a stranger's bait."""
