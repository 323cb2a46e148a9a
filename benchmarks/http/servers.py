# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Starts the two servers that are compared, each on core 0, and reads what they cost."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

#: Compiled modules are kept, as they are for every user.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_SERVERS_CORE = ["taskset", "-c", "0"]
_TICKS = os.sysconf("SC_CLK_TCK")
_NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=4096;
  open_file_cache_valid 600s;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/root;
    default_type application/json;
  }}
}}
"""


class Server(NamedTuple):
    """A running server, and the process that does its work."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the seconds of processor time it has used, in user mode and in the kernel."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> dict[str, float]:
        """Return its resident memory and its share of what it shares with others, in MB."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii")
        return {name: int(size) / 1024 for name, size in re.findall(r"^(Rss|Pss): +(\d+) kB", text, re.MULTILINE)}

    def get(self, path: str, **headers: str) -> tuple[bytes, str]:
        """Return the body and the ETag of an answer."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(asked) as answer:
            return answer.read(), answer.headers["ETag"]


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    """Serve the files below root/ of a folder with one worker of nginx."""
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(_NGINX.format(folder=folder, port=port), encoding="ascii")
    with running([*_SERVERS_CORE, "nginx", "-c", str(settings), "-p", str(folder)], port) as master:
        workers = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
        yield Server(port, int(workers[0]))


@contextmanager
def service(database: Path) -> Iterator[Server]:
    """Serve a registry.db with one worker."""
    port = free_port()
    words = ["-m", "dropreasons", "serve", "--db", str(database), "--port", str(port)]
    with running([*_SERVERS_CORE, sys.executable, *words], port) as pid:
        yield Server(port, pid)


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """Start a server and wait until it answers."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        try:
            wait_for_answer(port)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)


def wait_for_answer(port: int) -> None:
    """Wait until a server answers a request, whatever it says."""
    for _ in range(5000):
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"GET /v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                if connection.recv(12):
                    return
        except OSError:
            pass
        time.sleep(0.002)
    raise SystemExit(f"the server on port {port} does not answer")


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
