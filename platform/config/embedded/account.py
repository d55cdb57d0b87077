"""The account PostgreSQL runs as. PostgreSQL refuses to run as root, so root lends it an unprivileged account.

No account is made for it: the machine's `postgres` is taken where there is one, else `nobody`. Where that account may
not walk to our folders (a clone under /root, mode 700), no folder is opened up to others. The server keeps the one
capability that lets it through, given by util-linux's setpriv.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

# Bits of the capability sets in /proc/self/status (capabilities(7)).
CAPABILITIES = {"dac_override": 1, "dac_read_search": 2}


class AccountUnusable(Exception):
    """The unprivileged account cannot reach what it must; the message says what a person can do."""


@dataclass(frozen=True)
class Account:
    """An account by its ids, and the capabilities it must keep to reach its folders."""

    uid: int
    gid: int
    capabilities: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[int, int] | None:
        """What subprocess switches to; None where setpriv does it."""
        return None if self.capabilities else (self.uid, self.gid)

    @property
    def prefix(self) -> list[str]:
        """Words before a command so that it runs as this account. setpriv also sets the signal on parent's death."""
        if not self.capabilities:
            return []
        kept = ",".join(f"+{name}" for name in self.capabilities)
        switch = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--securebits=+no_setuid_fixup"]
        return ["setpriv", *switch, f"--inh-caps={kept}", f"--ambient-caps={kept}", "--pdeathsig=INT", "--"]


def choose_account(cluster: Path, *, program: Path) -> Account | None:
    """The account to run `program` as on the folder `cluster`; None when not root. Raises AccountUnusable."""
    owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise AccountUnusable(f"{cluster} belongs to another user; remove it or choose another DATA_DIR")
        return None
    entry = pwd.getpwuid(owner) if owner else _unprivileged()
    account = Account(uid=entry.pw_uid, gid=entry.pw_gid)
    if _reachable(cluster.parent, account) and _runnable(program, account):
        return account
    return Account(uid=account.uid, gid=account.gid, capabilities=_capabilities(program, account))


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AccountUnusable("PostgreSQL cannot run as root and this machine has no account postgres or nobody")


def _capabilities(program: Path, account: Account) -> tuple[str, ...]:
    bounding = _bounding_set()
    wanted = ["dac_read_search"]
    if "dac_read_search" not in bounding or not _permits(program.stat(), account, stat.S_IXOTH):
        wanted = ["dac_override"]
    if shutil.which("setpriv") is None or not bounding.issuperset(wanted):
        raise AccountUnusable(
            f"PostgreSQL cannot run as root, and the account with id {account.uid} cannot reach {program.parent} or "
            f"the data folder; move both out of folders closed to others, or start as another user than root"
        )
    return tuple(wanted)


def _bounding_set() -> set[str]:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return set()
    bits = next((int(line.split()[1], 16) for line in lines if line.startswith("CapBnd:")), 0)
    return {name for name, bit in CAPABILITIES.items() if bits >> bit & 1}


def _reachable(path: Path, account: Account) -> bool:
    path = path.resolve()
    while not path.exists():
        path = path.parent
    return all(_permits(folder.stat(), account, stat.S_IXOTH) for folder in (path, *path.parents))


def _runnable(program: Path, account: Account) -> bool:
    program = program.resolve()
    return _reachable(program.parent, account) and _permits(program.stat(), account, stat.S_IXOTH | stat.S_IROTH)


def _permits(status: os.stat_result, account: Account, bits: int) -> bool:
    if status.st_uid == account.uid:
        bits <<= 6
    elif status.st_gid == account.gid:
        bits <<= 3
    return status.st_mode & bits == bits
