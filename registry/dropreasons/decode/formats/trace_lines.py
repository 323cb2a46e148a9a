# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the tracepoint skb:kfree_skb as perf, ftrace (trace, trace_pipe) and trace-cmd print it."""

import re
from typing import Any, ClassVar

from dropreasons.decode.ethertypes import protocol_name
from dropreasons.decode.event import NOTHING, Event, Told
from dropreasons.decode.spelling import read_number, read_spelling

_NO_DROP = {"consume_skb", "skb_copy_datagram_iovec"}
_LONGEST = 1000
_LONGEST_HEAD = 160

# The tracepoint's own text; the kernel shows no reason before 5.17.
_PAYLOAD = re.compile(
    r"=(?P<skbaddr>\S+) (?:rx_sk=\S+ )?protocol=(?P<protocol>\d+) location=(?P<location>\S+(?: \[\w+\])?)"
    r"(?: reason: (?P<reason>\S+))?\s*$"
)
# The fields one by one, with numbers: `trace-cmd report -R`, the trace option `fields`, `perf trace`.
_FIELD = re.compile(r"\b(skbaddr|protocol|location|reason)(?:=|: )([^\s,()]+(?: \[\w+\])?)")
# Before it: command and process, thread group, processor, flags (they begin with the processor in the latency format)
# and time, of which all but the command may be switched off.
_HEAD = re.compile(
    r" *(\S.{0,63}?)[- ] *\d+(?:/\d+)? +(?:\( *[-\d]+\) +)?(?:\[\d+\] +)?(?:[.\w#]{4,9} +)?"
    r"(\d+(?:\.\d+)?)(?:us.)?: *$"
)
_SHORT_HEAD = re.compile(r" *[\d.]+ (\S.{0,63})/\d+$")
_RELEASE = re.compile(r"# (?:os release : |nop latency trace \S{1,20} on )(\S{1,100})")
_STACK = re.compile(r"\s+[0-9a-f]{1,16} \S.* \(\S.*\)$|\s*=> +\S.*$")
_ASIDE = re.compile(
    r"cpus=\d+$|CPU \d+ is empty$|CPU:\d+ \[.*(?:LOST|DROPPED).*\]$|#+ CPU \d+ buffer started #+$"
    r"|.{0,160}<(?:user )?stack trace ?>$"
)


class TraceLines:
    """The lines of perf script, perf trace, trace, trace_pipe and trace-cmd report."""

    name: ClassVar[str] = "trace"

    def __init__(self) -> None:
        self._in_comment = False

    def read(self, line: str) -> Event | Told | None:
        """Read a drop, a line of the header or of a stack."""
        if line[:1] == "#":
            return self._comment(line)
        self._in_comment = False
        return _drop(line) if "skbaddr" in line else _beside(line)

    def _comment(self, line: str) -> Told | None:
        """Read a line of the header: any that begins with #, once the header has begun."""
        found = _RELEASE.match(line)
        if found:
            self._in_comment = True
            return Told(kernel=found[1])
        if line.startswith(("# tracer: ", "# ========")):
            self._in_comment = True
        return NOTHING if self._in_comment else _beside(line)


def _beside(line: str) -> Told | None:
    """Read what stands between the drops."""
    if line[:1] not in "\t =#Cc" or len(line) > _LONGEST:
        return None
    return NOTHING if _STACK.match(line) or _ASIDE.match(line) else None


def _drop(line: str) -> Event | Told | None:
    """Read a line of the event, or of the others of its group, which tell of no drop."""
    head, _, payload = line.partition("skbaddr")
    before, _, event = head.rstrip(" :(").rpartition(" ")
    if event.removeprefix("skb:") != "kfree_skb":
        return NOTHING if event.removeprefix("skb:") in _NO_DROP else None
    fields = _fields(payload) if len(payload) <= _LONGEST else None
    if fields is None:
        return None
    if fields["reason"] is None:
        # rx_sk came with 6.11, long after the reason: the line is cut.
        return None if " rx_sk=" in payload else NOTHING
    reading, protocol = read_spelling(fields["reason"]), read_number(fields["protocol"])
    if reading is None or protocol is None:
        return None
    process, time = process_and_time(before)
    return Event(reading, fields["location"], time, process, protocol=protocol_name(protocol), skb=fields["skbaddr"])


def _fields(payload: str) -> dict[str, Any] | None:
    """Read a payload, None unless its fields are there, each once."""
    found = _PAYLOAD.match(payload)
    if found:
        return found.groupdict()
    pairs = _FIELD.findall(f"skbaddr{payload}")
    # perf trace leaves a protocol of 0 out.
    fields = {"protocol": "0", **dict(pairs)}
    return fields if len(fields) == 4 and len({name for name, _ in pairs}) == len(pairs) else None


def process_and_time(head: str) -> tuple[str, float | None]:
    """Return the command and the seconds since boot; a time that counts anything else is left out."""
    found = _HEAD.match(head) or _SHORT_HEAD.match(head) if len(head) <= _LONGEST_HEAD else None
    if not found:
        return "", None
    # The tracer prints <...> for a command that it has forgotten.
    process = "" if found[1] == "<...>" else found[1].rstrip()
    return process, float(found[2]) if found.lastindex == 2 and "." in found[2] else None
