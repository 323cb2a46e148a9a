# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The service in operation: new databases under load, damaged ones, workers, its end, its counts and its log."""

import hashlib
import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from conftest import ROOT
from prometheus_client.parser import text_string_to_metric_families
from served import Served, served
from starlette.testclient import TestClient

from dropreasons.catalogue import load_catalogue
from dropreasons.registry_file import verified_head
from dropreasons.store import build_registry
from dropreasons_service.app import create_app
from dropreasons_service.settings import Settings

PATHS = ["/v1/reasons/FULL_RING", "/v1/reasons", "/v1/search?q=ring", "/v1/resolve?kernel=6.12.117&value=71", "/v1"]
Answer = tuple[str, int, str | None, str]


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry.db in which FULL_RING is told in other words."""
    root = tmp_path_factory.mktemp("other")
    shutil.copytree(ROOT / "kernels", root / "kernels")
    text = (ROOT / "reasons.yaml").read_text(encoding="utf-8")
    before, _, after = text.partition("\nFULL_RING:\n")
    changed = after.replace("  summary: ", "  summary: Told anew. ", 1)
    (root / "reasons.yaml").write_text(f"{before}\nFULL_RING:\n{changed}", encoding="utf-8")
    build_registry(load_catalogue(root), root / "registry.db")
    return root / "registry.db"


@pytest.fixture
def live(database: Path, tmp_path: Path) -> Path:
    """A registry.db that is served, and may be replaced."""
    return Path(shutil.copy(database, tmp_path / "registry.db"))


def test_registries_that_differ_differ_in_their_head(database: Path, other: Path) -> None:
    """One changed word changes the head, against which the pages beside a registry.db are held."""
    assert verified_head(str(database)) != verified_head(str(other))


def put(new: Path, live: Path) -> str:
    """Put a file in the place of another, as `dropreasons build` does, and return its digest."""
    beside = live.with_suffix(".new")
    shutil.copy(new, beside)
    beside.replace(live)
    return digest(new.read_bytes())


def digest(content: bytes) -> str:
    """Return the sha256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def ask(connection: http.client.HTTPConnection, path: str) -> Answer:
    """Return what tells one answer from another."""
    connection.request("GET", path)
    answer = connection.getresponse()
    return path, answer.status, answer.headers["ETag"], digest(answer.read())


def answers_of(database: Path) -> set[Answer]:
    """Return the answers of a service that knows only one database."""
    with TestClient(create_app(Settings(db=str(database))), headers={"Accept-Encoding": "identity"}) as client:
        found = [(path, client.get(path)) for path in PATHS]
    return {(path, one.status_code, one.headers["ETag"], digest(one.content)) for path, one in found}


