# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what bcc's tcpdrop prints; its names come from a table in its source, the number beside is the kernel's."""

import re
from typing import ClassVar

from dropreasons.decode.event import NOTHING, Event, Told
from dropreasons.decode.spelling import read_spelling

_DROP = re.compile(
    r"\d\d:\d\d:\d\d \d{1,10} {1,7}[46] {1,3}\S{3,60} {1,20}> \S{3,60} {1,20}[A-Z_0-9]{4,16} \([A-Z|]{0,40}\)"
    r"(?: {1,20}([A-Z][A-Z0-9_]{1,80} \(\d{1,10}\)))?$"
)
_FRAME = re.compile(r"\t(?:b')?[\w.$\[\]]{1,120}(?:\+0x[0-9a-f]{1,8})?'?$")
_HEADER = re.compile(r"TIME {5}PID {4,5}IP SADDR:SPORT ")


class Tcpdrop:
    """The lines of tcpdrop, with the stack below each; versions before 2025 print no reason."""

    name: ClassVar[str] = "tcpdrop"

    def __init__(self) -> None:
        self._inside = False

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        if line[2:3] == ":":
            found = _DROP.match(line)
            self._inside = found is not None
            if not found or not found[1]:
                return NOTHING if found else None
            reading = read_spelling(found[1], tool="bcc")
            return Event(reading, protocol="tcp") if reading else None
        self._inside = self._inside and _FRAME.match(line) is not None
        if self._inside or _HEADER.match(line) or line.startswith("WARNING: tcp_drop() kernel function not found"):
            return NOTHING
        return None
