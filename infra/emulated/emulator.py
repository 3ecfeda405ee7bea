"""Starts and ends the emulated AWS: one process group, bound to loopback, state in memory."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

REGION = "eu-west-1"
ACCOUNT = "000000000000"
START_SECONDS = 60
STOP_SECONDS = 5


class Emulator:
    """ministack and the function processes it starts."""

    def __init__(self, data_folder: pathlib.Path, port: int) -> None:
        self.port = port or unused_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = data_folder / "ministack.log"
        scratch = data_folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [pathlib.Path(sys.executable).with_name("ministack")],
                # Functions inherit this environment, so it holds nothing of the developer's.
                env={
                    "PATH": os.defpath,
                    "HOME": str(scratch),
                    "TMPDIR": str(scratch),
                    "BIND_HOST": "127.0.0.1",
                    "GATEWAY_PORT": str(self.port),
                    "MINISTACK_REGION": REGION,
                    "MINISTACK_ACCOUNT_ID": ACCOUNT,
                    "IOT_MTLS_ENABLED": "0",
                    "SFTP_ENABLED": "0",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own: functions outlive ministack unless the whole group is ended.
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Returns when requests are answered."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_ministack/ready", timeout=2) as answer:
                    if json.load(answer)["status"] == "completed":
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.1)
        sys.exit(f"The emulated AWS did not start; {self.log} says why.")

    def stop(self) -> None:
        """Ends ministack and every function it started."""
        for ending in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, ending)
            except ProcessLookupError:
                break
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass


def unused_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
