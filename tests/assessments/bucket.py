"""A real S3 server for tests: SeaweedFS, from its wheel. It knows one key, and listens on this machine alone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from config.children import spawn
from config.environment import inherited

KEY, SECRET = "plumbline", "not-a-secret-of-anybody"
START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Bucket:
    endpoint: str
    name: str

    @property
    def client(self) -> Any:
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="local", aws_access_key_id=KEY,
            aws_secret_access_key=SECRET, config=Config(connect_timeout=2, retries={"max_attempts": 1}),
        )  # fmt: skip

    @property
    def storage(self) -> dict[str, Any]:
        """As `config.settings.storage` says it, in a folder of the bucket."""
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": self.name, "location": "kept", "endpoint_url": self.endpoint, "region_name": "local",
                "access_key": KEY, "secret_key": SECRET, "addressing_style": "path", "file_overwrite": False,
                "default_acl": None, "signature_version": "s3v4",
            },
        }  # fmt: skip


@contextlib.contextmanager
def running_bucket(folder: Path) -> Iterator[Bucket]:
    """Fails where the server does not start: nothing that is proven against it goes unproven in silence."""
    config = folder / "s3.json"
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    known = {"name": "plumbline", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": actions}
    config.write_text(json.dumps({"identities": [known]}))
    # Each port has a twin for gRPC, 10,000 above it.
    ports = dict(zip(("master", "volume", "filer", "s3"), _free_ports(4), strict=True))
    command = [
        str(Path(sys.executable).with_name("weed")),
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
    ]
    command += [
        "-s3",
        f"-s3.config={config}",
        "-volume.max=4",
        "-master.volumeSizeLimitMB=64",
        "-volume.minFreeSpace=0",
    ]
    # Two of its services would otherwise listen where every other of these servers does.
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += [f"-{name}.port={port}" for name, port in ports.items()]
    command += [f"-{name}.port.grpc={port + 10_000}" for name, port in ports.items()]
    log = folder / "weed.log"
    process = spawn(command, log=log, variables=inherited(), folder=folder, death_signal=signal.SIGKILL)
    try:
        bucket = Bucket(f"http://127.0.0.1:{ports['s3']}", "evidence")
        _wait_for(bucket, process=process, log=log)
        yield bucket
    finally:
        process.kill()  # it would take its time, and nobody reads its folder again
        process.wait()


def _wait_for(bucket: Bucket, *, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            bucket.client.create_bucket(Bucket=bucket.name)
            bucket.client.put_object(Bucket=bucket.name, Key="started", Body=b"yes")
        except (BotoCoreError, ClientError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the S3 server does not start ({error}): {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)
        else:
            return


def _free_ports(count: int) -> list[int]:
    """Ports below 22,768 with a free twin, each held until all are chosen, begun anywhere: others do the same."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        for port in range(15_000 + os.getpid() % 700 * 10, 22_700):
            if len(found) == count:
                break
            with contextlib.suppress(OSError):
                for number in (port, port + 10_000):
                    held.enter_context(contextlib.closing(_bound(number)))
                found.append(port)
    return found


def _bound(port: int) -> socket.socket:
    held = socket.socket()
    try:
        held.bind(("127.0.0.1", port))
    except OSError:
        held.close()
        raise
    return held
