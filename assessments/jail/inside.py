"""What a child does to itself before it looks at anything from outside."""

from __future__ import annotations

import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass

from assessments.jail import filters, landlock

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard ends: processor seconds, bytes of addresses, bytes of any file written, open files."""

    cpu_seconds: int
    memory_bytes: int
    file_bytes: int
    files: int


def close_the_doors(limits: Limits, *, readable: Sequence[str] | None) -> None:
    """From here on there is no way back. `readable`: paths below which files may be opened; None: none at all, so
    that everything the child needs must be imported before. Raises filters.NoFilterError.
    """
    for what, most in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    landlock.read_only_below(readable or ())
    if readable is None and os.geteuid() == 0:  # outside of bubblewrap, where root is nobody already
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    filters.refuse_system_calls(may_open=readable is not None)
