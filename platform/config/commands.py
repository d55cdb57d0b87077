"""What `./plumbline` does once Python and its packages are there.

python -m config.commands serve | demo [--once] | test [--belts | --contract [requests] | pytest arguments]
                          | bench [arguments] | manage …
"""

from __future__ import annotations

import contextlib
import importlib
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from config import embedded
from config.environment import ROOT, Environment, EnvironmentFaults, environment
from config.processes import MANAGE, StartFailed, in_folder, run_services, say, variables_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

STOPPED_WHILE_STARTING = 130
BELTS = ("tests/isolation/test_belts_places.py", "tests/isolation/test_belts_apart.py")
OWNER_COMMANDS = frozenset({"migrate", "sync_catalogue"})  # as in config.settings.database


class Interrupted(BaseException):
    """Ctrl-C, or a signal to end. Raised once; what follows must be able to finish."""


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; returns the exit code."""
    commands: dict[str, Callable[[Environment, Sequence[str]], int]] = {
        "bench": _bench,
        "demo": _demo,
        "manage": _manage,
        "serve": _serve,
        "test": _test,
    }
    command = commands.get(arguments[0]) if arguments else None
    if command is None:
        say(f"plumbline: no command {' '.join(arguments[:1]) or 'given'}; ./plumbline --help lists them")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return command(environment(), arguments[1:])
    except (EnvironmentFaults, StartFailed, embedded.Held, *embedded.ServerFailed) as fault:
        say(f"plumbline: {fault}")
        return 2
    except Interrupted:
        return STOPPED_WHILE_STARTING


def _interrupt(number: int, frame: FrameType | None) -> None:
    del frame
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, lambda *_: None)
    say("" if number == signal.SIGINT else f"received {signal.Signals(number).name}")
    say("stopping …")
    raise Interrupted


def _serve(given: Environment, arguments: Sequence[str]) -> int:
    if arguments:
        say("plumbline serve takes no arguments; settings are environment variables")
        return 2
    began = time.monotonic()
    with run_services(given, purpose="serve") as services:
        say(f"Plumbline is ready after {time.monotonic() - began:.1f} s")
        say(f"  API and its pages  {services.base_url}/api/v1/docs/")
        say(f"  data, mails, logs  {services.data_dir}")
        return _until_interrupted()


def _demo(given: Environment, arguments: Sequence[str]) -> int:
    if set(arguments) - {"--once"}:
        say("plumbline demo takes only --once")
        return 2
    once = "--once" in arguments
    demo = importlib.import_module("config.demo")
    with run_services(in_folder(given, "demo"), purpose="demo", reset=True, any_port=True) as services:
        code = int(demo.run(services, once=once) or 0)
        if once or code:
            return code
        return _until_interrupted()


def _until_interrupted() -> int:
    say("  Ctrl-C stops everything")
    try:
        while True:
            signal.pause()
    except Interrupted:
        return 0


def _bench(given: Environment, arguments: Sequence[str]) -> int:
    variables = variables_for(given, embedded.ServerUrls())
    return _foreground([sys.executable, "-m", "tests.bench", *arguments], variables)


def _test(given: Environment, arguments: Sequence[str]) -> int:
    from config.quality import run_checks

    more: dict[str, str] = {}
    if arguments[:1] == ["--belts"]:
        arguments = [*BELTS, *(arguments[1:] or ["-v", "-p", "no:randomly"])]
    elif arguments[:1] == ["--contract"]:
        more = {"CONTRACT_CASES": str(int((*arguments[1:2], "10000")[0]))}
        arguments = ["tests/contract", "-s", "-p", "no:randomly", *arguments[2:]]
    given = in_folder(given, "test")
    # Every test process works in a database of its own, so several runs can share the servers.
    with _servers(given, purpose="test", durable=False) as urls:
        variables = variables_for(given, urls, owner=True) | more
        return run_checks(variables, pytest_arguments=arguments, folder=given.data_dir)


def _manage(given: Environment, arguments: Sequence[str]) -> int:
    owner = bool(arguments) and arguments[0] in OWNER_COMMANDS
    with _servers(given, purpose=" ".join(["manage", *arguments[:1]])) as urls:
        return _foreground([*MANAGE, *arguments], variables_for(given, urls, owner=owner))


@contextlib.contextmanager
def _servers(given: Environment, *, purpose: str, durable: bool = True) -> Iterator[embedded.ServerUrls]:
    """The servers that run already, or servers started for this block and stopped once nobody uses them."""
    for last in (False, True):
        with embedded.joined(given) as urls:
            if urls is not None:
                yield urls
                return
        try:
            servers = embedded.EmbeddedServers(given, purpose=purpose)
            break
        except embedded.Held:  # two commands began at once and the other was faster: join it
            if last:
                raise
    try:
        yield servers.start(durable=durable)
    finally:
        servers.stop(wait_for_users=600)


def _foreground(command: Sequence[str], variables: dict[str, str]) -> int:
    """Run a command on this terminal. Ctrl-C reaches it from the terminal; this process waits for its end."""
    process = subprocess.Popen(command, env=variables, cwd=ROOT)  # noqa: S603 -- the person's own command
    former = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return process.wait()
    except Interrupted:
        process.terminate()
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, former)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
