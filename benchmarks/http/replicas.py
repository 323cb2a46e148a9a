# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Measures two replicas of the service behind nginx, as docs/serving-static.md shows them, against one of them.

Usage: python benchmarks/http/replicas.py [--seconds N]

Needs wrk, nginx and a built site. nginx and the replicas share core 0, wrk runs on core 1.
"""

import argparse
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from once import COMMAND, ROOT, make_database
from servers import ENVIRONMENT, free_port, running, service

_CONNECTIONS = 16
_BATCH = {"pairs": [{"kernel": "6.12.117", "value": number % 120} for number in range(1000)]}
_QUESTION = "/v1/resolve?kernel=6.12.117&value=77"
_LOAD = Path(__file__).with_name("load.lua")


def shown_configuration() -> str:
    """Return the configuration of nginx that the page shows for replicas."""
    page = (ROOT / "docs" / "serving-static.md").read_text(encoding="utf-8")
    return re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)[1]


@contextmanager
def front(folder: Path, first: int, second: int) -> Iterator[int]:
    """Start nginx before two replicas, and give its port."""
    port = free_port()
    http = shown_configuration()
    for old, new in (
        ("/srv/dropreasons", f"{folder}/twin"),
        ("127.0.0.1:8001", f"127.0.0.1:{first}"),
        ("127.0.0.1:8002", f"127.0.0.1:{second}"),
        ("listen 8080", f"listen 127.0.0.1:{port}"),
    ):
        http = http.replace(old, new)
    head = f"daemon off;\npid {folder}/pid;\nerror_log stderr error;\nevents {{ worker_connections 1024; }}\n"
    (folder / "nginx.conf").write_text(f"{head}http {{\naccess_log off;\n{http}}}\n", encoding="utf-8")
    with running(["taskset", "-c", "0", "nginx", "-c", f"{folder}/nginx.conf", "-p", str(folder)], port):
        yield port


def asked(port: int, kind: str, file: Path, seconds: int) -> float:
    """Return how many requests are answered a second."""
    words = ["-t1", f"-c{_CONNECTIONS}", f"-d{seconds}", "--timeout=20s", "-s", str(_LOAD), f"http://127.0.0.1:{port}"]
    command = ["taskset", "-c", "1", "wrk", *words, "--", kind, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    requests, microseconds, _, wrong = map(int, done.stdout.partition("FIGURES ")[2].split())
    if wrong:
        raise SystemExit(f"{wrong} requests failed")
    return requests / microseconds * 1e6


def main() -> None:
    """Measure each way once, and print answers a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        database = make_database(folder)
        export = [COMMAND, "export", "--db", str(database), "--static", str(folder / "twin")]
        subprocess.run(export, check=True, env=ENVIRONMENT)
        files = {"file": "/v1/reasons/FULL_RING", "question": _QUESTION, "batch": json.dumps(_BATCH)}
        for kind, text in files.items():
            (folder / kind).write_text(text + ("" if kind == "batch" else "\n"), encoding="ascii")
        with service(database) as one, service(database) as two, front(folder, one.port, two.port) as port:
            for said, where, kind, file in (
                ("a file, from nginx", port, "get", "file"),
                ("resolve, one replica direct", one.port, "get", "question"),
                ("resolve, nginx and two replicas", port, "get", "question"),
                ("batch of 1,000, one replica direct", one.port, "post", "batch"),
                ("batch of 1,000, nginx and two replicas", port, "post", "batch"),
            ):
                print(f"{said:40} {asked(where, kind, folder / file, seconds):8.0f} answers a second")


if __name__ == "__main__":
    main()
