# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what lmp's net_watcher prints with -k; its names come from a table in its source, and no number is printed."""

import re
from typing import ClassVar

from dropreasons.decode.event import NOTHING, Event, Told
from dropreasons.decode.formats.fields import protocol
from dropreasons.decode.spelling import read_spelling

#: Time, two addresses and two ports, in either order.
_DROP = re.compile(
    r"\d\d:\d\d:\d\d {1,20}(?:[\da-fA-F.:]{1,45} {1,45}){4}(ipv4|ipv6|other) {1,10}([\w.+]{1,80}) {1,40}"
    r"(SKB_[A-Z0-9_]{1,80})$"
)
_HEADER = re.compile(r"(?:time {1,40})?saddr {1,40}(?:daddr|sport|sprot) .{0,200}\breason {0,40}$")


class NetWatcher:
    """The columns of net_watcher."""

    name: ClassVar[str] = "lmp"

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        if line.startswith(("saddr ", "time ")):
            return NOTHING if _HEADER.match(line) else None
        found = _DROP.match(line) if line[2:3] == ":" else None
        reading = read_spelling(found[3], tool="lmp") if found else None
        if not found or not reading:
            return None
        return Event(reading, location=found[2], protocol=protocol(found[1]))