def until(true: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def ready(service: Served) -> str:
    """Return the digest that the service says it serves."""
    return str(json.loads(body(service, "/readyz"))["sha256"])


def body(service: Served, path: str) -> bytes:
    """Return the body of an answer, over a connection of its own."""
    with closing(connected(service)) as connection:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().read()


def connected(service: Served, timeout: float = 60) -> http.client.HTTPConnection:
    """Return a connection to the service."""
    return http.client.HTTPConnection("127.0.0.1", service.port, timeout=timeout)


def metrics(service: Served) -> dict[str, float]:
    """Return the samples that /metrics tells, by name and labels, the sums by name alone as well."""
    # A request is counted just after its answer is sent.
    time.sleep(0.2)
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(body(service, "/metrics").decode()):
        for sample in family.samples:
            labels = ",".join(sample.labels.values())
            found[f"{sample.name} {labels}"] = sample.value
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


@contextmanager
def asked_without_pause(service: Served) -> Iterator[list[Answer | Exception]]:
    """Ask from four connections as fast as they answer, and keep every answer and every failure."""
    answers: list[Answer | Exception] = []
    stop = threading.Event()

    def client() -> None:
        with closing(connected(service)) as connection:
            try:
                while not stop.is_set():
                    answers.extend(ask(connection, path) for path in PATHS)
            except (OSError, http.client.HTTPException) as error:
                answers.append(error)

    clients = [threading.Thread(target=client) for _ in range(4)]
    for one in clients:
        one.start()
    try:
        yield answers
    finally:
        stop.set()
        for one in clients:
            one.join()


@pytest.mark.slow
@pytest.mark.parametrize("by_signal", [False, True], ids=["file", "SIGHUP"])
def test_a_new_database_is_taken_over_under_load(database: Path, other: Path, live: Path, *, by_signal: bool) -> None:
    """Not one request fails, and every answer is that of one database or of the other."""
    known = answers_of(database) | answers_of(other)
    assert len(known) > len(PATHS)
    with served(live, watch="0" if by_signal else "0.1") as service, asked_without_pause(service) as answers:
        for new in (other, database, other, database, other):
            wanted = put(new, live)
            if by_signal:
                service.signal(signal.SIGHUP)
            until(lambda wanted=wanted: ready(service) == wanted, "the new database is not served")
            taken = len(answers)
            until(lambda taken=taken: len(answers) > taken + 20, "the clients stand still")
        assert metrics(service)["dropreasons_swaps_total"] == 5
    assert set(answers) <= known
    assert set(answers) >= answers_of(other)


def damaged(path: Path, how: str) -> None:
    """Make a registry.db no good."""
    content = path.read_bytes()
    path.unlink()
    if how == "corrupted":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + b"\xa5" * 500 + content[middle + 500 :])
    elif how == "truncated":
        path.write_bytes(content[: len(content) * 2 // 3])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "text":
        path.write_text("This is no database.\n" * 100, encoding="ascii")
    elif how == "newer":
        path.write_bytes(content)
        with sqlite3.connect(path) as connection:
            connection.execute("pragma user_version = 99")
    elif how == "foreign":
        with sqlite3.connect(path) as connection:
            connection.execute("create table reason (name)")


DAMAGES = ["corrupted", "truncated", "empty", "text", "newer", "foreign", "missing"]


@pytest.mark.slow
@pytest.mark.parametrize("how", DAMAGES)
def test_a_bad_database_is_refused_at_start(live: Path, how: str) -> None:
    """One line says which file and why; nothing is promised."""
    damaged(live, how)
    command = [sys.executable, "-m", "dropreasons", "serve", "--port", "0", "--db", str(live)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert str(live) in done.stderr


@pytest.mark.slow
def test_a_bad_database_is_refused_while_the_old_one_serves_on(database: Path, other: Path, live: Path) -> None:
    """Each is told in the log and counted, and the next good one is taken."""
    with served(live, watch="0.05") as service:
        before, serving = body(service, PATHS[0]), ready(service)
        for count, how in enumerate(DAMAGES, 1):
            beside = live.with_name(f"{how}.db")
            shutil.copy(database, beside)
            damaged(beside, how)
            if beside.exists():
                beside.replace(live)
            else:
                live.unlink()
            until(lambda count=count: metrics(service)["dropreasons_refused_swaps_total"] == count, how)
            assert (body(service, PATHS[0]), ready(service)) == (before, serving)
        told = [line for line in map(json.loads, lines_of(service)) if "refused a new database" in line["message"]]
        assert len(told) == len(DAMAGES)
        assert all(str(live) in line["message"] for line in told)
        wanted = put(other, live)
        until(lambda: ready(service) == wanted, "the good database is not taken")
        assert b"Told anew." in body(service, PATHS[0])


def lines_of(service: Served) -> list[str]:
    """Return what the service wrote, but for the line that the command writes before it serves."""
    return [line for line in service.said if not line.startswith("The site is not built")]


def workers_of(service: Served) -> list[int]:
    """Return the processes that answer: those that hold the port and are not the one that looks after them."""
    pids = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text(encoding="ascii").split()
    return [pid for pid in map(int, pids) if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]


@contextmanager
def halted(pid: int) -> Iterator[None]:
    """Keep a process from doing anything for a moment."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
def test_two_workers(other: Path, live: Path) -> None:
    """Each answers alone, their counts are one, SIGHUP reaches both, and one that is killed is replaced."""
    with served(live, "--workers", "2", watch="0") as service:
        until(lambda: body(service, "/healthz"), "no worker answers")
        first, second = workers_of(service)
        # Both have opened the old database, and listen to signals, once they answer.
        for halt in (first, second):
            with halted(halt):
                assert body(service, "/v1/reasons/NOMEM")
        wanted = put(other, live)
        service.signal(signal.SIGHUP)
        for halt in (first, second):
            with halted(halt):
                until(lambda: ready(service) == wanted, "a worker serves the old database", 4)
        assert metrics(service)["dropreasons_swaps_total"] == 2
        before = metrics(service)["dropreasons_requests_total"]
        for halt in (first, second, first):
            with halted(halt):
                assert body(service, "/v1/reasons/LSM")
        assert metrics(service)["dropreasons_requests_total"] == before + 4
        os.kill(first, signal.SIGKILL)
        until(lambda: len(set(workers_of(service)) - {first}) == 2, "the killed worker is not replaced")

        def answers_without_the_second() -> bool:
            with halted(second), closing(connected(service, 2)) as connection, suppress(TimeoutError):
                return ask(connection, "/readyz")[1] == 200
            return False

        until(answers_without_the_second, "the new worker does not answer", 40)
        assert metrics(service)["dropreasons_requests_total"] > before + 4
    assert service.process.returncode == 0


@pytest.mark.slow
def test_requests_in_hand_are_answered_before_the_end(database: Path) -> None:
    """SIGTERM while twelve large batches wait: all are answered whole, and nobody new is let in."""
    pairs = [{"kernel": f"6.{n % 20}.{n % 50}", "value": n % 130} for n in range(10_000)]
    request = json.dumps({"pairs": pairs}).encode()
    with ExitStack() as closed_at_end, served(database) as service:
        body(service, "/healthz")
        clients = [closed_at_end.enter_context(closing(connected(service))) for _ in range(12)]
        for client in clients:
            client.request("POST", "/v1/resolve", request, {"Content-Type": "application/json"})
        first = clients[0].getresponse().read()
        service.signal(signal.SIGTERM)
        assert {client.getresponse().read() for client in clients[1:]} == {first}
        assert service.process.wait(20) == 0
        with pytest.raises(ConnectionRefusedError):
            service.connect()
