# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads a reason in any of the spellings that tools give it; knows no kernel and no registry."""

import re
from collections.abc import Callable
from functools import lru_cache

from dropreasons.decode.event import Reading

LONGEST = 200
_LARGEST_VALUE = 0xFFFFFFFF
_PREFIX = "SKB_DROP_REASON_"

_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[0-9]+")
_CALL = re.compile(r"[a-z_]*skb[a-z0-9_]* ?\(([^()]+)\)")
_BOTH = re.compile(r"([^ ()]+) ?\(([^ ()]+)\)")
_CUT = re.compile(r"(?:…|\.\.\.)([A-Z0-9_]+)")
_OF_SUBSYSTEM = re.compile(r"([a-z0-9_]+)/([^/]+)")
_WITHIN_SUBSYSTEM = re.compile(r"([A-Z][A-Z0-9_]+):([0-9]+)")
_NOT_KNOWN = re.compile(
    r"(?:unknown:|Unknown reason )([0-9xXa-fA-F]+)(?: \(sub-system: (?:SKB_DROP_REASON_SUBSYS_)?(\w+)\))?"
)
#: What tools print for a value that their table does not hold, without the value.
_SILENT = {"UNKNOWN", "SKB_DROP_UNKNOWN_CAUSE"}


def read_spelling(text: str, tool: str | None = None) -> Reading | None:
    """Read a reason of the kernel, None if the text is no spelling of one.

    Args:
        text: what stands in the place of the reason.
        tool: the tool whose own fixed table the name comes from, None where the kernel made the name.
    """
    text = text.strip()
    return _read(text, tool) if 0 < len(text) <= LONGEST else None


@lru_cache(maxsize=1024)
def _read(text: str, tool: str | None) -> Reading | None:
    reading = _name(text) or _number(text) or next(filter(None, (read(text) for read in _SPELLINGS)), None)
    return reading._replace(text=text, tool=tool) if reading else None


def read_foreign(text: str, registry: str) -> Reading | None:
    """Read a reason of another registry (Cilium, Retina, devlink trap), whose name may be any text."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST or not text.isprintable():
        return None
    value = read_number(text)
    return Reading(text, None if value is not None else text, value, foreign=registry)


def read_number(text: str) -> int | None:
    """Read a decimal or hexadecimal number of 32 bits."""
    if len(text) > LONGEST or not _NUMBER.fullmatch(text):
        return None
    value = int(text, 16 if text[1:2] in {"x", "X"} else 10)
    return value if value <= _LARGEST_VALUE else None


def _name(text: str) -> Reading | None:
    bare = text.removeprefix(_PREFIX)
    if not _NAME.fullmatch(bare):
        return None
    return Reading(text) if bare in _SILENT else Reading(text, bare)


def _number(text: str) -> Reading | None:
    value = read_number(text)
    return None if value is None else Reading(text, value=value)


def _call(text: str) -> Reading | None:
    """Read kfree_skb_reason(SKB_DROP_REASON_X), the function with its argument."""
    found = _CALL.fullmatch(text)
    return _name(found[1]) or _number(found[1]) if found else None


def _both(text: str) -> Reading | None:
    """Read NAME (N)."""
    found = _BOTH.fullmatch(text)
    reading, value = (_name(found[1]), read_number(found[2])) if found else (None, None)
    return reading._replace(value=value) if reading and value is not None else None


def _cut(text: str) -> Reading | None:
    """Read a name whose beginning a narrow column has cut off; it is whole if the end of the prefix is still there."""
    found = _CUT.fullmatch(text)
    if not found:
        return None
    before, mark, name = found[1].rpartition("REASON_")
    if mark and _PREFIX.endswith(before + mark) and _NAME.fullmatch(name):
        return Reading(text, name)
    return Reading(text, found[1], cut=True)


def _of_subsystem(text: str) -> Reading | None:
    """Read openvswitch/OVS_DROP_EXPLICIT, or 5/327681 where the number begins with the id of the sub-system."""
    found = _OF_SUBSYSTEM.fullmatch(text)
    if not found:
        return None
    group, reading = read_number(found[1]), _name(found[2]) or _number(found[2])
    if reading and group is None:
        return reading._replace(subsystem=found[1])
    return reading if reading and reading.value is not None and reading.value >> 16 == group else None


def _within_subsystem(text: str) -> Reading | None:
    """Read OPENVSWITCH:3, a number within a sub-system whose id only the kernel's table can tell."""
    found = _WITHIN_SUBSYSTEM.fullmatch(text)
    number = read_number(found[2]) if found else None
    if not found or number is None or number >> 16:
        return None
    return Reading(text, subsystem=found[1].lower(), number=number)


def _not_known(text: str) -> Reading | None:
    """Read unknown:77, a value without a name in the tool's table."""
    found = _NOT_KNOWN.fullmatch(text)
    value = read_number(found[1]) if found else None
    if not found or value is None:
        return None
    return Reading(text, value=value, subsystem=found[2].lower() if found[2] else None)


def _network_event(text: str) -> Reading | None:
    """Read NetworkEvent_X, which NetObserv puts where a reason of the kernel would stand."""
    return Reading(text, text, foreign="NetObserv") if re.fullmatch(r"NetworkEvent_\w+", text) else None


_SPELLINGS: tuple[Callable[[str], Reading | None], ...] = (
    _call, _both, _cut, _of_subsystem, _within_subsystem, _not_known, _network_event,
)  # fmt: skip
