# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Objects that a tool printed one to a line, all with the same keys in the same order: what differs between them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from dropreasons.decode.line_ends import lines_of

__all__ = ["Shape", "by_pattern", "object_parts", "shape_of"]

#: What a value of JSON may be where the first object has such a value.
_PATTERNS = {ord("s"): rb'[^"]*+', ord("i"): rb"-?(?:0|[1-9][0-9]*+)"}
_TOKEN = re.compile(rb'("[^"]*")(\s*:)?|(-?[0-9]+)(?![0-9.eE])|([{\[])|([}\]])|[^"{}\[\]0-9-]+')
#: JSON has no such characters but for the end of a line; `[^"]` does not exclude them.
_CONTROL = [bytes([code]) for code in range(0x20) if code != ord("\n")]

_LONGEST = 1 << 14


class Shape(NamedTuple):
    """Lines are the pieces with values between them: `s` within the quotation marks of a string, `i` an integer."""

    pieces: tuple[bytes, ...]
    kinds: bytes
    #: The values with which the part that is asked for begins and ends.
    first: int
    last: int


def shape_of(line: bytes, starts: Mapping[bytes, bytes], first: bytes, last: bytes) -> Shape | None:
    """Return the shape of a line; None if it holds no plain object, or one that names a key twice.

    Args:
        line: the line, with its end.
        starts: what the strings of some keys of the object must start with.
        first: the key with whose string the part begins that is asked for.
        last: the key with whose string it ends.
    """
    pieces, kinds = [b""], b""
    #: The keys of the object itself, with the index of the value where that is a string.
    strings: dict[bytes, int | None] = {}
    key, depth = b"", 0
    for token in _tokens(line):
        text, colon, integer, opens, closes = token.groups()
        depth += bool(opens) - bool(closes)
        if colon:
            key = text[1:-1] if depth == 1 else b""
            if key in strings:
                return None
            if depth == 1:
                strings[key] = None
            pieces[-1] += token[0]
        elif text:
            start = starts.get(key, b"") if depth == 1 else b""
            if not text.startswith(b'"' + start):
                return None
            if depth == 1:
                strings[key] = len(kinds)
            pieces[-1] += b'"' + start
            pieces.append(b'"')
            kinds += b"s"
        elif integer:
            pieces.append(b"")
            kinds += b"i"
        else:
            pieces[-1] += token[0]
    begins, ends, *others = (strings.get(each) for each in (first, last, *starts))
    if begins is None or ends is None or begins > ends or None in others:
        return None
    return Shape(tuple(pieces), kinds, begins, ends)


def _tokens(line: bytes) -> "list[re.Match[bytes]]":
    """Return the tokens of a line, none if it holds no plain object, or is longer than lines with one shape are."""
    if len(line) > _LONGEST or line.find(b"\n") != len(line) - 1 or not _plain(line) or not _is_object(line):
        return []
    tokens = list(_TOKEN.finditer(line))
    return tokens if b"".join(token[0] for token in tokens) == line else []


def by_pattern(block: bytes, shape: Shape) -> list[bytes] | None:
    """Return the part of each line that the shape asks for; None if a line is of another shape."""
    found = _pattern(shape).findall(block) if _plain(block) else None
    return found if found is not None and len(found) == lines_of(block) and block[-1:] in b"\n" else None


def _plain(block: bytes) -> bool:
    """Tell whether every string of the block ends at the next quotation mark, and holds nothing that JSON forbids."""
    return block.isascii() and b"\\" not in block and not any(map(block.__contains__, _CONTROL))


def _is_object(line: bytes) -> bool:
    import msgspec  # noqa: PLC0415  logs of text do without

    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (ValueError, RecursionError):
        return False


@lru_cache(maxsize=8)
def _pattern(shape: Shape) -> "re.Pattern[bytes]":
    pattern = re.escape(shape.pieces[0])
    for index, kind in enumerate(shape.kinds):
        begins, ends = b"(" * (index == shape.first), b")" * (index == shape.last)
        pattern += begins + _PATTERNS[kind] + ends + re.escape(shape.pieces[index + 1])
    return re.compile(rb"^" + pattern, re.MULTILINE)


try:
    from dropreasons_fast import object_parts
except ImportError:
    object_parts = by_pattern
