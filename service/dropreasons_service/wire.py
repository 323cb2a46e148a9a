# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""HTTP on the wire: answers what is made already without a task, and bounds what a client may send and how slowly.

It builds on uvicorn's own protocol, whose parts it uses are pinned by the range of uvicorn in pyproject.toml and by
tests/test_wire.py. Everything it answers, `Front` answers alike.
"""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from dropreasons_service.answers import Reply
from dropreasons_service.conditions import asked_by
from dropreasons_service.front import Front

#: Bytes of a request's line and headers; the longest address of the service is far shorter.
LARGEST_HEAD = 32 << 10
_SWEEP_SECONDS = 1.0
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n"
    b"connection: close\r\n\r\n"
)
_WITH_BODY = {b"content-length", b"transfer-encoding", b"upgrade", b"expect"}


class Wire(HttpToolsProtocol):
    """One connection."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any], **more: Any) -> None:
        super().__init__(config, server_state, app_state, **more)
        self.front = _front(config.loaded_app)
        self.settings = self.front.settings
        #: Since when the client is waited for, and with what patience; None while an answer is made.
        self.since = self.loop.time()
        self.patience: float | None = self.settings.head_seconds
        self._paused_since = 0.0
        # Bytes of a head that came after its first piece, and whether a piece is large enough for a head too large.
        self._head, self._in_head, self._large = 0, False, False
        self._answered = False

    def connection_made(self, transport: Any) -> None:
        """Begin a connection."""
        self.front.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        self.front.connections.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; refuse a head that grows too large."""
        self._large = len(data) > LARGEST_HEAD
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > LARGEST_HEAD:
            self._refuse()

    def _refuse(self) -> None:
        self._answered = True
        if not self.transport.is_closing():
            self.front.counts.request("refused", 431)
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def pause_writing(self) -> None:
        """Note since when the client does not read."""
        self._paused_since = self.loop.time()
        super().pause_writing()

    def on_message_begin(self) -> None:
        """Begin a request: its head must be whole in time."""
        super().on_message_begin()
        self.since, self.patience = self.loop.time(), self.settings.head_seconds
        self._head, self._in_head, self._answered = 0, True, False

    def on_headers_complete(self) -> None:
        """Answer at once what is made already; pass on everything else."""
        self._in_head = False
        if self._large and len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD:
            self._refuse()
            return
        self.patience = self.settings.body_seconds
        reply = self._reply() if self._may_answer() else None
        if reply is None:
            super().on_headers_complete()
            return
        self._answered = True
        self._write(reply)

    def on_message_complete(self) -> None:
        """End a request."""
        if self._answered:
            self.patience = self.settings.idle_seconds
            return
        self.patience = None
        if self.cycle is not None:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.since, self.patience = self.loop.time(), self.settings.idle_seconds
        super().on_response_complete()

    def _may_answer(self) -> bool:
        """Tell whether nothing stands in the way of an answer here and now: order, room, a body, HTTP/1.0."""
        free = (self.cycle is None or self.cycle.response_complete) and not self.pipeline and not self.flow.write_paused
        return (
            free
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and (self.limit_concurrency is None or len(self.connections) < self.limit_concurrency)
        )

    def _reply(self) -> Reply | None:
        method = self.parser.get_method()
        if method not in {b"GET", b"HEAD"} or any(name in _WITH_BODY for name, _ in self.headers):
            return None
        asked = asked_by(self.headers)
        path, _, query = self.url.partition(b"?")
        if asked.accept not in {b"", b"*/*"} or b"%" in path:
            return None
        made = self.front.made(path.decode("ascii", "replace"), query)
        if made is None:
            return None
        reply = made.to(asked)
        self.front.counts.request("resolve" if query else "made", reply.status)
        if self.front.log is not None:
            said = {"method": method.decode(), "path": path.decode("ascii", "replace"), "query_string": query}
            self.front.log.request({**said, "client": self.client}, reply.status)
        return reply if method == b"GET" else Reply(reply.status, reply.headers, b"")

    def _write(self, reply: Reply) -> None:
        self.server_state.total_requests += 1
        date = b"".join(b"%s: %s\r\n" % header for header in self.server_state.default_headers)
        self.transport.write(b"".join((_STATUS_LINES[reply.status], date, reply.head, reply.body)))

    def overdue(self, now: float) -> bool:
        """Tell whether the client was waited for long enough, for a request or to read an answer."""
        if self.flow is not None and self.flow.write_paused:
            return now - self._paused_since > self.settings.idle_seconds
        return self.patience is not None and now - self.since > self.patience


def _front(app: Any) -> Front:
    """Return our own application, from below what uvicorn wraps around it."""
    while not isinstance(app, Front):
        app = app.app
    return app


async def sweep(connections: Iterable[Wire]) -> None:
    """Close, once a second, the connections whose client takes too long; one timer for all costs least."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        now = loop.time()
        for connection in [one for one in connections if one.overdue(now)]:
            connection.transport.abort()
