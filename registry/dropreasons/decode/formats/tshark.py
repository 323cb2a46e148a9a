# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads drop_monitor's messages as tshark prints them with -T json, jsonraw or ek; the names are the kernel's."""

import re
from typing import Any, ClassVar

from dropreasons.decode.ethertypes import protocol_name
from dropreasons.decode.event import NOTHING, Event, Reading, Told
from dropreasons.decode.formats.fields import number, seconds, string
from dropreasons.decode.spelling import read_foreign, read_number, read_spelling

_FIELDS = {
    "net_dm.reason", "net_dm.symbol", "net_dm.pc", "net_dm.proto", "net_dm.port.netdev_name", "net_dm.hw_trap_name",
    "net_dm.hw_trap_group_name", "frame.time_epoch",
}  # fmt: skip
_REASONS = {"net_dm.reason", "net_dm.hw_trap_name"}
#: -T ek writes net_dm_net_dm_reason inside the layer of the protocol, and net_dm_reason for a field asked for by -e.
_NAMES = {spelled: field for field in _FIELDS for spelled in (
    field, f"{field}_raw", field.replace(".", "_"), f"{field.partition('.')[0]}_{field.replace('.', '_')}",
)}  # fmt: skip
_LINE = re.compile(r'\s{0,60}"((?:net_dm|frame)\.[a-z_.]{2,40})": (?:\[?"([^"]{0,200})"|\[$)')
#: The first element of an array that began on the line before.
_ELEMENT = re.compile(r'\s{0,60}"([^"]{0,200})",?$')
_BEGIN = re.compile(r'\s{0,8}"_index": "')
#: The other lines of an object, and those around one.
_INSIDE = re.compile(r'\s{2,80}(?:"[^"\\]{0,400}"|[-\d.]{1,30},?$|[\[\]{}])')
_AROUND = {"[", "]", "  {", "  }", "  },"}
_MOST_VALUES = 10_000


class TsharkLines:
    """An object spread over lines; a drop stands on the line of its reason, with what was told before it."""

    name: ClassVar[str] = "tshark"

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._array = ""
        self._inside = False

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        array, self._array = self._array, ""
        found = _LINE.match(line)
        element = _ELEMENT.match(line) if array else None
        if found and found[2] is not None:
            return self._field(found[1], found[2])
        if element:
            return self._field(array, element[1])
        if found:
            self._array = found[1]
        elif _BEGIN.match(line):
            self._told, self._inside = {}, True
        elif line in _AROUND:
            self._inside = False
        elif not (self._inside and _INSIDE.match(line)):
            return None
        return NOTHING

    def _field(self, key: str, value: str) -> Event | Told | None:
        """Keep the value of a field, and return the drop if it is the reason."""
        field = _NAMES.get(key)
        if field:
            self._told[field] = _decoded(key, value)
        return _event(self._told) if field in _REASONS else NOTHING


class TsharkJson:
    """An object of one packet on a line."""

    name: ClassVar[str] = "tshark-json"

    def read(self, record: dict[str, Any]) -> Event | Told | None:
        """Return what an object tells, None if it is not of this format."""
        if string(_below(record.get("index"), "_index")).startswith("packets-"):
            return NOTHING
        layers = _below(record.get("_source", record), "layers")
        if not isinstance(layers, dict):
            return None
        told = _collected(layers)
        milliseconds = number(record.get("timestamp"))
        if milliseconds:
            told.setdefault("frame.time_epoch", str(milliseconds / 1e3))
        return _event(told) if told.keys() & _REASONS else NOTHING


def _below(record: Any, key: str) -> Any:
    return record.get(key) if isinstance(record, dict) else None


def _collected(layers: dict[str, Any]) -> dict[str, str]:
    """Return the fields that matter, at whatever depth the protocol tree has them."""
    told: dict[str, str] = {}
    waiting: list[Any] = [layers]
    for _ in range(_MOST_VALUES):
        if not waiting:
            break
        record = waiting.pop()
        for key, value in record.items():
            field = _NAMES.get(key)
            first = value[0] if isinstance(value, list) and value else value
            if field and string(first):
                told.setdefault(field, _decoded(key, string(first)))
            elif isinstance(value, dict):
                waiting.append(value)
    return told


def _decoded(key: str, value: str) -> str:
    """Return the value of a field; jsonraw writes the bytes of the message in hexadecimal."""
    if not key.endswith("_raw"):
        return value
    try:
        return bytes.fromhex(value).rstrip(b"\0").decode("ascii", "replace")
    except ValueError:
        return ""


def _event(told: dict[str, str]) -> Event | None:
    """Return the drop of a message; one of hardware has the name of a trap for a reason."""
    trap, group = told.get("net_dm.hw_trap_name"), told.get("net_dm.hw_trap_group_name")
    reading: Reading | None
    if trap:
        reading = read_foreign(f"{group}/{trap}" if group else trap, "devlink trap")
    else:
        reading = read_spelling(told.get("net_dm.reason", ""))
    if reading is None:
        return None
    return Event(
        reading,
        location=told.get("net_dm.symbol") or told.get("net_dm.pc", ""),
        time=_seconds(told.get("frame.time_epoch", "")),
        interface=told.get("net_dm.port.netdev_name", ""),
        protocol=protocol_name(read_number(told.get("net_dm.proto", "")) or 0),
    )


def _seconds(text: str) -> float | None:
    """Return the time of a frame: seconds since 1970, or a date in new versions."""
    whole, _, fraction = text.partition(".")
    if number(whole) is None or not (fraction or "0").isdecimal():
        return seconds(text)
    return float(text) if len(text) < 40 else None
