# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what Inspektor Gadget's trace_tcpdrop prints.

It takes its names from the BTF of the machine, and those of the core only; UNKNOWN stands for any other value.
"""

import re
from typing import Any, ClassVar

from dropreasons.decode.event import NOTHING, Event, Told
from dropreasons.decode.formats.fields import caller, protocol, reason_value, seconds, string, within
from dropreasons.decode.spelling import read_spelling

_FLAGS = re.compile(r"(?:FIN|SYN|RST|PSH|ACK|URG|ECE|CWR)\b")
_HEADER = re.compile(r" COMM {1,99}PID {1,99}TID STATE {1,99}TCPFLAGS {1,99}REASON")
_BEFORE, _AFTER = 500, 700


class GadgetColumns:
    """The columns of `ig run` and `kubectl gadget run`, a narrow one cutting off the beginning of the reason."""

    name: ClassVar[str] = "inspektor-gadget"

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        state = line.find(" tcp_")
        if state < 0:
            header = line.find(" COMM ") if line.startswith(("K8S.", "RUNTIME.", "SRC ")) else -1
            return NOTHING if header >= 0 and _HEADER.match(line, header) else None
        before, after = line[max(0, state - _BEFORE) : state].split(), line[state : state + _AFTER].split()[1:]
        if not all(word.isdecimal() for word in before[-2:]):
            return None
        # A packet without flags leaves their column empty.
        reason = after[1:2] if after and _FLAGS.match(after[0]) else after[:1]
        reading = read_spelling(*reason) if reason else None
        return Event(reading, time=seconds(after[-1]), process=_process(before), protocol="tcp") if reading else None


def _process(words: list[str]) -> str:
    """Return what stands between the namespace behind the two addresses and the two ids of the process."""
    for start in range(len(words) - 3, 1, -1):
        if words[start - 1].isdecimal() and ":" in words[start - 2]:
            return " ".join(words[start:-2])
    return ""


class GadgetJson:
    """The lines of `-o json`, which give the value beside the name."""

    name: ClassVar[str] = "inspektor-gadget-json"

    def read(self, record: dict[str, Any]) -> Event | Told | None:
        """Return what an object tells, None if it is not of this format."""
        text, value = string(record.get("reason")), reason_value(record.get("reason_raw"))
        if not record.keys() & {"reason_raw", "tcpflags"} or not (text or value is not None):
            return None
        reading = read_spelling(text or str(value))
        if reading is None:
            return None
        stack = record.get("kernel_stack")
        return Event(
            reading if value is None else reading._replace(value=value),
            location=caller(stack.split("; ", 64)) if isinstance(stack, str) else "",
            time=seconds(string(record.get("timestamp"))),
            process=string(within(record, "proc", "comm")) or string(record.get("comm")),
            protocol=protocol(within(record, "src", "proto")) or "tcp",
        )
