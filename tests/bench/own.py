"""Servers that are the bench's own, and the end of a measurement that cannot be made.

Somebody else's database is neither emptied nor filled with 200 organisations: whatever the shell names is left aside.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from config import embedded
from config.environment import Environment, EnvironmentFaults, read_environment
from config.processes import StartFailed, in_folder, say
from tests.bench.load import LoadFailed

OTHERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL", "STORAGE_URL", "BASE_URL")
SETTINGS = {
    "THROTTLE_PERSON_PER_MINUTE": "1000000000",
    "THROTTLE_ADDRESS_PER_MINUTE": "1000000000",
    "LOG_LEVEL": "WARNING",
}
COULD_NOT = 2


def measured(name: str, measure: Callable[[Environment], int | None], **settings: str) -> int:
    """Measure with servers of our own in var/<name>: exit code of `measure`, 0 for None, or 2 where a start failed.

    `settings` are environment variables of the servers besides those that take the limits away.
    """
    for other in OTHERS:
        os.environ.pop(other, None)
    os.environ |= SETTINGS | settings
    try:
        return measure(in_folder(read_environment(os.environ), name)) or 0
    except (EnvironmentFaults, StartFailed, LoadFailed, embedded.Held, *embedded.ServerFailed) as fault:
        say(f"bench {name}: {fault}")
        return COULD_NOT
