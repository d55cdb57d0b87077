"""What the kernel says of the server's processes: processor time and memory, read from /proc."""

from __future__ import annotations

import contextlib
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

MIB = 1024 * 1024


def family(root: int) -> list[psutil.Process]:
    """A process and all below it, the root first."""
    process = psutil.Process(root)
    return [process, *process.children(recursive=True)]


def processor_seconds(roots: Iterable[int]) -> float:
    """User and system time of these processes, of what runs below them, and of their children that have ended."""
    total = 0.0
    for root in roots:
        for process in family(root):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def busy_seconds() -> float:
    """Processor time of everything on this machine since it started, all cores together."""
    names = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _idle, _waiting, irq, softirq, steal = map(int, names)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def forget_peaks(roots: Iterable[int]) -> None:
    """Let the kernel count the peak of resident memory anew. Where it may not, peaks are those since the start."""
    for root in roots:
        for process in family(root):
            with contextlib.suppress(OSError):
                Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def peak_mib(pid: int) -> float:
    """VmHWM: the most memory that was resident at once, shared pages included."""
    return _status(pid, "VmHWM") / 1024


def resident_mib(pid: int) -> float:
    return _status(pid, "VmRSS") / 1024


def proportional_mib(pid: int) -> float | None:
    """Resident memory with shared pages divided among those who share them; None where the kernel does not tell."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return None


def peaks(processes: dict[str, int]) -> dict[str, float]:
    """Peak memory in MiB by part: of the part's main process, and of the largest one below it."""
    found: dict[str, float] = {}
    for name, root in processes.items():
        main, *below = family(root)
        found[name] = round(peak_mib(main.pid), 1)
        sizes = []
        for process in below:
            with contextlib.suppress(OSError, psutil.NoSuchProcess):
                sizes.append(peak_mib(process.pid))
        if sizes:
            found[f"{name}, largest of {len(sizes)} children"] = round(max(sizes), 1)
    return found


def description() -> dict[str, Any]:
    cores = len(os.sched_getaffinity(0))
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cores": cores,
        "processor": models[0] if models else platform.machine(),
        "memory_mib": psutil.virtual_memory().total // MIB,
        "python": platform.python_version(),
        "kernel": platform.release(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def _status(pid: int, key: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1])
    return 0
