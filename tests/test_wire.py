# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The service on the wire: clients that are slow, large, broken or many, and what they get."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served, served
from starlette.testclient import TestClient

KEEP = b"Host: x\r\n\r\n"
LAST = b"Host: x\r\nConnection: close\r\n\r\n"
#: Headers that depend on the moment or the connection.
MOVING = ("date", "connection")


@pytest.fixture(scope="module")
def service(database: Path) -> Iterator[Served]:
    """The service with little patience."""
    with served(database, head_seconds="2", body_seconds="2", idle_seconds="3") as running:
        yield running


def parts(answer: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return status, headers and body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [line.partition(": ") for line in lines]
    sent = [(name, value) for name, _, value in headers if name not in MOVING]
    return int(first.split()[1]), sent, body


ALIKE = ["/v1/reasons/FULL_RING", "/v1/reasons/full_ring", "/v1", "/v1/numbers/0x4d", "/v1/numbers/77", "/healthz",
         "/v1/resolve?kernel=6.12.117&value=77", "/v1/resolve?kernel=6.12.48%2Bdeb13-amd64&value=0x4d",
         "/v1/resolve?kernel=x&value=77", "/v1/nothing", "/v1/search?q=ring", "/v1/reasons.csv"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("path", ALIKE)
def test_the_quick_way_and_the_long_way_agree(service: Served, path: str) -> None:
    """A request that is answered in the connection gets what one gets that goes through the application."""
    for method in ("GET", "HEAD"):
        for headers in (b"", b"If-None-Match: *\r\n", b"Accept-Encoding: gzip\r\n"):
            request = f"{method} {path} HTTP/1.1\r\n".encode() + headers
            with service.connect() as connection:
                connection.sendall(request + KEEP + b"GET /healthz HTTP/1.1\r\n" + LAST)
                both = b"".join(iter(lambda c=connection: c.recv(1 << 16), b""))
            # A request with an empty body takes the long way.
            alone = service.raw(request + b"Content-Length: 0\r\n" + LAST)
            status, sent, body = parts(alone)
            quick = both[: both.rindex(b"HTTP/1.1 200")]
            assert parts(quick) == (status, sent, body)


@pytest.mark.slow
def test_pipelined_requests_are_answered_in_order(service: Served) -> None:
    """Requests of both ways, sent at once, are answered one after another."""
    paths = ["/v1/reasons/NOMEM", "/v1/search?q=ring", "/v1/reasons/FULL_RING", "/v1/nothing", "/v1/reasons/LSM"] * 20
    request = b"".join(f"GET {path} HTTP/1.1\r\n".encode() + KEEP for path in paths)
    whole = service.raw(request + b"GET /healthz HTTP/1.1\r\n" + LAST)
    located = re.findall(rb"content-location: (\S+)|(problems/not-found)", whole)
    wanted = [
        b"/v1/reasons/NOMEM.json",
        b"/v1/search?q=ring&limit=20",
        b"/v1/reasons/FULL_RING.json",
        b"",
        b"/v1/reasons/LSM.json",
    ]
    assert [first for first, _ in located] == wanted * 20


@pytest.mark.slow
@pytest.mark.parametrize("path", [b"/v1/reasons/NOMEM", b"/v1/search?q=ring"])
def test_a_head_too_large_is_refused(service: Served, path: bytes) -> None:
    """In one piece or in many, complete or not."""
    large = b"GET " + path + b" HTTP/1.1\r\nX-Large: " + b"a" * 70_000 + b"\r\n"
    many = b"GET " + path + b" HTTP/1.1\r\n" + b"".join(b"X-%d: abcdefgh\r\n" % n for n in range(4000))
    for request in (large + LAST, many + LAST):
        assert service.raw(request).startswith(b"HTTP/1.1 431 ")
    with service.connect() as connection:
        connection.sendall(b"GET " + path + b" HTTP/1.1\r\nX-Slow: ")
        answer = b""
        for _ in range(100):
            connection.sendall(b"a" * 1000)
            time.sleep(0.002)
            connection.settimeout(0.001)
            try:
                answer += connection.recv(1000)
            except TimeoutError:
                continue
            break
        assert answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.slow
def test_slow_clients_are_left(service: Served) -> None:
    """A head or a body that does not come, and a connection nobody uses, are closed; others are served meanwhile."""
    with service.connect() as head, service.connect() as body, service.connect() as idle, service.connect() as silent:
        head.sendall(b"GET /v1/reasons/NOMEM HTTP/1.1\r\nX: ")
        body.sendall(
            b"POST /v1/resolve HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
        )
        idle.sendall(b"GET /v1/reasons/NOMEM HTTP/1.1\r\n" + KEEP)
        began = time.monotonic()
        for connection in (head, body, silent, idle):
            connection.settimeout(10)
            while True:
                try:
                    if not connection.recv(1 << 16):
                        break
                except ConnectionResetError:
                    break
            assert b" 200 OK" in service.raw(b"GET /v1/reasons/LSM HTTP/1.1\r\n" + LAST)
        assert time.monotonic() - began < 10


@pytest.mark.slow
def test_a_thousand_idle_connections(service: Served) -> None:
    """They cost nothing but themselves: a request beside them is answered."""
    connections = [service.connect() for _ in range(1000)]
    try:
        assert b" 200 OK" in service.raw(b"GET /v1/resolve?kernel=6.12.117&value=77 HTTP/1.1\r\n" + LAST)
    finally:
        for connection in connections:
            connection.close()


BROKEN = [b"GET /%zz HTTP/1.1\r\n", b"GET /v1/reasons/%00 HTTP/1.1\r\n", b"GET /v1/reasons/%E2%80%AE HTTP/1.1\r\n",
          b"GET /v1/reasons/%ff%fe HTTP/1.1\r\n", b"GET /v1/kernels/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n",
          b"GET /v1/kernels/../../etc/passwd HTTP/1.1\r\n", b"GET //v1 HTTP/1.1\r\n", b"GET /v1/ HTTP/1.1\r\n",
          b"GET /..%2f..%2f..%2fetc/passwd HTTP/1.1\r\n", b"GET /v1/resolve?kernel=%&value=% HTTP/1.1\r\n",
          b"BREW /v1 HTTP/1.1\r\n", b"GET v1 HTTP/1.1\r\n", b"GET http://x/v1 HTTP/1.1\r\n", b"\x00\x01\x02\r\n",
          b"GET /v1 HTTP/9.9\r\n", b"GET /v1/reasons?limit=99999999999999999999 HTTP/1.1\r\n"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("line", BROKEN)
def test_broken_requests_get_a_plain_no(service: Served, line: bytes) -> None:
    """Whatever is asked, the answer is one of the client's mistakes and the service lives on."""
    status = int(service.raw(line + LAST).split()[1])
    assert 300 <= status < 500 or line.startswith(b"GET http://x/v1 ")
    assert b" 200 OK" in service.raw(b"GET /healthz HTTP/1.1\r\n" + LAST)


@pytest.mark.slow
def test_http_1_0_and_upgrades(service: Served) -> None:
    """An old client gets its answer and the end of the connection; an upgrade is not taken."""
    assert b" 200 OK" in service.raw(b"GET /v1/reasons/NOMEM HTTP/1.0\r\n\r\n")
    upgrade = b"GET /v1/reasons/NOMEM HTTP/1.1\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nHost: x\r\n\r\n"
    assert service.raw(upgrade).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.slow
def test_fifty_clients_with_the_largest_batch(service: Served, client: TestClient) -> None:
    """All at once; every one gets all its answers, the very same bytes."""
    pairs = [f'{{"kernel":"6.{n % 20}.{n % 50}","value":{n % 130}}}' for n in range(10_000)]
    body = f'{{"pairs":[{",".join(pairs)}]}}'.encode()
    head = b"POST /v1/resolve HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
    expected = client.post("/v1/resolve", content=body, headers={"Content-Type": "application/json"}).content

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(head + LAST + body)
        answer = await reader.read()
        writer.close()
        return answer.partition(b"\r\n\r\n")[2]

    async def all_at_once() -> list[bytes]:
        return await asyncio.gather(*(ask() for _ in range(50)))

    assert set(asyncio.run(all_at_once())) == {expected}
