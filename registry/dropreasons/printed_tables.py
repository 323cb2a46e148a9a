# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the tables of reasons that a kernel or a tool prints as text: a tracepoint's format file, and drdump's list."""

import re
from collections.abc import Iterable

from dropreasons.enums import CORE_PREFIX, is_marker, reason_name

# Bounded, so that hostile text costs no more than its length.
_NUMBER = r"0x[0-9a-fA-F]{1,8}|[0-9]{1,10}"
_PAIR = re.compile(rf'\{{ *({_NUMBER}) *, *"(\w+)" *\}}')
_DRDUMP = re.compile(rf"^[ \t]*({_NUMBER})[ \t]*=[ \t]*([A-Z_]\w+)[ \t]*$", re.MULTILINE)
# The tracepoint prints names without the prefix they have in C, which is SKB_DROP_REASON_ but for these two.
_OTHER_PREFIX = {"NOT_DROPPED_YET": "SKB_NOT_DROPPED_YET", "CONSUMED": "SKB_CONSUMED"}


def format_pairs(text: str, prefix: str = CORE_PREFIX) -> list[tuple[int, str]]:
    """Return numbers and C symbols, as the print format of a tracepoint lists them, markers included, in order.

    Args:
        text: the format file of skb:kfree_skb, or of qdisc:qdisc_drop.
        prefix: what the names have in C.
    """
    return [(_number(number), _OTHER_PREFIX.get(name, prefix + name)) for number, name in _PAIR.findall(text)]


def drdump_pairs(text: str) -> list[tuple[int, str]]:
    """Return numbers and C symbols, as `drdump` lists them, in order."""
    return [(_number(number), symbol) for number, symbol in _DRDUMP.findall(text)]


def reasons_of(pairs: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return numbers and names of reasons, without what only marks an end or a mask."""
    return [(number, reason_name(symbol)) for number, symbol in pairs if not is_marker(symbol)]


def _number(text: str) -> int:
    # Leading zeros are read as decimal: nothing here prints octal.
    return int(text, 16 if text[:2] == "0x" else 10)
