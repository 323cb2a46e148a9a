# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Two replicas of the service behind nginx, as docs/serving-static.md shows them; one is stopped under load."""

import http.client
import json
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import require
from fronted import fronted, shown
from served import Served, served
from test_static_twin import export

from dropreasons_service.site import is_built

pytestmark = pytest.mark.slow
GET = ("GET", "/v1/resolve?kernel=6.12.117&value=77", None)
BATCH = ("POST", "/v1/resolve", json.dumps({"pairs": [{"kernel": "6.12.117", "value": n} for n in range(200)]}))
FILE = ("GET", "/v1/reasons/FULL_RING", None)
CLIENTS = 4


@contextmanager
def behind_nginx(database: Path, first: Served, second: Served) -> Iterator[str]:
    """Start nginx before two replicas, with files for the rest."""
    with tempfile.TemporaryDirectory(prefix="dropreasons-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "nginx").mkdir()
        assert export(database, folder / "twin").returncode == 0
        places = {"/srv/dropreasons": str(folder / "twin"), "127.0.0.1:8001": f"127.0.0.1:{first.port}",
                  "127.0.0.1:8002": f"127.0.0.1:{second.port}"}  # fmt: skip
        with fronted(folder / "nginx", shown("serving-static.md")[1], places) as address:
            yield address


class Client(threading.Thread):
    """Somebody who asks without end: one number, many, and a file."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
        self.stopping = threading.Event()
        self.count = 0
        self.answers: set[tuple[int, str, bytes]] = set()
        #: Which replicas answered, and when last.
        self.replicas: dict[str, float] = {}
        self.failed: list[Exception] = []

    def run(self) -> None:
        with closing(self._connection):
            while not self.stopping.is_set():
                try:
                    self._ask()
                except (OSError, http.client.HTTPException) as error:
                    self.failed.append(error)
                    self._connection.close()

    def _ask(self) -> None:
        for method, path, body in (GET, BATCH, FILE):
            self._connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            answer = self._connection.getresponse()
            self.answers.add((answer.status, method + path, answer.read()))
            self.replicas[answer.headers.get("X-Replica", "file")] = time.monotonic()
            self.count += 1
            assert len(answer.headers.get_all("Access-Control-Allow-Origin")) == 1


def test_a_replica_is_stopped_under_load(database: Path) -> None:
    """Both answer; after SIGTERM to one, not one request fails, and every answer is the same as before."""
    require(is_built(), "the site: make build")
    with served(database) as first, served(database) as second, behind_nginx(database, first, second) as address:
        clients = [Client(address) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(2)
        asked_before = sum(client.count for client in clients)
        first.signal(signal.SIGTERM)
        assert first.process.wait(20) in {0, -signal.SIGTERM}
        stopped = time.monotonic()
        time.sleep(2)
        for client in clients:
            client.stopping.set()
            client.join(20)
        assert [error for client in clients for error in client.failed] == []
        assert {status for client in clients for status, _, _ in client.answers} == {200}
        assert len(set().union(*(client.answers for client in clients))) == 3
        assert asked_before > 50
        assert sum(client.count for client in clients) > asked_before + 50
        seen = {where for client in clients for where in client.replicas}
        assert {f"127.0.0.1:{first.port}", f"127.0.0.1:{second.port}", "file"} <= seen
        for client in clients:
            assert client.replicas.get(f"127.0.0.1:{first.port}", 0) < stopped
