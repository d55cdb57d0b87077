"""`./plumbline bench`: what a running Plumbline needs, beside what the nearest peer needs and what we aim for.

Starts its own servers in var/bench (emptied first), makes its data, measures over HTTP, prints one table on stdout and
writes var/bench/results.json. A benchmark and no test: a missed aim is shown and does not fail the run.

`bench crosstalk` and `bench isolation` ask whether tenants meet, and what keeping them apart costs; `bench grants` what
somebody waits who was let into very many assessments; `bench import` what a catalogue of 10 MB takes to read;
`bench pages` what a visitor waits for a public page;
`bench search` what a search takes over ten thousand requirements; `bench trail` measures appends to the audit trail.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType

from tests.bench.own import measured
from tests.bench.run import Options, run_bench
from tests.bench.sizes import Sizes

_NAMED = ("crosstalk", "editors", "grants", "isolation", "pages", "search", "trail")
OTHERS = {name: name for name in _NAMED} | {"import": "importing"}
"""Name → folder. Measurements of their own: `./plumbline bench <name> --help`."""


def main(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in OTHERS:
        return int(import_module(f"tests.bench.{OTHERS[arguments[0]]}.__main__").main(arguments[1:]))
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, _end)
    try:
        return measured("bench", lambda where: run_bench(where, options=options))
    except KeyboardInterrupt:
        return 130


def _end(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parse(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="./plumbline bench", description=__doc__)
    parser.add_argument("--organisations", type=int, default=200, help="how many organisations (default 200)")
    parser.add_argument("--assessments", type=int, default=200, help="assessments in the main one (default 200)")
    parser.add_argument("--seconds", type=float, default=5.0, help="of load for each line of the table (default 5)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME",
        help="measure what begins with this name: list, open, compare, patch, bulk, start, report, migrate, idle; "
        "may be given several times",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="5 organisations, 1 second each, no report of 1,000")
    given = parser.parse_args(arguments)
    return Options(
        sizes=Sizes(organisations=5 if given.quick else given.organisations, assessments=given.assessments),
        seconds=1.0 if given.quick else given.seconds,
        only=tuple(given.only),
        quick=given.quick,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
