"""`./plumbline bench editors`: a hundred editors write ten thousand times on shared answers, and no update is lost.

Each answer's taken writes must form one chain: its versions are 1, 2, 3 … without a gap or a double, each written on
the note that the version before it left, and the last is what stands in the end. Exit code 1 where that is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.environment import Environment
from config.processes import Services, run_services, say
from tests.bench.own import measured

CLIENT = Path(__file__).with_name("client.py")
PROCESSES = 4
SHARED = 40
Write = tuple[str, int, str, str]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./plumbline bench editors", description=__doc__)
    parser.add_argument("--editors", type=int, default=100)
    parser.add_argument("--writes", type=int, default=10_000, help="that are taken, all together (default 10,000)")
    parser.add_argument("--answers", type=int, default=SHARED, help=f"shared between all (default {SHARED})")
    given = parser.parse_args(arguments)
    return measured("editors", lambda where: _measure(where, given), WEB_THREADS="8")


def _measure(where: Environment, given: argparse.Namespace) -> int:
    with run_services(where, purpose="bench", reset=True, any_port=True) as services:
        return _edit(services, given)


def _edit(services: Services, given: argparse.Namespace) -> int:
    os.environ |= services.variables
    import django

    django.setup()
    from tests.bench.editors.data import make_assessment, standing

    plan, place = make_assessment(answers=given.answers)
    plan |= {"host": "127.0.0.1", "port": services.environment.port, "writes_each": given.writes // given.editors}
    parts = [
        subprocess.Popen([sys.executable, str(CLIENT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for number, part in enumerate(parts):
        assert part.stdin is not None
        part.stdin.write(json.dumps(plan | {"numbers": list(range(number, given.editors, PROCESSES))}))
        part.stdin.close()
        part.stdin = None
    results = [json.loads(part.communicate()[0]) for part in parts]
    taken: list[Write] = [tuple(write) for result in results for write in result["taken"]]
    statuses = sum((Counter(result["statuses"]) for result in results), Counter[str]())
    faults = [fault for result in results for fault in result["faults"]]
    faults += list(broken_chains(taken, standing=standing(place)))
    seconds = max(result["seconds"] for result in results)
    for fault in faults[:10]:
        say(f"  {fault}")
    print(
        f"{given.editors} editors on {given.answers} shared answers: {len(taken):,} writes taken in {seconds:.0f} s"
        f" ({len(taken) / seconds:.0f}/s), {sum(statuses[code] for code in ('409', '412')):,} came too late and were"
        f" told so; {len(faults)} lost or broken. Answers by status: {dict(sorted(statuses.items()))}"
    )
    return int(bool(faults))


def broken_chains(taken: Sequence[Write], *, standing: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    """One sentence for each answer whose writes are not one chain that ends in what stands: ref → (version, note)."""
    chains: dict[str, list[Write]] = defaultdict(list)
    for write in taken:
        chains[write[0]].append(write)
    for ref in sorted(standing.keys() | chains.keys()):
        before = (0, "")
        for _, version, based_on, note in sorted(chains[ref], key=lambda write: write[1]):
            if version != before[0] + 1:
                yield f"{ref}: version {version} after {before[0]}"
            elif based_on != before[1]:
                yield f"{ref}: version {version} was written on {based_on!r}, not on {before[1]!r}"
            before = (version, note)
        if standing.get(ref, (0, "")) != before:
            yield f"{ref}: {standing.get(ref)} stands, not {before}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
