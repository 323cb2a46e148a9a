# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what Cilium prints of drops, through Hubble and its monitor; its reasons are its own and no kernel's."""

import re
from typing import Any, ClassVar

from dropreasons.decode.event import NOTHING, Event, Reading, Told
from dropreasons.decode.formats.fields import protocol, reason_value, seconds, string, within
from dropreasons.decode.spelling import read_foreign

_REGISTRY = "Cilium"
_DROPPED = re.compile(r" (?:<>|->|<-) \S{1,200}(?: \([^()]{1,100}\))? (\S.{0,80}) DROPPED(?: \((\w{2,6}))?")
_MONITORED = re.compile(r"xx drop \(([^()]{1,80})\) flow ")
#: A line of any other verdict.
_OTHER = re.compile(r"[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d\.\d{3}(?: \[[^\]]{1,100}\])?: \S{1,200} ")
_VERDICTS = (" FORWARDED", " DENIED", " ALLOWED", " REDIRECTED", " TRACED", " TRANSLATED", " AUDIT", " AUDITED")
_LONGEST, _TAIL = 2000, 80


class HubbleText:
    """The lines of `hubble observe` and `cilium monitor -t drop`."""

    name: ClassVar[str] = "hubble"

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        if line.startswith("xx drop ("):
            found = _MONITORED.match(line)
            reading = read_foreign(found[1], _REGISTRY) if found else None
            return Event(reading, protocol=protocol(*line[-_TAIL:].split()[-2:])) if reading else None
        if not _OTHER.match(line):
            return None
        found = _DROPPED.search(line[:_LONGEST])
        if not found:
            return NOTHING if any(verdict in line[:_LONGEST] for verdict in _VERDICTS) else None
        reading = read_foreign(found[1], _REGISTRY)
        return Event(reading, protocol=protocol(found[2])) if reading else None


class HubbleJson:
    """The lines of `hubble observe -o json` and of the exporter; the first versions print the flow alone."""

    name: ClassVar[str] = "hubble-json"

    def read(self, record: dict[str, Any]) -> Event | Told | None:
        """Return what an object tells, None if it is not of this format."""
        flow = record if "Summary" in record else record.get("flow")
        verdict = string(within(flow, "verdict"))
        if not isinstance(flow, dict) or not verdict:
            return NOTHING if record.keys() & {"lost_events", "node_status"} and "node_name" in record else None
        if verdict != "DROPPED":
            return NOTHING
        text, value = string(flow.get("drop_reason_desc")), reason_value(flow.get("drop_reason"))
        reading = read_foreign(text, _REGISTRY) or (Reading(str(value), foreign=_REGISTRY) if value else None)
        # A request that a proxy refused is dropped without a reason.
        if reading is None:
            return NOTHING
        sections = flow.get("l4")
        return Event(
            reading._replace(value=value),
            time=seconds(string(flow.get("time")) or string(record.get("time"))),
            protocol=protocol(*sections) if isinstance(sections, dict) else "",
        )
