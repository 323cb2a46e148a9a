# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads flows of NetObserv: its names come from a table in its agent; where it keeps a number, that is the kernel's."""

import json
import re
from typing import Any, ClassVar

from dropreasons.decode.ethertypes import protocol_name
from dropreasons.decode.event import NOTHING, Event, Told
from dropreasons.decode.formats.fields import TRANSPORTS, number, string, within
from dropreasons.decode.spelling import read_spelling

#: The fields of a flow, and the names OpenTelemetry has for them.
_KEYS = {
    "cause": ("PktDropLatestDropCause", "drops.latestcause"),
    "packets": ("PktDropPackets", "drops.packets"),
    "interface": ("Interface", "interface.name"),
    "interfaces": ("Interfaces", "interface.names"),
    "transport": ("Proto", "protocol"),
    "ethertype": ("Etype", "ethertype"),
    "end": ("TimeFlowEndMs", "timeflowend"),
}
#: A value in a Go map, in JSON, in JSON inside JSON, or as the OpenTelemetry collector prints it.
_VALUE = r"""(?:\\?["'])?(?:: ?|[ ])(?:(?:Str|Int|Slice)\()?\[?(?:\\?["'])?([\w.@-]{1,100})"""
_FIELDS = {
    field: re.compile(rf"(?<![\w.]){'(?:' + '|'.join(map(re.escape, keys)) + ')'}{_VALUE}")
    for field, keys in _KEYS.items()
}
_CAUSE = re.compile(rf"(?:DropCause|drops\.latestcause){_VALUE}")
_AROUND = 4000


class NetObservText:
    """A flow in a log of the agent or of the pipeline, one on a line."""

    name: ClassVar[str] = "netobserv"

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        at = line.find("DropCause")
        at = at if at >= 0 else line.find("drops.latestcause")
        found = _CAUSE.match(line, at) if at >= 0 else None
        if not found:
            return None
        around = line[max(0, at - _AROUND) : at + _AROUND]
        matches = {field: pattern.search(around) for field, pattern in _FIELDS.items()}
        return _event({field: match[1] for field, match in matches.items() if match} | {"cause": found[1]})


class NetObservJson:
    """A flow as an object, with the names of NetObserv or OpenTelemetry's; or many in an answer of Loki."""

    name: ClassVar[str] = "netobserv-json"

    def read(self, record: dict[str, Any]) -> Event | Told | list[Event] | None:
        """Return what an object tells, None if it is not of this format."""
        streams = within(record, "data", "result")
        if isinstance(streams, list):
            events = [event for line in _lines(streams) if isinstance(event := _read_flow(line), Event)]
            return events or None
        return _read_flow(_parsed(record["line"]) if isinstance(record.get("line"), str) else record)


def _lines(streams: list[Any]) -> list[dict[str, Any]]:
    """Return the flows of a stream each: pairs of a time and an object written as a string."""
    lists = [values for stream in streams if isinstance(values := within(stream, "values"), list)]
    values = [value for values in lists for value in values if isinstance(value, list) and len(value) > 1]
    return [_parsed(value[1]) for value in values if isinstance(value[1], str)]


def _parsed(text: str) -> dict[str, Any]:
    """Return an object written as a string, an empty one if it is none."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _read_flow(record: dict[str, Any]) -> Event | Told | None:
    flow = record["attributes"] if isinstance(record.get("attributes"), dict) else record
    if not any(key in flow for key in _KEYS["cause"]):
        return NOTHING if "AgentIP" in flow and "Etype" in flow else None
    fields = {field: next((flow[key] for key in keys if key in flow), None) for field, keys in _KEYS.items()}
    return _event(fields)


def _event(fields: dict[str, Any]) -> Event | Told | None:
    """Return the drops of a flow; the cause is that of the latest."""
    packets = 1 if fields.get("packets") is None else number(fields["packets"])
    cause = string(fields["cause"]) or str(number(fields["cause"]))
    reading = read_spelling(cause, tool="netobserv")
    if reading is None or not packets:
        return NOTHING if packets == 0 else None
    interfaces, end = fields.get("interfaces"), number(fields.get("end"))
    first = interfaces[0] if isinstance(interfaces, list) and interfaces else interfaces
    transport = TRANSPORTS.get(number(fields.get("transport")) or 0)
    return Event(
        reading,
        time=end / 1e3 if end else None,
        interface=string(fields.get("interface")) or string(first),
        protocol=transport or protocol_name(number(fields.get("ethertype")) or 0),
        count=packets,
    )
