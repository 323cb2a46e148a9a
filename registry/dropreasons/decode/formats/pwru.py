# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what pwru prints: every function a packet passes, the reason inside the one that frees it.

pwru takes its names from the BTF of the machine, and those of the core only: any other value it prints as a number.
"""

import re
from typing import Any, ClassVar

from dropreasons.decode.ethertypes import protocol_name
from dropreasons.decode.event import NOTHING, Event, Reading, Told
from dropreasons.decode.formats.fields import TRANSPORTS, number, protocol, seconds, string, within
from dropreasons.decode.spelling import read_spelling

_HEAD = re.compile(
    r"(?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}) +)?(0x[0-9a-f]{8,16}) {1,4}\[?\d{1,5}\]? {1,4}"
    r"(?:\[([^\[\]]{1,40})\]|(\S{1,40}))(?: |$)"
)
_FREED = re.compile(r" (kfree_skb_reason|sk_skb_reason_drop)(?: ?\(([^()\s]{1,80})\))?(?:\(\w{2,3}\))?(?: |$)")
_CALLER = re.compile(r" {0,80}([A-Za-z_][\w.]{1,100}(?:\+0x[0-9a-f]{1,8})?)(?: |$)")
#: Net namespace, mark, interface and index, ethertype, MTU and length.
_DEVICE = re.compile(
    r" \d{1,10} {1,10}[0-9a-f]{1,8} {1,30}([^\s:]{1,16})(:\d{1,10})? {1,16}0x([0-9a-f]{4}) {1,4}\d{1,5} {1,5}\d{1,5} "
)
_PROTOCOL = re.compile(r"\((tcp|udp|icmp6?)[):]")
_LONGEST = 2000


class PwruText:
    """The columns of pwru, which of them there are depending on its version and options."""

    name: ClassVar[str] = "pwru"

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        if line.startswith(("SKB  ", "TIME  ")) and " FUNC" in line[:_LONGEST]:
            return NOTHING
        head = _HEAD.match(line)
        if not head:
            return None
        found = _FREED.search(line, head.end() - 1, _LONGEST)
        reading = _reading(found) if found else None
        if found and reading:
            return _event(line, head, found, reading)
        return None if found else NOTHING


def _event(line: str, head: re.Match[str], freed: re.Match[str], reading: Reading) -> Event:
    columns = line[head.end() - 1 : freed.start() + 1]
    # Old versions print the addresses behind the function.
    device, transport = _DEVICE.search(columns), _PROTOCOL.search(line, head.end(), _LONGEST)
    caller = _CALLER.match(line, freed.end())
    return Event(
        reading,
        location=caller[1] if caller else "",
        time=seconds(head[1]) if head[1] else None,
        process=_process(head[3] or head[4]),
        # Without a name there is only the index, which differs between namespaces.
        interface=device[1] if device and device[2] else "",
        protocol=protocol(transport and transport[1]) or protocol_name(int(device[3], 16) if device else 0),
        skb=head[2],
    )


def _reading(freed: re.Match[str]) -> Reading | None:
    """Read the argument of the function; older versions on newer kernels print the function without it."""
    return read_spelling(freed[2]) if freed[2] else Reading(freed[1])


def _process(text: str) -> str:
    """Return the name in front of the process id."""
    name, _, pid = text.rpartition(":")
    return name if pid.isdecimal() and name else text


class PwruJson:
    """The lines of `pwru --output-json`."""

    name: ClassVar[str] = "pwru-json"

    def read(self, record: dict[str, Any]) -> Event | Told | None:
        """Return what an object tells, None if it is not of this format."""
        function, skb = string(record.get("func")), string(record.get("skb"))
        if not function or not skb.startswith("0x"):
            return None
        freed = _FREED.match(f" {function}")
        if not freed:
            return NOTHING
        reading = _reading(freed)
        if reading is None:
            return None
        interface, _, index = string(record.get("iface")).rpartition(":")
        transport = TRANSPORTS.get(number(within(record, "tuple", "proto")) or 0)
        return Event(
            reading,
            location=string(record.get("caller_func")),
            time=seconds(string(record.get("time"))),
            process=_process(string(record.get("process"))),
            interface=interface if index.isdecimal() else "",
            protocol=transport or protocol_name(number(record.get("proto")) or 0),
            skb=skb,
        )
