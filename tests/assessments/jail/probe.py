"""Runs inside a cell and tries to get out: `… probe <doors> <attempt> [argument]`. Prints what came of it.

`doors` is `closed` (as a parser's), `files` (as the renderer's, which may open files) or `open`: then only the wall
around the process holds, and what is shown is what that wall holds alone.
"""

from __future__ import annotations

import ctypes
import encodings.idna  # noqa: F401 -- what getaddrinfo asks for, on some builds only once it is called
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
from typing import Any

from assessments.jail.inside import Limits, close_the_doors

LIMITS = Limits(cpu_seconds=2, memory_bytes=512 * 1024**2, file_bytes=64 * 1024, files=16)


def tcp(address: str) -> str:
    host, port = address.rsplit(":", 1)
    socket.create_connection((host, int(port)), timeout=3).sendall(b"GET / HTTP/1.0\r\n\r\n")
    return "connected"


def udp(address: str) -> str:
    host, port = address.rsplit(":", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", (host, int(port)))
    return "sent"


def unix(path: str) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sender:
        sender.connect(path)
    return "connected"


def socket_of_every_family(_: str) -> str:
    made = []
    for family in range(46):
        try:
            socket.socket(family, socket.SOCK_RAW if family == 17 else socket.SOCK_STREAM).close()
            made.append(family)
        except OSError as error:
            if error.errno == 1:
                continue
            made.append(-family)
    if made:
        return f"made {made}"
    raise PermissionError


def read(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(200).decode(errors="replace")


def write(path: str) -> str:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"x")
    return "written"


def variables(_: str) -> str:
    found = dict(os.environ)
    for process in ("self", str(os.getppid()), "1"):
        try:
            with open(f"/proc/{process}/environ", "rb") as file:  # noqa: PTH123
                found[process] = file.read().decode(errors="replace")
        except OSError:
            continue
    return json.dumps(found)


def descriptors(_: str) -> str:
    found = []
    for number in range(256):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            continue
    return json.dumps(found)


def fork(_: str) -> str:
    if os.fork() == 0:
        os._exit(0)
    return "forked"


def fork_bomb(_: str) -> str:
    made = 0
    for _ in range(200):
        try:
            if os.fork() == 0:
                time.sleep(5)
                os._exit(0)
            made += 1
        except OSError:
            break
    if made:
        return f"{made} processes"
    raise PermissionError


def threads(_: str) -> str:
    stop, made = threading.Event(), []
    try:
        for _ in range(20_000):
            made.append(threading.Thread(target=stop.wait, daemon=True))
            made[-1].start()
    except RuntimeError:
        pass
    stop.set()
    return str(len(made))


def execute(_: str) -> str:
    os.execv("/usr/bin/env", ["env"])  # noqa: S606


def kill(pid: str) -> str:
    os.kill(int(pid), signal.SIGKILL)
    return "killed"


def trace(pid: str) -> str:
    _call(101, 16, int(pid), 0, 0)
    return "traced"


def unshare(_: str) -> str:
    _call(272, 0x10000000)
    return "a namespace of its own"


def other_numbering(_: str) -> str:
    _call(0x40000000 + 41, 2, 1, 0)
    return "x32"


def io_uring(_: str) -> str:
    _call(425, 4, ctypes.create_string_buffer(256))
    return "a ring"


def newest(_: str) -> str:
    _call(470, 0)
    return "a call nobody knows"


def raise_limits(_: str) -> str:
    most = 4 * 1024**3
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except ValueError:  # what Python makes of EPERM here
        raise PermissionError from None
    return "raised"


def memory(_: str) -> str:
    return str(len(bytearray(2 * 1024**3)))


def slow_memory(_: str) -> str:
    kept = [bytearray(8 * 1024**2) for _ in range(400)]
    return str(len(kept))


def spin(_: str) -> str:
    while True:
        pass


def sleep(seconds: str) -> str:
    time.sleep(float(seconds))
    return "slept"


def flood(_: str) -> str:
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    while True:
        os.write(1, b"x" * 65536)


def crash(_: str) -> str:
    ctypes.string_at(0)
    return "survived"


def who(_: str) -> str:
    return json.dumps({"uid": os.geteuid(), "pid": os.getpid()})


def _call(*arguments: Any) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    doors, attempt, *argument = sys.argv[1:]
    work = globals()[attempt]
    if doors != "open":
        close_the_doors(LIMITS, readable=None if doors == "closed" else argument[1].split(os.pathsep))
    try:
        print(json.dumps({"did": work(argument[0] if argument else "")}), flush=True)
    except OSError as error:
        print(json.dumps({"refused": error.errno, "why": str(error)}), flush=True)
