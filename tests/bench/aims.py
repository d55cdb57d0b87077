"""What the nearest peer needs and what Plumbline aims for: on two cores with two web processes, one client, the median.

The peer's figures were measured on such a machine with its own data of the same size; they are constants here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """`at_most` in the row's own unit; None for what is only reported. `peer` is text, for some figures are ranges."""

    at_most: float | None = None
    statements: int | None = None
    times_floor: float | None = None
    peak_mib: float | None = None
    peer: str = ""
    peer_statements: int | None = None


NONE = Aim()
AIMS: dict[str, Aim] = {
    "list-20": Aim(at_most=10, statements=6, peer="74 ms", peer_statements=51),
    "list-200": Aim(at_most=25, statements=6, peer="390 ms", peer_statements=411),
    "open-106": Aim(at_most=9, statements=8, peer="350 ms", peer_statements=276),
    "open-1000": Aim(at_most=25, statements=8, times_floor=5, peer="2890 ms", peer_statements=2413),
    "open-106-texts": Aim(at_most=9, statements=8),
    "open-1000-texts": Aim(at_most=25, statements=8, times_floor=5),
    "patch-106": Aim(at_most=10, peer="95 ms"),
    "patch-1000": Aim(at_most=10, peer="803 ms"),
    "start-1000": Aim(at_most=80, peer="354 ms"),
    "report-106": Aim(at_most=3, peak_mib=300, peer="3.5 s"),
    "report-1000": Aim(at_most=12, peak_mib=300, peer="9.1 s"),
    "migrate": Aim(at_most=20, peer="433 s"),
    "start": Aim(at_most=5, peer="10-17 s"),
    "idle": Aim(at_most=120, peer="313 MB"),
}
