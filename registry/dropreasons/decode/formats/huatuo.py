# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what HUATUO's dropwatch prints; it takes its names from the BTF of the machine, and those of the core only."""

import re
from typing import Any, ClassVar

from dropreasons.decode.ethertypes import protocol_name
from dropreasons.decode.event import NOTHING, Event, Reading, Told
from dropreasons.decode.formats.fields import caller, protocol, seconds, string, within
from dropreasons.decode.spelling import read_foreign, read_number, read_spelling

_PROCESS = re.compile(r" pid=\d{1,10}\[(.{0,32}?)\] addr=(\S{0,40})")
_FIELD = re.compile(r" (reason|drop_source|drop_location|dev)=(\S{1,120})")
_HEAD = re.compile(r"(\d{4}-\d\d-\d\dT\S{9,30}) (\w{2,8})(?:/(\w{2,8}))? ")
_FRAME = re.compile(r"\t#\d{1,3} {1,3}\S{1,200}")
_BEFORE, _AFTER = 600, 600


class HuatuoText:
    """The lines of the text output, with the stack below each."""

    name: ClassVar[str] = "huatuo"

    def __init__(self) -> None:
        self._inside = False

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        head = _HEAD.match(line)
        if not head:
            self._inside = self._inside and _FRAME.match(line) is not None
            return NOTHING if self._inside else None
        at = line.find(" reason=", 0, _BEFORE)
        fields = dict(_FIELD.findall(line[at : at + _AFTER])) if at >= 0 else {}
        process = _PROCESS.search(line, max(at, 0), max(at, 0) + _AFTER)
        reading = _reading(fields.get("reason", ""), fields.get("drop_source", ""))
        self._inside = process is not None
        if not process or not reading:
            return None
        return Event(
            reading,
            location=fields.get("drop_location", ""),
            time=seconds(head[1]),
            process=process[1],
            interface=fields.get("dev", ""),
            protocol=protocol(head[3], head[2]),
            skb=process[2],
        )


def _reading(text: str, source: str) -> Reading | None:
    """Read a reason, or the group and name of a trap; kernels without reasons give NOT_SUPPORTED."""
    if source == "hardware":
        return read_foreign(text, "devlink trap")
    return Reading(text) if text == "NOT_SUPPORTED" else read_spelling(text)


class HuatuoJson:
    """The objects of the JSON output, alone or as huatuo-bamai stores them."""

    name: ClassVar[str] = "huatuo-json"

    def read(self, record: dict[str, Any]) -> Event | Told | None:
        """Return what an object tells, None if it is not of this format."""
        drop = record.get("tracer_data", record)
        reason, time = string(within(drop, "drop_reason")), string(within(drop, "observed_timestamp"))
        if not reason or not time:
            return None
        group = string(drop.get("drop_reason_group"))
        reading = _reading(f"{group}/{reason}" if group else reason, string(drop.get("drop_source")))
        if reading is None:
            return None
        stack, layers = drop.get("stack"), drop.get("layers")
        label = string(within(layers, "label")).rpartition("/")
        # The stack of a trap is where the driver told of it.
        called = caller(stack.split("\n", 64)) if isinstance(stack, str) and not group else ""
        return Event(
            reading,
            location=called or string(drop.get("drop_location")),
            time=seconds(time),
            process=string(drop.get("comm")),
            interface=string(drop.get("netdev_name")),
            protocol=protocol(*label[::-1]) or protocol_name(read_number(string(drop.get("packet_eth_proto"))) or 0),
            skb=string(drop.get("packet_skb_addr")),
        )
