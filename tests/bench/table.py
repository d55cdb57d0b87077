"""The one table: a line per workload and number of clients, then what is counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.bench.aims import AIMS, NONE, Aim


@dataclass
class Row:
    """One line. `value` is what the aim speaks of, in `unit`; the rest is there where it was measured."""

    name: str
    title: str
    value: float
    unit: str = "ms"
    clients: int = 1
    p95: float | None = None
    per_second: float | None = None
    statements: int | None = None
    processor_ms: float | None = None
    floor_ms: float | None = None
    floor_with_words_ms: float | None = None
    kib: float | None = None
    peak_mib: float | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def aim(self) -> Aim:
        """Aims are meant for one client."""
        return AIMS.get(self.name, NONE) if self.clients == 1 else NONE

    @property
    def times_floor(self) -> float | None:
        return self.value / self.floor_ms if self.floor_ms else None

    @property
    def misses(self) -> list[str]:
        """What the aim asks for and is not there, in words."""
        aim, found = self.aim, list[str]()
        for what, measured, wanted in (
            (self.unit, self.value, aim.at_most),
            ("statements", self.statements, aim.statements),
            ("x floor", self.times_floor, aim.times_floor),
            ("MiB", self.peak_mib, aim.peak_mib),
        ):
            if wanted is not None and measured is not None and measured > wanted:
                found.append(f"{_short(measured)} {what} > {wanted:g}")
        return found

    @property
    def verdict(self) -> str:
        if self.aim.at_most is None:
            return ""
        return "MISSED: " + ", ".join(self.misses) if self.misses else "met"

    def as_json(self) -> dict[str, Any]:
        aim = asdict(self.aim) if self.aim is not NONE else None
        numbers = {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}
        floor = self.times_floor
        return numbers | {
            "times_floor": round(floor, 2) if floor else None,
            "aim": aim,
            "met": not self.misses if self.aim.at_most is not None else None,
        }


_COLUMNS = (
    "work", "clients", "p50", "p95", "req/s", "SQL", "CPU ms", "KiB", "floor ms", "x floor", "peak MiB", "peer", "aim",
    "",
)  # fmt: skip


def table(rows: Sequence[Row]) -> str:
    """Plain text; the first column stands left, numbers right."""
    cells = [_COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_COLUMNS))]
    last = len(widths) - 1
    lines = [
        "  ".join(
            text.ljust(width) if column in {0, last} else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    aim = row.aim
    wanted = "" if aim.at_most is None else f"{aim.at_most:g} {row.unit}"
    peer = aim.peer
    if aim.statements is not None:
        wanted += f", {aim.statements}"
    if aim.peer_statements is not None:
        peer += f", {aim.peer_statements}"
    if aim.peak_mib is not None:
        wanted += f", {aim.peak_mib:g} MiB"
    return (
        row.title,
        str(row.clients) if row.p95 is not None else "",
        f"{_short(row.value)} {row.unit}",
        _short(row.p95),
        _short(row.per_second),
        _short(row.statements),
        _short(row.processor_ms),
        _short(row.kib),
        _short(row.floor_ms),
        _short(row.times_floor),
        _short(row.peak_mib),
        peer,
        wanted,
        row.verdict,
    )


def _short(value: float | None) -> str:
    """Three figures, which is more than such measurements are good for."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
