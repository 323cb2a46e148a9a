# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what Retis prints and stores; it takes its names from the BTF of the machine."""

import re
from typing import Any, ClassVar

from dropreasons.decode.ethertypes import protocol_name
from dropreasons.decode.event import NOTHING, Event, Reading, Told
from dropreasons.decode.formats.fields import TRANSPORTS, caller, number, protocol, seconds, string, within
from dropreasons.decode.spelling import read_spelling

_HEAD = re.compile(
    r"\s{0,8}(?:↳ )?(\d{6,20}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6})(?: \(\d{1,5}\))?"
    r"(?: \[(.{1,40}?)\] (?:\d{1,8}/)?\d{1,8})? \[(?:tp|kr?|u)\] "
)
#: Old versions print drop (NO_SOCKET).
_DROP = re.compile(r" drop \((?:reason )?([^()\s]{1,120})\)")
_SKB = re.compile(r"\(skb ([0-9a-f]{1,16})\)")
_INTERFACE = re.compile(r" if \d{1,10} \(([^()\s]{1,20})\)")
_PROTOCOL = re.compile(r" proto (\w{1,10}) \(\d{1,3}\)")
_KERNEL = re.compile(r"on machine ([\w.+~-]{1,120}) ")
#: The lines below the first one of an event.
_MORE = re.compile(
    r" {2,14}(?:[\w.]{1,120}\+0x[0-9a-f]{1,8}$|(?:ns|if|skb|gso|vlan_accel|ct_state|table|upcall\w*|file id|cmdline) "
    r"|\S{1,60} > \S{1,60} )"
)
_SHORTEST_TIME, _LONGEST_TIME = 11, 20
_STARTUP, _HEAD_LENGTH = 60, 200
_TAIL_LENGTH = 2000


class RetisText:
    """The text of `retis collect --print`, `print` and `sort`, an event on one line or several."""

    name: ClassVar[str] = "retis"

    def __init__(self) -> None:
        self._inside = False

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        if line.find("collected with Retis ", 0, _STARTUP) >= 0 or (self._inside and line.startswith("  on machine ")):
            self._inside = True
            found = _KERNEL.search(line[:_TAIL_LENGTH])
            return Told(kernel=found[1]) if found else NOTHING
        head = _HEAD.match(line)
        if head:
            self._inside = True
            return _read_event(line, head)
        # The startup event has nothing behind its time.
        if line.isdecimal() and _SHORTEST_TIME <= len(line) <= _LONGEST_TIME:
            return NOTHING
        self._inside = self._inside and _MORE.match(line) is not None
        return NOTHING if self._inside else None


def _read_event(line: str, head: re.Match[str]) -> Event | Told | None:
    """Read the first line of an event, which may be any event of the packet's way."""
    at = line.find(" drop (", 0, _HEAD_LENGTH + head.end())
    found = _DROP.match(line, at) if at >= 0 else None
    if not found:
        return NOTHING
    reading = read_spelling(found[1])
    if reading is None:
        return None
    skb = _SKB.search(line, head.end(), at)
    interface = _INTERFACE.search(line, found.end(), found.end() + _TAIL_LENGTH)
    transport = _PROTOCOL.search(line, found.end(), found.end() + _TAIL_LENGTH)
    return Event(
        reading,
        time=int(head[1]) / 1e9 if head[1].isdigit() else seconds(head[1]),
        process=head[2] or "",
        interface=interface[1] if interface else "",
        protocol=protocol(transport[1]) if transport else "",
        skb=f"0x{skb[1]}" if skb else "",
    )


class RetisJson:
    """The lines of retis.data, and of `--out`."""

    name: ClassVar[str] = "retis-json"

    def read(self, record: dict[str, Any]) -> Event | Told | None:
        """Return what an object tells, None if it is not of this format."""
        if "startup" in record:
            kernel = string(within(record, "startup", "machine", "kernel_release"))
            return Told(kernel=kernel) if kernel else NOTHING if within(record, "startup", "retis_version") else None
        if "common" not in record or not record.keys() & {"kernel", "userspace", "skb-drop"}:
            return None
        reason, subsystem = (string(within(record, "skb-drop", key)) for key in ("drop_reason", "subsys"))
        if not reason:
            return NOTHING
        reading = read_spelling(f"{subsystem}/{reason}" if subsystem else reason)
        return _event(record, reading) if reading else None


def _event(record: dict[str, Any], reading: Reading) -> Event:
    """Return the drop of an event with a reason."""
    time = number(within(record, "common", "timestamp"))
    skb = within(record, "skb-tracking", "skb")
    stack = within(record, "kernel", "stack_trace")
    return Event(
        reading,
        location=caller(stack) if isinstance(stack, list) else "",
        time=time / 1e9 if time is not None else None,
        process=string(within(record, "common", "task", "comm")),
        # The device has a section of its own in new versions, and stood in that of the packet before.
        interface=_first(record, ("dev", "name"), ("skb", "dev", "name"), ("skb", "dev_name")),
        protocol=_protocol(within(record, "skb")),
        skb=f"{skb:#x}" if type(skb) is int and 0 <= skb < 2**64 else "",
    )


def _first(record: dict[str, Any], *paths: tuple[str, ...]) -> str:
    return next(filter(None, (string(within(record, *path)) for path in paths)), "")


def _protocol(skb: Any) -> str:
    """Return the protocol of the sections of a packet: older versions give numbers, newer ones a section for each."""
    transport = number(within(skb, "protocol")) or number(within(skb, "ip", "protocol"))
    ethertype = number(within(skb, "etype")) or number(within(skb, "eth", "etype"))
    sections = (name for name in ("tcp", "udp", "icmp", "icmpv6", "arp") if within(skb, name))
    return protocol(*sections) or TRANSPORTS.get(transport or 0, "") or protocol_name(ethertype or 0)
