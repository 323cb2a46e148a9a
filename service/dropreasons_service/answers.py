# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Answers as bytes with their headers, made once where they can be, and conditional requests on them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from starlette.types import Receive, Scope, Send

JSON = "application/json"
SCHEMA = "application/schema+json"
# RFC 9264, with the profile that RFC 9727 gives a catalogue of APIs.
LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
# RFC 9111 and RFC 5861: fresh for five minutes, usable an hour while revalidating, a day if we are down.
LATEST = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
NOT_FOUND = "public, max-age=60"
NO_STORE = "no-store"

_EVERYWHERE = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Location, Content-Location"),
    (b"x-content-type-options", b"nosniff"),
]
_NOT_WITH_304 = {b"content-type", b"content-length"}

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_SENT_AT_ONCE = 256

RawHeaders = list[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """A whole answer: status, headers and bytes."""

    status: int
    headers: RawHeaders
    body: bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, or 304 where the client already has these bytes."""
        status, headers, body = self
        if status == 200 and _matches(scope, dict(headers).get(b"etag")):
            status, headers = 304, [h for h in headers if h[0] not in _NOT_WITH_304]
        if status == 304 or scope["method"] == "HEAD":
            body = b""
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Pieces(NamedTuple):
    """A JSON answer to a POST, joined while it is sent, so that no copy of the whole is kept."""

    before: bytes
    items: Sequence[bytes]
    after: bytes
    status: int = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        length = len(self.before) + sum(map(len, self.items)) + max(0, len(self.items) - 1) + len(self.after)
        headers = _headers(length, JSON, NO_STORE)
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        begin = self.before
        for start in range(0, len(self.items), _SENT_AT_ONCE):
            piece = begin + b",".join(self.items[start : start + _SENT_AT_ONCE])
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            begin = b","
        rest = self.after if self.items else self.before + self.after
        await send({"type": "http.response.body", "body": rest})


def answer(
    body: bytes, media_type: str, *, status: int = 200, cache: str = LATEST, headers: Iterable[tuple[str, str]] = ()
) -> Answer:
    """Make an answer; its ETag is of these very bytes, so it changes with the serialiser too."""
    raw = [
        *_headers(len(body), media_type, cache),
        *((name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers),
    ]
    if status == 200:
        raw.append((b"etag", f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()))
    return Answer(status, raw, body)


def json_answer(data: Any, **options: Any) -> Answer:
    """Make a JSON answer."""
    return answer(to_json(data), JSON, **options)


def to_json(data: Any) -> bytes:
    """Return data as the JSON bytes every answer uses: sorted keys, no spaces, UTF-8."""
    return _JSON.encode(data).encode()


def _headers(length: int, media_type: str, cache: str) -> RawHeaders:
    """Return the headers every answer has."""
    return [
        (b"content-type", media_type.encode()),
        (b"content-length", str(length).encode()),
        (b"cache-control", cache.encode()),
        *_EVERYWHERE,
    ]


def located(address: str) -> tuple[str, str]:
    """Return the header that names the one address of an answer, however it was asked for (RFC 9110, 8.7)."""
    return ("content-location", address)


def redirect(location: str, status: int = 301) -> Answer:
    """Make a redirect."""
    return answer(b"", TEXT, status=status, headers=[("location", location)])


def _matches(scope: Scope, etag: bytes | None) -> bool:
    """Tell whether If-None-Match names an ETag (RFC 9110, 13.1.2: a list, weak comparison, or *)."""
    if etag is None:
        return False
    wanted = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
    tags = {tag.strip().removeprefix(b"W/") for tag in wanted.split(b",")}
    return b"*" in tags or etag in tags
