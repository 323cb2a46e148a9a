# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what bpftrace prints: names and numbers, maps as text and as JSON; and Retina's script, which runs it."""

import re
from typing import Any, ClassVar

from dropreasons.decode.event import NOTHING, Event, Reading, Told
from dropreasons.decode.formats.fields import caller
from dropreasons.decode.formats.plain import read_alone
from dropreasons.decode.spelling import read_number, read_spelling

_LONGEST_KEY = 20_000
_LONGEST_LINE = 1000

_STATUS = re.compile(r"Attach(?:ing|ed) \d+ probes?(?:\.\.\.)?$|Lost \d+ events$")
_ENTRY = re.compile(r"@(\w{0,64})\[(.*)\]: (\d{1,20})$")
_ENTRY_BEGINS = re.compile(r"@(\w{0,64})\[")
_ENTRY_ENDS = re.compile(r"(.*)\]: (\d{1,20})$")
_BOTH = re.compile(r"(\d{1,10}), +(SKB_DROP_REASON_[A-Z0-9_]+)$")
# The names of maps in whose keys a mere number is taken for a reason; in others it may be a port or a length.
_ABOUT_DROPS = re.compile(r"|drops?|dropped|\w*reasons?", re.IGNORECASE)
# No kernel has as many sub-systems: a larger number is an inode, an address or a time.
_LARGEST_REASON = 0xFFFFF
# The core has some hundred reasons, a sub-system's begin at 0x10000; between them are EtherTypes.
_NO_REASONS = range(0x600, 0x10000)
_MOST_MAPS = 1000
_RETINA = re.compile(r"\d\d:\d\d:\d\d +([A-Z_]{1,16}) +(\S{1,64}) +\w+ +\S+ +-> +\S+\s*$")
_RETINA_HEADER = ["TIME", "TYPE", "REASON", "PROBE", "SRC", "->", "DST"]


#: Which part of a map's key is the reason, by the name of the map.
Places = dict[str, int]


class Bpftrace:
    """Lines of text; the key of a map's entry may hold a stack of many lines."""

    name: ClassVar[str] = "bpftrace"

    def __init__(self) -> None:
        self._map = ""
        self._key: str | None = None
        self._places: Places = {}

    def read(self, line: str) -> Event | Told | None:
        """Read an entry of a map, or a number with its name."""
        if self._key is not None and line[:1] in {" ", "\t", ",", "]"}:
            return self._more(line)
        self._key = None
        if line[:1] == "@":
            return self._entry(line)
        if "SKB_DROP_REASON_" in line:
            return _both(line)
        return NOTHING if line[:1] in {"A", "L"} and _STATUS.match(line) else None

    def _entry(self, line: str) -> Event | Told | None:
        if len(line) > _LONGEST_KEY:
            return None
        whole = _ENTRY.match(line)
        if whole:
            return _counted(whole[1], whole[2], int(whole[3]), self._places)
        begun = _ENTRY_BEGINS.match(line)
        if begun is None:
            return None
        self._map, self._key = begun[1], line[begun.end() :]
        return NOTHING

    def _more(self, line: str) -> Event | Told | None:
        """Read a further line of a key: frames of a stack, then what follows the stack."""
        key, self._key = self._key or "", None
        if len(key) + len(line) > _LONGEST_KEY:
            return None
        end = _ENTRY_ENDS.match(line)
        if end:
            return _counted(self._map, f"{key}\n{end[1]}", int(end[2]), self._places)
        self._key = f"{key}\n{line}"
        return NOTHING


class BpftraceJson:
    """The output of `bpftrace -f json`."""

    name: ClassVar[str] = "bpftrace JSON"

    def read(self, record: dict[str, Any]) -> Event | Told | list[Event] | None:
        """Read a map or what was printed."""
        data = record.get("data")
        match record.get("type"):
            case "attached_probes" | "lost_events":
                return NOTHING
            case "map" if isinstance(data, dict) and all(name[:1] == "@" for name in data):
                return _maps(data)
            case "value" | "printf" if isinstance(data, str | int):
                text = str(data).strip()
                return _both(text) or _one(read_alone(text))
        return None


class RetinaBpftrace:
    """The table of `kubectl retina bpftrace`: drops among other events, the reason always a number."""

    name: ClassVar[str] = "Retina bpftrace"

    def read(self, line: str) -> Event | Told | None:
        """Read a row; its time of day has no date and is left out."""
        if line[:1] == "T":
            return NOTHING if line[:200].split() == _RETINA_HEADER else None
        if line[:1] == "─":
            return None if line.strip("─") else NOTHING
        found = _RETINA.match(line) if line[2:3] == ":" and len(line) <= _LONGEST_LINE else None
        if found is None:
            return None
        return _one(read_alone(found[2])) if found[1] == "DROP" else NOTHING


class RetinaBpftraceJson:
    """The same as JSON."""

    name: ClassVar[str] = "Retina bpftrace JSON"

    def read(self, record: dict[str, Any]) -> Event | Told | None:
        """Read an event."""
        if "reason_code" not in record or "probe" not in record:
            return None
        return _one(read_alone(str(record["reason_code"]))) if record.get("type") == "DROP" else NOTHING


def _one(reading: Reading | None) -> Event | None:
    return Event(reading) if reading else None


def _both(line: str) -> Event | None:
    """Read a number and its name."""
    found = _BOTH.match(line) if len(line) <= _LONGEST_LINE else None
    value, reading = (read_number(found[1]), read_spelling(found[2])) if found else (None, None)
    return Event(reading._replace(text=line, value=value)) if reading and value is not None else None


def _maps(maps: dict[str, Any]) -> list[Event] | Told | None:
    """Read maps by name; all their entries must be counts of reasons."""
    entries = [
        (name[1:], entry) for name, entries in maps.items() if isinstance(entries, dict) for entry in entries.items()
    ]
    places: Places = {}
    for name, (key, _) in entries:
        _counted(name, key, 0, places)
    told = [_counted(name, key, count, places) if isinstance(count, int) else None for name, (key, count) in entries]
    if None in told:
        return None
    return [event for event in told if isinstance(event, Event)] or NOTHING


def _counted(name: str, key: str, count: int, places: Places) -> Event | Told | None:
    """Read an entry of a map by the part of its key that is a reason; None if none is, or several may be.

    `places` has which part that is, for each map of which an entry has told it.
    """
    parts = [part.strip() for part in key[:_LONGEST_KEY].split(",")]
    readings = [reading for part in parts if part.startswith("SKB_DROP_REASON_") and (reading := read_spelling(part))]
    if not readings and _ABOUT_DROPS.fullmatch(name):
        numbers = [(part, place, read_number(part)) for place, part in enumerate(parts)]
        may_be = [each for each in numbers if each[2] is not None and _may_be_reason(each[2])]
        if len(may_be) == 1 and len(places) < _MOST_MAPS:
            places.setdefault(name, may_be[0][1])
        readings = [Reading(part, value=value) for part, place, value in may_be if place == places.get(name, place)]
    if len(readings) != 1:
        return None
    return Event(readings[0], location=_location(parts), count=count) if count > 0 else NOTHING


def _may_be_reason(value: int) -> bool:
    return value <= _LARGEST_REASON and value not in _NO_REASONS


def _location(parts: list[str]) -> str:
    """Return the function that dropped, of a stack or on its own; other words of a key have no underscore as a rule."""
    named = (part for part in parts if "_" in part and not part.startswith("SKB_DROP_REASON_"))
    return next(filter(None, (caller(part.split("\n")) for part in named)), "")
