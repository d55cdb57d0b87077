"""`./plumbline bench pages`: what a visitor waits for a public page, made anew and from memory, and how heavy it is.

Comparisons are asked for one pair after the other, more of them than a process keeps, so that each is made anew; then
one of them again and again. Aims: 25 ms made anew and 5 ms from memory (p50), 60 KB compressed with its stylesheet.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from config import embedded
from config.environment import ROOT, Environment
from config.processes import Services, run_services
from tests.bench import machine
from tests.bench.load import Measured, put_load
from tests.bench.own import measured

ANEW_MS, FROM_MEMORY_MS, MOST_BYTES = 25.0, 5.0, 60_000
STYLESHEET = ROOT / "assessments" / "catalogue" / "static" / "catalogue" / "catalogue.css"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./plumbline bench pages", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="of load for each line (default 8)")
    given = parser.parse_args(arguments)
    return measured("pages", lambda where: _measure(where, seconds=given.seconds))


def _measure(where: Environment, *, seconds: float) -> None:
    before = machine.description()["load_before"][0]
    with (
        run_services(where, purpose="bench", reset=True, any_port=True, durable=False) as services,
        embedded.joined(services.environment) as urls,
    ):
        assert urls is not None, "the servers were started by this very process"
        os.environ |= services.variables
        pairs, standards, requirements = _addresses()
        print(
            f"{len(pairs):,} pairs of {len(standards)} standards with a profile; load of the machine before {before:g}"
        )
        print(f"{'page':36}{'p50 ms':>9}{'p95 ms':>9}{'bytes':>9}")
        style = len(gzip.compress(STYLESHEET.read_bytes()))
        for title, paths, most in (
            ("comparison, made anew", pairs, ANEW_MS),
            ("comparison, from memory", pairs[:1], FROM_MEMORY_MS),
            ("standard, from memory or anew", standards, ANEW_MS),
            ("requirement, always made anew", requirements, ANEW_MS),
            ("the first page", ["/"], FROM_MEMORY_MS),
            ("the list of standards", ["/standards/"], FROM_MEMORY_MS),
        ):
            print(_line(title, _load(services, paths, seconds=seconds), most=most, style=style))


def _addresses() -> tuple[list[str], list[str], list[str]]:
    import django

    django.setup()
    from assessments.catalogue.addresses import requirement_address
    from assessments.catalogue.selectors import asked_requirements, current_standards
    from assessments.catalogue.web.pages import PAGES_KEPT

    slugs = [entry.slug for entry in current_standards() if entry.depth != "record"]
    pairs = [f"/compare/{a}-vs-{b}/" for a, b in combinations(sorted(slugs), 2)]
    assert len(pairs) > PAGES_KEPT, "every pair would be kept, and none made anew"
    requirements = [requirement_address(slug, ref) for slug, ref in asked_requirements()]
    return pairs, [f"/standards/{slug}/" for slug in slugs], requirements


def _load(services: Services, paths: list[str], *, seconds: float) -> Measured:
    readings = [{"path": path, "credentials": "Accept-Encoding: gzip\r\n"} for path in paths]
    plan: dict[str, Any] = {"kind": "rotate", "readings": readings}
    return put_load(
        [plan], host="127.0.0.1", port=services.environment.port, processes=services.processes(), seconds=seconds
    )


def _line(title: str, found: Measured, *, most: float, style: int) -> str:
    missed = [f"at most {most:g} ms"] if found.p50 > most else []
    missed += [f"at most {MOST_BYTES:,} bytes"] if found.bytes + style > MOST_BYTES else []
    verdict = f"MISSED: {', '.join(missed)}" if missed else "met"
    return f"{title:36}{found.p50:9.2f}{found.p95:9.2f}{found.bytes + style:9,}  {verdict}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
