"""How often somebody may try: the one table of limits on signing in, and how they are counted.

Every limit is an exact sliding window in Valkey: the moments of the tries of the last `seconds`, read, pruned and added
to by one script, so that a hundred tries at once are no way round it. While Valkey is gone nobody signs in: RedisError.

No limit is for good. A limit on an account stops guessing from many places; whoever is shut out by somebody else's
guesses comes in by a passkey, or by a new password, which clears it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest

from api.ids import new_id
from api.problems import Throttled
from api.throttling import client_address, valkey

MINUTE, HOUR, DAY = 60, 3600, 86400
IPV6_PREFIX = 64
"""One customer's network, as it is commonly given out: limits by single IPv6 address would limit nobody."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` tries in `seconds`, counted for each network address, mail address or person."""

    name: str
    amount: int
    seconds: int
    per: Literal["network", "mail", "person"]


PASSWORD = (
    Limit("password-network", 10, MINUTE, "network"),
    Limit("password", 5, 5 * MINUTE, "mail"),
    Limit("password-day", 20, DAY, "mail"),
)
"""Wrong passwords: a right one is given back."""
CODE = (
    Limit("code-network", 10, MINUTE, "network"),
    Limit("code", 5, 5 * MINUTE, "person"),
    Limit("code-day", 96, DAY, "person"),
)
"""Codes of apps and recovery codes, right ones too."""
PASSKEY = (Limit("passkey-network", 10, MINUTE, "network"),)
CHANGE_PASSWORD = (Limit("change-password", 5, 5 * MINUTE, "person"),)
LOGIN = (Limit("login-network", 30, MINUTE, "network"),)
MAIL = (Limit("mail", 10, HOUR, "mail"),)
SIGN_UP = (Limit("sign-up-network", 20, MINUTE, "network"), *MAIL)
RESET = (Limit("reset-network", 20, MINUTE, "network"), *MAIL)
KEY = (Limit("key-network", 20, MINUTE, "network"),)
"""Keys that came by mail."""
ADDRESSES = (Limit("addresses", 10, HOUR, "person"), *MAIL)

_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
  local amount, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1]) * 1000
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  if redis.call('ZCARD', key) >= amount then
    local place = redis.call('ZRANGE', key, -amount, -amount, 'WITHSCORES')
    wait = math.max(wait, tonumber(place[2]) + window - now)
  end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2 * i + 1] * 1000)
end
return 0
"""


@dataclass(slots=True)
class Try:
    """One try that was counted."""

    name: str
    keys: list[str] = field(default_factory=list)

    def give_back(self) -> None:
        """Uncount it: it was no guess."""
        if self.keys:
            pipeline = valkey().pipeline(transaction=False)
            for key in self.keys:
                pipeline.zrem(key, self.name)
            pipeline.execute()


def take(limits: Sequence[Limit], *, request: HttpRequest, mail: str = "", person: object = "") -> Try:
    """Count one try against all of `limits`, or against none and raise Throttled with the seconds to wait.

    Raises RedisError while Valkey is gone.
    """
    tried = Try(new_id().hex)
    counted = [(_key(limit, subject), limit) for limit, subject in _subjects(limits, request, mail, person) if subject]
    if not settings.SIGN_IN_LIMITS or not counted:
        return tried
    tried.keys = [key for key, _ in counted]
    figures = [figure for _, limit in counted for figure in (limit.amount, limit.seconds)]
    wait = _script()(keys=tried.keys, args=[tried.name, *figures])
    if int(wait) > 0:
        raise Throttled(seconds=max(1, math.ceil(int(wait) / 1000)))
    return tried


def clear(limits: Sequence[Limit], *, mail: str) -> None:
    """Forget the tries on an account: its owner has just shown that it is theirs."""
    keys = [_key(limit, mail.lower()) for limit in limits if limit.per == "mail"]
    if settings.SIGN_IN_LIMITS and keys:
        valkey().delete(*keys)


def network(request: HttpRequest) -> str:
    """The network a request comes from: the IPv4 address, or the /64 of an IPv6 one."""
    address = client_address(request)
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)


def _subjects(limits: Sequence[Limit], request: HttpRequest, mail: str, person: object) -> list[tuple[Limit, str]]:
    known = {"network": network(request), "mail": mail.strip().lower(), "person": str(person)}
    return [(limit, known[limit.per]) for limit in limits]


def _key(limit: Limit, subject: str) -> str:
    """Addresses of people are not written into Valkey as they are."""
    return f"plumbline:limit:{limit.name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def _script() -> Any:
    return valkey().register_script(_TAKE)
