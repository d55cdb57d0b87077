"""`./plumbline bench import`: what it takes to read a catalogue of 10 MB, in JSON, YAML and XML.

Each file is read by a process of its own, as in production, behind the same walls. Aims: 30 s and 500 MiB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.importing import catalogues

MOST_SECONDS, MOST_MIB = 30.0, 500.0
_CHILD = """
import json, resource, sys, time
from pathlib import Path
from typing import Any
began = time.perf_counter()
from assessments.catalogue.importing.importer import import_files
from assessments.catalogue.importing.result import SourceFile
from assessments.catalogue.drafts.content import size_of
path = Path(sys.argv[1])
found = import_files([SourceFile(path.name, path.read_bytes())])
assert found.content is not None, found.report
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": time.perf_counter() - began, "mib": peak,
    "requirements": len(found.content.requirements), "findings": found.counts, "bytes": size_of(found.content)}))
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./plumbline bench import", description=__doc__)
    parser.add_argument("--megabytes", type=float, default=10.0, help="of each file (default 10)")
    given = parser.parse_args(arguments)
    missed = 0
    load = os.getloadavg()[0]
    print(f"load {load:.1f} on {os.cpu_count()} processors; aims: {MOST_SECONDS:.0f} s, {MOST_MIB:.0f} MiB")
    print(f"{'file':<12} {'MB':>6} {'nodes':>6} {'seconds':>8} {'MiB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("json", catalogues.as_json), ("yaml", catalogues.as_yaml), ("xml", catalogues.as_xml)):
            path = Path(folder, f"big.{name}")
            path.write_bytes(_written(write, least_bytes=int(given.megabytes * 1_000_000)))
            command = [sys.executable, "-c", _CHILD, str(path)]
            done = subprocess.run(command, capture_output=True, check=True, text=True)
            told = json.loads(done.stdout)
            size = path.stat().st_size / 1_000_000
            print(f"{path.name:<12} {size:>6.1f} {told['requirements']:>6} {told['seconds']:>8.1f} {told['mib']:>6.0f}")
            missed += told["seconds"] > MOST_SECONDS or told["mib"] > MOST_MIB
    print("all within the aims" if not missed else f"{missed} beyond an aim")
    return 0


def _written(write: Callable[[dict[str, Any]], bytes], *, least_bytes: int) -> bytes:
    """As many controls as it takes in this notation, which are shorter than JSON."""
    share = len(write(small := catalogues.catalogue(least_bytes=500_000))) / len(catalogues.as_json(small))
    return write(catalogues.catalogue(least_bytes=int(least_bytes / share * 1.02)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
