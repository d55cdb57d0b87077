"""The first line of a child: `python -I -B start.py <parent's pid, or 0> <root> <module> [arguments]`."""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when its parent ends, however that ends; and end if it already has."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The worker is gone.")


if __name__ == "__main__":
    given_parent, root, module = sys.argv[1:4]
    if given_parent != "0":  # bubblewrap sees to it by itself
        end_with_parent(int(given_parent))
    sys.path.insert(0, root)
    sys.argv = [module, *sys.argv[4:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
