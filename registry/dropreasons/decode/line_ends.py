# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Cuts the ends off the lines of a block, with the library in `fast/` where that is installed."""

import re
from functools import cache

__all__ = ["by_pattern", "line_ends", "lines_of"]

#: How much the beginnings of lines are taken to differ in length, and the most that is passed over of one.
_DIFFERENCE, _MOST_SKIPPED = 16, 512


def by_pattern(block: bytes, mark: bytes) -> list[bytes] | None:
    """Return what stands behind the mark of each line; None if a line has none, or the last does not end.

    Of a line with several marks it is what stands behind any of them.
    """
    lines = lines_of(block)
    skip = max(block.find(mark) - _DIFFERENCE, 0) // _DIFFERENCE * _DIFFERENCE
    ends = _pattern(mark, min(skip, _MOST_SKIPPED)).findall(block)
    if len(ends) != lines and skip:
        ends = _pattern(mark, 0).findall(block)
    return ends if len(ends) == lines and block[-1:] in b"\n" else None


def lines_of(block: bytes) -> int:
    """Return how many lines a block has; `replace` finds a byte with memchr, `count` looks at each."""
    return len(block) - len(block.replace(b"\n", b""))


@cache
def _pattern(mark: bytes, skip: int) -> "re.Pattern[bytes]":
    """Return a pattern that passes over the first bytes of a line; if its only mark was there, an end is missing."""
    return re.compile(re.escape(mark) + rb"(.*)\n(?s:.{0,%d})" % skip)


try:
    from dropreasons_fast import line_ends
except ImportError:
    line_ends = by_pattern
