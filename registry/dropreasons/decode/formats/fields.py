# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the fields that several tools print alike: protocols, times, stacks, and JSON values of the type they need."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

TRANSPORTS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6"}
_PROTOCOLS = {"ipv4", "ipv6", "arp", *TRANSPORTS.values()}
_SAME = {"icmp6": "icmpv6", "icmpv4": "icmp"}
_LONGEST = 200
_LARGEST = 2**63 - 1

_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?")
_FUNCTION = re.compile(r"\[?\d{0,3}\]?([A-Za-z_][\w.]{0,120}(?:\+0x[0-9a-f]{1,8})?(?:/0x[0-9a-f]{1,8})?)")
#: The functions between a tool's probe and the code that dropped the packet.
_FREEING = re.compile(r"(?:__)?bpf_|__traceiter_|(?:perf_)?trace_|(?:__)?kfree_skb|sk_skb_reason_drop")


def string(value: Any) -> str:
    """Return a JSON value that is a string and no longer than a field may be; else an empty one."""
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""


def number(value: Any) -> int | None:
    """Return a JSON value that is a whole number of 63 bits, or the decimal digits of one."""
    if isinstance(value, str) and len(value) <= len(str(_LARGEST)) and value.isascii() and value.isdigit():
        value = int(value)
    return value if type(value) is int and 0 <= value <= _LARGEST else None


def reason_value(value: Any) -> int | None:
    """Return a JSON value that is a whole number of 32 bits, as reasons are."""
    whole = number(value)
    return whole if whole is not None and whole < 2**32 else None


def within(record: Any, *keys: str) -> Any:
    """Return what stands below some keys, None where one of them is missing."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def protocol(*names: Any) -> str:
    """Return the first of some names that is a protocol's."""
    for name in names:
        lower = string(name).lower()
        known = _SAME.get(lower, lower)
        if known in _PROTOCOLS:
            return known
    return ""


def seconds(text: str) -> float | None:
    """Return the seconds since 1970 of a date such as 2026-08-04T01:02:03.456789Z; without a zone it is UTC."""
    found = _DATE.match(text)
    if not found:
        return None
    try:
        date = datetime.fromisoformat(found[0])
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def caller(stack: Iterable[Any]) -> str:
    """Return the function that dropped a packet: the first of a stack, from the top, that is no part of freeing it."""
    for frame in stack:
        found = _FUNCTION.match(frame.strip()) if isinstance(frame, str) and len(frame) <= _LONGEST else None
        if found and not _FREEING.match(found[1]):
            return found[1]
    return ""
