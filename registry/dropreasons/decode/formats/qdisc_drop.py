# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the tracepoint qdisc:qdisc_drop, which says from 7.1 on what lies behind the reason QDISC_DROP."""

import re
from typing import ClassVar

from dropreasons.decode.event import Event
from dropreasons.decode.formats.trace_lines import process_and_time
from dropreasons.decode.spelling import read_spelling

_LONGEST = 1000
_FIELD = re.compile(r"\b(ifindex|skbaddr|reason)=(\S+)")


class QdiscDrop:
    """The lines of perf script, trace, trace_pipe and trace-cmd report; the packet has a line of kfree_skb too."""

    name: ClassVar[str] = "qdisc"

    def read(self, line: str) -> Event | None:
        """Read a drop; the reason is named without QDISC_DROP_ as the kernel prints it."""
        if "qdisc_drop:" not in line:
            return None
        head, _, payload = line.partition("qdisc_drop:")
        fields = dict(_FIELD.findall(payload)) if len(payload) <= _LONGEST else {}
        reading = read_spelling(fields.get("reason", ""))
        if reading is None or len(fields) != 3:
            return None
        process, time = process_and_time(head.removesuffix("qdisc:"))
        index = fields["ifindex"]
        return Event(
            reading._replace(subsystem="qdisc"),
            time=time,
            process=process,
            interface="" if index == "0" else f"ifindex {index}",
            skb=fields["skbaddr"],
        )
