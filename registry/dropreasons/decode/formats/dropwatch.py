# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads dropwatch: packets, of which each is told in several lines, and the summary, which knows no reasons."""

import re
from calendar import timegm
from time import strptime
from typing import ClassVar

from dropreasons.decode.ethertypes import protocol_name
from dropreasons.decode.event import NOTHING, Event, Told
from dropreasons.decode.spelling import read_foreign, read_number, read_spelling

_LONGEST_LINE = 400

_SUMMARY = re.compile(r"(\d{1,10}) drops at (\S+)(?: \(0x[0-9a-f]+\)| 0x[0-9a-f]+)?(?: \[(software|hardware)\])?\s*$")
_AT = re.compile(r"(\S+(?: \[\w+\])?) \((\S+)\)\s*$")
_TIME = re.compile(r"(\w{3} \w{3} [\d ]\d \d\d:\d\d:\d\d \d{4}) (\d{9}) nsec\s*$")
_PACKET = {"origin", "input port ifindex", "input port name", "cookie", "timestamp", "protocol", "length",
           "original length", "drop reason"}  # fmt: skip
_DIALOGUE = re.compile(
    r"dropwatch> |(?:Initializing \S+ db|Setting \w+ |setting \w+ |Alert mode|Enabling monitoring|Kernel monitoring |"
    r"Issue Ctrl-C |Got a stop message|Truncation length|Queue length|Waiting for |Getting |Deactivation |"
    r"Software statistics:|Hardware statistics:|Tail dropped: |Terminating dropwatch|Shutting down )"
)


class Dropwatch:
    """The lines of one packet are kept until the line with the reason, the last that matters."""

    name: ClassVar[str] = "dropwatch"

    def __init__(self) -> None:
        self._packet: dict[str, str] = {}

    def read(self, line: str) -> Event | Told | None:
        """Read a line of a packet, of the summary, or of the dialogue."""
        if len(line) > _LONGEST_LINE:
            return None
        if line[:1].isdigit() and " drops at " in line:
            return _summary(line)
        field, colon, text = line.partition(": ")
        if field == "drop at":
            self._packet = {field: text}
            return NOTHING
        if colon and field in _PACKET and (self._packet or field == "drop reason"):
            self._packet[field] = text.strip()
            return self._event(field)
        return NOTHING if _DIALOGUE.match(line) else None

    def _event(self, field: str) -> Event | Told | None:
        """Return the packet if this field is its last one; a packet dropped by hardware has a trap and no reason."""
        place = _AT.match(self._packet.get("drop at", ""))
        location, trap = "", ""
        if place:
            location, trap = (place[1], "") if place[2].startswith("0x") else ("", f"{place[2]}/{place[1]}")
        if field != ("original length" if trap else "drop reason"):
            return NOTHING
        packet, self._packet = self._packet, {}
        reading = read_foreign(trap, "devlink trap") if trap else read_spelling(packet["drop reason"])
        if reading is None:
            return None
        index = packet.get("input port ifindex")
        return Event(
            reading,
            location,
            _seconds(packet.get("timestamp", "")),
            interface=packet.get("input port name") or (f"ifindex {index}" if index else ""),
            protocol=protocol_name(read_number(packet.get("protocol", "")) or 0),
        )


def _summary(line: str) -> Event | Told | None:
    """Read a line of the summary: only hardware drops say why, by their trap."""
    found = _SUMMARY.match(line)
    if found is None:
        return None
    if found[3] != "hardware":
        return NOTHING
    reading = read_foreign(found[2], "devlink trap")
    return Event(reading, count=int(found[1])) if reading else None


def _seconds(text: str) -> float | None:
    """Return seconds since 1970; the zone is that of the machine, is not told, and is taken for UTC."""
    found = _TIME.match(text)
    try:
        return timegm(strptime(found[1], "%a %b %d %H:%M:%S %Y")) + int(found[2]) / 1e9 if found else None
    except ValueError:
        return None
