# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Answers what is made already before any routing, and gives every request one snapshot from beginning to end."""

import logging
import re
from time import perf_counter
from typing import Any, cast
from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dropreasons.kernelrelease import NotARelease
from dropreasons_service.answers import NO_STORE, TEXT, Answer, answer
from dropreasons_service.conditions import asked_by
from dropreasons_service.counting import CONTENT_TYPE, Counts, told
from dropreasons_service.logs import AccessLog
from dropreasons_service.problems import BATCH_PATH, POST_PATHS, Problem, methods_of
from dropreasons_service.settings import Settings
from dropreasons_service.snapshot import NotAcceptable, Snapshot

_LOGGER = logging.getLogger(__name__)
_SNAPSHOT = "dropreasons.snapshot"
# What is hardly ever decoded; everything else takes the long way, to the same bytes.
_PLAIN_RESOLVE = re.compile(
    rb"kernel=([0-9A-Za-z](?:[0-9A-Za-z._~-]|%2[Bb]|%7[Ee]){0,99})&value=([0-9]{1,9}|0x[0-9a-f]{1,8})"
)
_PREFLIGHT = [
    ("access-control-allow-headers", "Accept, Content-Type, If-None-Match, Range"),
    ("access-control-max-age", "86400"),
]


def snapshot_of(request: Request) -> Snapshot:
    """Return the snapshot that a request began with: a new one that comes meanwhile does not mix in."""
    return cast(Snapshot, request.scope[_SNAPSHOT])


def counts_of(request: Request) -> Counts:
    """Return the counts of this worker."""
    return cast(Counts, request.app.state.counts)


class Front:
    """The outermost application: what is made is sent at once, questions go on to FastAPI."""

    def __init__(self, app: ASGIApp, snapshot: Snapshot, settings: Settings, counts: Counts) -> None:
        self._app = app
        self.snapshot = snapshot
        self.settings = settings
        self.counts = counts
        self.log = AccessLog() if settings.access_log else None
        #: The open connections, for whoever looks after them.
        self.connections: set[Any] = set()

    def made(self, path: str, query: bytes, accept: bytes = b"") -> Answer | None:
        """Return the answer to a GET that needs no routing.

        Raises:
            NotAcceptable: there is an answer, but in no form that is accepted.
        """
        if not query:
            if path == "/metrics":
                return self._metrics()
            return self.snapshot.ready(path, accept)
        if path == BATCH_PATH:
            return self._resolved(query)
        return None

    def _resolved(self, query: bytes) -> Answer | None:
        """Return the answer to a plain question for one number."""
        match = _PLAIN_RESOLVE.fullmatch(query)
        if match is None:
            return None
        kernel, value = match[1].decode(), match[2]
        if "%" in kernel:
            kernel = unquote(kernel)
        try:
            return self.snapshot.resolved(kernel, int(value, 16 if value[:2] == b"0x" else 10))
        except NotARelease:
            return None

    def _metrics(self) -> Answer:
        text = told(self.counts, self.snapshot.release, self.snapshot.digest)
        return answer(text, CONTENT_TYPE, cache=NO_STORE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        route, status = "question", 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            route = await self._answer(scope, receive, watched)
        finally:
            self._account(scope, route, status, perf_counter() - started)

    def _account(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        self.counts.request(route, status)
        if route in {"question", "batch"}:
            self.counts.took(seconds)
        if self.log is not None:
            self.log.request(scope, status, seconds)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> str:
        """Send the answer, and say what kind of request it was."""
        method, path = scope["method"], scope["path"]
        scope = {**scope, _SNAPSHOT: self.snapshot}
        if method == "POST" and path in POST_PATHS:
            await self._app(scope, receive, send)
            return "batch"
        if method not in {"GET", "HEAD"} or not POST_PATHS.get(path, True):
            await _other_method(scope)(scope, receive, send)
            return "refused"
        try:
            made = self.made(path, scope["query_string"], asked_by(scope["headers"]).accept)
        except NotAcceptable as error:
            detail = f"{path} is not to be had in a form that Accept allows."
            problem = Problem("not-acceptable", detail, valid=list(error.offered))
            await problem.answer(scope)(scope, receive, send)
            return "refused"
        if made is not None:
            await made(scope, receive, send)
            return "resolve" if scope["query_string"] else "made"
        # FastAPI answers HEAD on a GET route with 405: ask it for the whole answer and send its head.
        whole = {**scope, "method": "GET"}
        await self._app(whole, receive, _headless(send) if method == "HEAD" else send)
        return "question" if path.startswith("/v1") else "site"


def _other_method(scope: Scope) -> Answer:
    """Return the answer to a method that is not GET or HEAD; OPTIONS is what a browser asks before a POST."""
    if scope["method"] == "OPTIONS":
        methods = methods_of(scope["path"])
        allowed = [("allow", f"{methods}, OPTIONS"), ("access-control-allow-methods", methods), *_PREFLIGHT]
        return answer(b"", TEXT, status=204, headers=allowed)
    return Problem(
        "method-not-allowed", f"{scope['method']} is not offered here; only {methods_of(scope['path'])}."
    ).answer(scope)


def _headless(send: Send) -> Send:
    """Return a `send` that leaves out the body."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)}
        await send(message)

    return send_head
