# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what nettrace prints, and droptrace that was a tool of its own before.

Both take their names from the machine they were started or built on; the ids of sub-systems are nettrace's own.
"""

import re
from datetime import UTC, datetime
from typing import ClassVar

from dropreasons.decode.event import NOTHING, Event, Reading, Told
from dropreasons.decode.formats.fields import protocol
from dropreasons.decode.formats.growth import Growth
from dropreasons.decode.spelling import read_spelling

_TIME = re.compile(r"\[(?:(\d{1,10}\.\d{6})|(\d{4})-(\d\d?)-(\d\d?) (\d\d):(\d\d):(\d\d)\.(\d{6}))\] ")
_REASON = re.compile(r" \*?reason: ?([^\s,*]{1,80}),? ([^\s*]{1,120})")
_DEVICE = re.compile(r"\[cpu:\d{1,5} {0,4}\]\[([^\s\]]{0,16}) {0,5}\]\[([^\]]{1,32})-\d{1,10}\]")
_PROTOCOL = re.compile(r"[ \]](TCP|UDP|ICMP|ICMPv6|ARP)[: ]")
_KNOWN = re.compile(r"(?:\[[^\]]{1,64}\] {0,2}){0,6}(?:[A-Za-z0-9]{2,8}: |ether protocol|unknow|\d{1,3}\.)")
_COUNT = re.compile(r"  ([A-Z][A-Z0-9_]{1,60}): (\d{1,20})$")
_UNNAMED = re.compile(r"unknow drop reason: (\d{1,10})")
_WITHIN = re.compile(r"([A-Z0-9_]{1,40}):(\d{1,5})")
#: nettrace names a sub-system by a list of its own, right or not for the kernel; what the kernel said is the id.
_SUBSYSTEM_IDS = {"MAC80211_UNUSABLE": 1, "MAC80211_MONITOR": 2, "OPENVSWITCH": 3, "VXLAN": 4}
_AROUND = ("begin trace...", "end trace...", "analysis finished!", "this is a good packet!", "Call Stack", "-----")
_FINDING = re.compile(r"\[\d{1,3}\] [A-Z]{4,8} happens in ")
_LONGEST = 1000


class Nettrace:
    """Traces, the analysis below one, and the counters of `--stat`."""

    name: ClassVar[str] = "nettrace"

    def __init__(self) -> None:
        self._growth = Growth()
        #: The section the next line belongs to: counters, finding, location, reason, or none.
        self._section = ""
        self._location = ""
        #: The reason stood in the trace, so that the analysis tells nothing new.
        self._traced = False

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        if line.startswith(("[", "unknow drop reason: ")):
            return self._trace(line[:_LONGEST])
        if line.startswith("*****"):
            self._traced = False
            return NOTHING
        if line.startswith(_AROUND):
            return NOTHING if line.startswith(_AROUND[:-1]) or " ANALYSIS RESULT " in line[:_LONGEST] else None
        if line == "packet statistics:":
            self._section = "counters"
            return NOTHING
        if line in {"    location:", "    drop reason:", "    fix advice:"}:
            self._section = line.rsplit(maxsplit=1)[-1]
            return NOTHING
        return self._below(line) if self._section else None

    def _trace(self, line: str) -> Event | Told | None:
        """Read a line of the trace."""
        unnamed = _UNNAMED.match(line)
        start = unnamed.end() if unnamed else 0
        time = _TIME.match(line, start)
        if not time:
            self._section = "finding" if _FINDING.match(line) else ""
            return NOTHING if self._section else None
        found = _REASON.search(line, time.end())
        # *reason: X, state: Y* is that of a TCP reset.
        if not found or found[2] == "state:":
            return NOTHING if _KNOWN.match(line, time.end()) else None
        # A value that droptrace does not know it prints in front, and NOT_SPECIFIED in its place.
        reading = _read_reason(unnamed[1] if unnamed else found[1])
        if reading is None:
            return None
        self._traced = True
        device, transport = _DEVICE.search(line), _PROTOCOL.search(line)
        return Event(
            reading,
            location=found[2],
            time=_seconds(time),
            process=device[2] if device else "",
            interface=device[1] if device else "",
            protocol=protocol(transport and transport[1]),
        )

    def _below(self, line: str) -> Event | Told | None:
        """Read a line below one that named its section."""
        section = self._section
        count = _COUNT.match(line) if section == "counters" else None
        if count:
            grown, reading = self._growth.of(count[1], int(count[2])), _read_reason(count[1])
            return Event(reading, count=grown) if grown and reading else NOTHING
        self._section = ""
        text = line.strip() if line[:1] in {" ", "\t"} and len(line) < _LONGEST else ""
        if not text or section == "counters":
            return None
        if section == "location:":
            self._location = text
        if section != "reason:":
            return NOTHING
        location, self._location = self._location, ""
        if self._traced:
            return NOTHING
        reading = _read_reason(text)
        return Event(reading, location=location) if reading else None


def _read_reason(text: str) -> Reading | None:
    """Read a reason, the kernel's value where nettrace names a sub-system."""
    found = _WITHIN.fullmatch(text)
    group = found[1] if found else ""
    if found and (group in _SUBSYSTEM_IDS or group.isdecimal()):
        value = _SUBSYSTEM_IDS.get(group) or int(group)
        return Reading(text, value=(value << 16 | int(found[2])) & 0xFFFFFFFF)
    return Reading(text) if text == "unknown" else read_spelling(text)


def _seconds(time: re.Match[str]) -> float | None:
    """Return the time since boot, or since 1970 of a date, whose zone is not printed and taken for UTC."""
    if time[1]:
        return float(time[1])
    try:
        return datetime(*map(int, time.groups()[1:]), tzinfo=UTC).timestamp()  # type: ignore[arg-type,misc]
    except (ValueError, OverflowError):
        return None
