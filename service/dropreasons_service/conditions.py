# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What a request's headers ask of an answer: to be left out, cut, or compressed (RFC 9110)."""

import re
from collections.abc import Iterable
from typing import NamedTuple

RawHeaders = list[tuple[bytes, bytes]]

_RANGE = re.compile(rb"bytes=(\d{0,15})-(\d{0,15})")
_QUALITY = re.compile(rb"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", re.IGNORECASE)
_MOST_MEDIA_RANGES = 30


class Asked(NamedTuple):
    """The headers that change an answer; empty where the request has none."""

    if_none_match: bytes = b""
    if_modified_since: bytes = b""
    ranges: bytes = b""
    if_range: bytes = b""
    accept: bytes = b""
    gzip: bool = False


_NAMES = {
    b"if-none-match": "if_none_match",
    b"if-modified-since": "if_modified_since",
    b"range": "ranges",
    b"if-range": "if_range",
    b"accept": "accept",
}
_NOTHING = Asked()


def asked_by(headers: Iterable[tuple[bytes, bytes]]) -> Asked:
    """Return what the headers of a request ask; lists that come in parts are joined."""
    found: dict[str, bytes] = {}
    encodings = b""
    for name, value in headers:
        if name == b"accept-encoding":
            encodings += b"," + value
        elif name in _NAMES:
            key = _NAMES[name]
            found[key] = found[key] + b"," + value if key in found else value
    if not found and not encodings:
        return _NOTHING
    return Asked(**found, gzip=bool(encodings) and _takes_gzip(encodings))


def has_it(asked: Asked, etag: bytes, last_modified: bytes | None) -> bool:
    """Tell whether the client has these bytes (13.1.2: a list, weak comparison, or *); a date counts without a list."""
    if asked.if_none_match == etag:
        return True
    if asked.if_none_match:
        tags = {tag.strip().removeprefix(b"W/") for tag in asked.if_none_match.split(b",")}
        return b"*" in tags or etag in tags
    return last_modified is not None and asked.if_modified_since == last_modified


def wanted_range(asked: Asked, etag: bytes, length: int) -> tuple[int, int] | None:
    """Return the first and the last byte to send, None for the whole; several ranges get the whole.

    Raises:
        ValueError: no byte lies in the range.
    """
    match = _RANGE.fullmatch(asked.ranges.strip())
    if match is None or (asked.if_range and asked.if_range != etag) or match[0] == b"bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, length - int(last)), length - 1
    else:
        start, end = int(first), min(int(last or length), length - 1)
        if last and int(last) < int(first):
            return None
    if start > end:
        raise ValueError("no byte of the answer lies in the range")
    return start, end


def chosen(accept: bytes, offered: Iterable[str]) -> str | None:
    """Return the first media type on offer that is accepted best, None if none is (12.5.1)."""
    if not accept or accept == b"*/*":
        return next(iter(offered))
    ranges = [_media_range(part) for part in accept.split(b",")[:_MOST_MEDIA_RANGES]]
    qualities = {media_type: _quality(media_type.encode(), ranges) for media_type in offered}
    best = max(qualities, key=qualities.__getitem__)
    return best if qualities[best] else None


def _media_range(part: bytes) -> tuple[bytes, float]:
    """Return a media range and its quality."""
    media_type, *parameters = part.split(b";")
    found = next((m for m in map(_QUALITY.fullmatch, parameters) if m), None)
    return media_type.strip().lower(), float(found[1]) if found else 1.0


def _quality(media_type: bytes, ranges: list[tuple[bytes, float]]) -> float:
    """Return the quality of the most specific range that a media type lies in."""
    whole = media_type.partition(b";")[0]
    for wanted in (whole, whole.partition(b"/")[0] + b"/*", b"*/*"):
        qualities = [quality for name, quality in ranges if name == wanted]
        if qualities:
            return max(qualities)
    return 0.0


def _takes_gzip(encodings: bytes) -> bool:
    """Tell whether Accept-Encoding allows gzip."""
    for part in encodings.split(b","):
        name, quality = _media_range(part)
        if name == b"gzip":
            return quality > 0
    return False
