# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the tables of reasons that a log may hold: the kernel's own names, and OpenAnolis' counters."""

import re
from typing import ClassVar

from dropreasons.decode.event import NOTHING, Event, Told
from dropreasons.decode.formats.growth import Growth
from dropreasons.decode.spelling import read_number, read_spelling
from dropreasons.enums import CORE_PREFIX
from dropreasons.printed_tables import format_pairs, reasons_of

_LONGEST_FORMAT = 100_000
_LONGEST_ROW = 400

_EVENT = re.compile(r"name: (?:kfree_skb|qdisc_drop)\s*$")
_FIELDS = re.compile(r"ID: \d+\s*$|format:\s*$|\s*field:.*;\s*$")
# sk_rst_reason has the same names with other numbers: only these two print what is meant here.
_PRINT = re.compile(r'print fmt: "(?:skbaddr=\S+ (?:rx_sk=\S+ )?protocol=\S+ location=|(drop ifindex=))')
_DRDUMP = re.compile(r"\s*(\w{1,10}) = (?:SKB_DROP_REASON_|(?=RX_DROP_|OVS_DROP_|QDISC_DROP_))([A-Z][A-Z0-9_]+)\s*$")
_COUNTER = re.compile(r"([A-Z][A-Z0-9_]+)\s+(\d{1,20})\s+[A-Z]\w*\s+\S")


class FormatFile:
    """A tracefs file events/skb/kfree_skb/format, or that of qdisc_drop; its last line may be folded into many."""

    name: ClassVar[str] = "format"

    def __init__(self) -> None:
        self._in_fields = False
        self._in_names = False
        self._prefix = CORE_PREFIX
        self._begun = ""

    def read(self, line: str) -> Told | None:
        """Read a line of the file; the last one lists the names."""
        if line.startswith("name: ") or self._in_fields:
            self._in_fields = bool(_EVENT.match(line) or _FIELDS.match(line) or not line.strip())
            if self._in_fields:
                return NOTHING
        if line.startswith("print fmt: "):
            found = _PRINT.match(line)
            self._in_names, self._begun = bool(found), ""
            self._prefix = "QDISC_DROP_" if found and found[1] else CORE_PREFIX
        if self._in_names and len(line) <= _LONGEST_FORMAT and any(mark in line for mark in ("REC->", "{", "}")):
            return self._names(line)
        self._in_names = False
        return None

    def _names(self, line: str) -> Told:
        """Read names, of which the last may go on in the next line."""
        text = self._begun + line
        self._in_names = not text.endswith(")")
        self._begun = text[text.rfind("{") :][:_LONGEST_ROW] if text.rfind("{") > text.rfind("}") else ""
        names = dict(reasons_of(format_pairs(text, self._prefix)))
        return Told(names=names) if names else NOTHING


class Drdump:
    """What drdump prints: a name by its number on each line."""

    name: ClassVar[str] = "drdump"

    def read(self, line: str) -> Told | None:
        """Read one name."""
        if "_DROP_" not in line or len(line) > _LONGEST_ROW:
            return None
        found = _DRDUMP.match(line)
        value = read_number(found[1]) if found else None
        return Told(names={value: found[2]}) if found and value is not None else None


class Counters:
    """OpenAnolis' /proc/net/drop_reason_stat."""

    name: ClassVar[str] = "drop_reason_stat"

    def __init__(self) -> None:
        self._in_table = False
        self._growth = Growth()

    def read(self, line: str) -> Event | Told | None:
        """Read the count of a reason; printed again, it tells of as many drops as it grew by."""
        if line.startswith("REASON") and line.split() == ["REASON", "TOTAL", "GROUP", "DESC"]:
            self._in_table = True
            return NOTHING
        if not self._in_table:
            return None
        if line and not line.strip("-"):
            return NOTHING
        found = _COUNTER.match(line) if len(line) <= _LONGEST_ROW else None
        reading = read_spelling(found[1]) if found else None
        self._in_table = reading is not None
        if found is None or reading is None:
            return None
        count = self._growth.of(found[1], int(found[2]))
        return Event(reading, count=count) if count else NOTHING
