# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Objects that a tool printed one to a line, all with the same keys in the same order: their shape, as a pattern."""

import re
from collections.abc import Mapping

#: What a value of JSON may be where the first object has such a value.
_STRING = rb'"[^"]*+"'
_INTEGER = rb"-?(?:0|[1-9][0-9]*+)"
_TOKEN = re.compile(rb'("[^"]*")(\s*:)?|(-?[0-9]+)(?![0-9.eE])|([{\[])|([}\]])|[^"{}\[\]0-9-]+')
#: JSON has no such characters but for the end of a line; `[^"]` does not exclude them.
_CONTROL = [bytes([code]) for code in range(0x20) if code != ord("\n")]


def plain(block: bytes) -> bool:
    """Tell whether a string of the block ends at the next quotation mark, and holds nothing that JSON forbids."""
    return block.isascii() and b"\\" not in block and not any(map(block.__contains__, _CONTROL))


def shape_of(line: bytes, values: Mapping[bytes, bytes]) -> "re.Pattern[bytes] | None":
    """Return a pattern of the lines whose objects have the keys of this one, and values of the same kinds.

    Args:
        line: a plain line; if it holds no JSON object, or one that names a key twice, there is no pattern.
        values: patterns for the strings of some keys of the object itself, in their order; a group may span several.
    """
    import msgspec  # noqa: PLC0415  logs of text do without

    try:
        msgspec.json.decode(line, type=dict)
    except (ValueError, RecursionError):
        return None
    pattern, key, depth, at = b"", b"", 0, 0
    wanted, keys = list(values), set[bytes]()
    while at < len(line):
        token = _TOKEN.match(line, at)
        if token is None:
            return None
        at = token.end()
        text, colon, integer, opens, closes = token.groups()
        depth += bool(opens) - bool(closes)
        if text and colon:
            key = text[1:-1] if depth == 1 else b""
            if depth == 1 and key in keys:
                return None
            keys.add(key)
            pattern += re.escape(token[0])
        elif text and key in wanted[:1]:
            pattern += b'"' + values[wanted.pop(0)] + b'"'
            key = b""
        else:
            pattern += _STRING if text else _INTEGER if integer else re.escape(token[0])
    return None if wanted else re.compile(pattern)
