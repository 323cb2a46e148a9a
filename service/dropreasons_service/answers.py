# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Answers as bytes with their headers, made once where they can be, in the form that a request asks for."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from starlette.types import Receive, Scope, Send

from dropreasons_service.conditions import Asked, RawHeaders, asked_by, has_it, wanted_range

JSON = "application/json"
SCHEMA = "application/schema+json"
# RFC 9264, with the profile that RFC 9727 gives a catalogue of APIs.
LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
CSV = "text/csv; charset=utf-8"
NDJSON = "application/x-ndjson"
TEXT = "text/plain; charset=utf-8"
# RFC 9111 and RFC 5861: fresh for five minutes, usable an hour while revalidating, a day if we are down.
LATEST = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
# RFC 8246: a release never changes.
FOR_EVER = "public, max-age=31536000, immutable"
NOT_FOUND = "public, max-age=60"
NO_STORE = "no-store"

_EXPOSED = "ETag, Link, Location, Content-Location, Content-Range, Accept-Ranges, Last-Modified, Repr-Digest"
_EVERYWHERE = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED.encode()),
    (b"x-content-type-options", b"nosniff"),
]
_NOT_WITH_304 = {b"content-type", b"content-length", b"accept-ranges", b"repr-digest"}
#: Below this a compressed answer gains nothing.
_WORTH_COMPRESSING = 1000

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_SENT_AT_ONCE = 4096


class Reply:
    """What is sent: status, headers and bytes."""

    __slots__ = ("_head", "body", "headers", "status")

    def __init__(self, status: int, headers: RawHeaders, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body
        self._head: bytes | None = None

    @property
    def head(self) -> bytes:
        """The headers as they stand on the wire, with the empty line that ends them."""
        if self._head is None:
            self._head = b"".join(b"%s: %s\r\n" % header for header in self.headers) + b"\r\n"
        return self._head


class Answer:
    """A whole answer, and the other forms of it once they were asked for."""

    __slots__ = ("_compressed", "_not_modified", "body", "etag", "last_modified", "ranged", "whole")

    def __init__(self, status: int, headers: RawHeaders, body: bytes) -> None:
        self.body = body
        self.whole = Reply(status, headers, body)
        known = dict(headers)
        self.etag = known.get(b"etag", b"")
        self.last_modified = known.get(b"last-modified")
        self.ranged = b"accept-ranges" in known
        self._not_modified: Reply | None = None
        self._compressed: Answer | None = None

    @property
    def status(self) -> int:
        """The status of the whole answer."""
        return self.whole.status

    def to(self, asked: Asked) -> Reply:
        """Return the answer as a request asks for it: whole, compressed, a part of it, or 304."""
        if self.etag:
            if asked.gzip and not asked.ranges and len(self.body) >= _WORTH_COMPRESSING:
                return self._as_compressed().to(asked._replace(gzip=False))
            if has_it(asked, self.etag, self.last_modified):
                return self._as_not_modified()
            if self.ranged and asked.ranges:
                return self._part(asked)
        return self.whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer in the form asked for."""
        reply = self.to(asked_by(scope["headers"]))
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    def _as_not_modified(self) -> Reply:
        if self._not_modified is None:
            headers = [header for header in self.whole.headers if header[0] not in _NOT_WITH_304]
            self._not_modified = Reply(304, headers, b"")
        return self._not_modified

    def _as_compressed(self) -> "Answer":
        """Return the answer compressed: other bytes, so another ETag."""
        if self._compressed is None:
            body = gzip.compress(self.body, 6, mtime=0)
            replaced = {b"content-length": str(len(body)).encode(), b"etag": self.etag[:-1] + b'-gzip"'}
            headers = [(name, replaced.get(name, value)) for name, value in self.whole.headers]
            self._compressed = Answer(200, [*headers, (b"content-encoding", b"gzip")], body)
        return self._compressed

    def _part(self, asked: Asked) -> Reply:
        """Return the part that a Range header asks for (RFC 9110, 14)."""
        length = len(self.body)
        try:
            wanted = wanted_range(asked, self.etag, length)
        except ValueError:
            headers = [h for h in self.whole.headers if h[0] != b"content-length"]
            nothing = [(b"content-length", b"0"), (b"content-range", b"bytes */%d" % length)]
            return Reply(416, [*headers, *nothing], b"")
        if wanted is None:
            return self.whole
        start, end = wanted
        headers = [h for h in self.whole.headers if h[0] != b"content-length"]
        said = [
            (b"content-length", b"%d" % (end + 1 - start)),
            (b"content-range", b"bytes %d-%d/%d" % (start, end, length)),
        ]
        return Reply(206, [*headers, *said], self.body[start : end + 1])


class Pieces(NamedTuple):
    """A JSON answer to a POST, joined while it is sent, so that no copy of the whole is kept for a slow client."""

    pieces: Sequence[bytes]
    status: int = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        # Joining twice is quicker than asking each piece for its length.
        headers = _headers(sum(map(len, self._blocks())), JSON, NO_STORE)
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for block in self._blocks():
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _blocks(self) -> Iterator[bytes]:
        """Yield the answer in a few large parts."""
        for start in range(0, len(self.pieces), _SENT_AT_ONCE):
            yield b"".join(self.pieces[start : start + _SENT_AT_ONCE])


def answer(  # noqa: PLR0913  what an HTTP answer has; all but the first two by name
    body: bytes,
    media_type: str,
    *,
    status: int = 200,
    cache: str = LATEST,
    headers: Iterable[tuple[str, str]] = (),
    vary: str = "",
) -> Answer:
    """Make an answer; its ETag is of these very bytes, so it changes with the serialiser too."""
    raw = [
        *_headers(len(body), media_type, cache),
        *((name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers),
    ]
    if status == 200:
        raw.append((b"etag", f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()))
        varies = [*filter(None, [vary]), *(["Accept-Encoding"] if len(body) >= _WORTH_COMPRESSING else [])]
        raw += [(b"vary", ", ".join(varies).encode())] if varies else []
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


def link(address: str, relation: str, media_type: str = "") -> tuple[str, str]:
    """Return the header of a link (RFC 8288)."""
    return ("link", f'<{address}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else ""))


def see_other(location: str) -> Answer:
    """Make a redirect to the page that people read of the same thing."""
    return redirect(location, 303)


def redirect(location: str, status: int = 301) -> Answer:
    """Make a redirect."""
    return answer(b"", TEXT, status=status, headers=[("location", location)])
