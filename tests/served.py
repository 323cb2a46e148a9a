# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Runs the service as a user does, as a process of its own on a free port."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Served:
    """A running service."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port
        self.base = f"http://127.0.0.1:{port}"
        #: What it wrote to standard error, line by line.
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said += iter(self.process.stderr.readline, "")

    def end(self) -> None:
        """Read what is left of what it wrote."""
        self._reader.join(5)

    def signal(self, number: int) -> None:
        """Send a signal to the service."""
        self.process.send_signal(number)

    def connect(self, timeout: float = 20) -> socket.socket:
        """Return a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def raw(self, request: bytes, timeout: float = 20) -> bytes:
        """Send bytes, and return all that comes until the service closes the connection."""
        with self.connect(timeout) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(1 << 16), b""))


@contextmanager
def served(database: Path, *words: str, **environment: str) -> Iterator[Served]:
    """Start the service, and stop it afterwards."""
    command = [sys.executable, "-m", "dropreasons", "serve", "--db", str(database), "--port", "0", *words]
    settings = {f"DROPREASONS_{key.upper()}": value for key, value in environment.items()}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1, env=os.environ | settings
    )
    running = None
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.search(r":(\d+)/", first)
        assert found, first + (process.stderr.read() if process.stderr else "")
        running = Served(process, int(found[1]))
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        finally:
            process.kill()
            if running is not None:
                running.end()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
