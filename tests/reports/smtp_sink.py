"""A mail server of one page: speaks just enough SMTP, keeps what it takes, and misbehaves as told."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class Sink(socketserver.ThreadingTCPServer):
    """`script`: one entry per message, used up in order; then all is taken.

    "451 …" answers RCPT, "data 554 …" answers the message itself, "swallow" takes the message and hangs up unanswered,
    "drop" hangs up at RCPT.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.script: list[str] = []
        self.taken: list[Message] = []
        self.recipients: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.taken]


class _Session(socketserver.StreamRequestHandler):
    server: Sink

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 sink")
        act = ""
        while line := self.rfile.readline().decode().strip():
            word = line.partition(" ")[0].upper()
            if word in {"EHLO", "HELO", "MAIL", "RSET", "NOOP"}:
                self.say("250 ok")
            elif word == "RCPT":
                act = self.server.script.pop(0) if self.server.script else ""
                if act == "drop":
                    return
                self.say(act if act[:3].isdigit() else "250 ok")
                self.server.recipients.append(line)
            elif word == "DATA":
                self.say("354 go on")
                content = self.read_message()
                if act.startswith("data "):
                    self.say(act.removeprefix("data "))
                    continue
                self.server.taken.append(message_from_bytes(content))
                if act == "swallow":
                    return
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 what?")

    def read_message(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


@contextmanager
def running_sink() -> Iterator[Sink]:
    with Sink() as sink:
        thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.shutdown()
            thread.join()
