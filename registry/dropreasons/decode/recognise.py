# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Recognises the format of each line: what tools printed may be mixed, coloured, and wrapped by a log."""

import re
from typing import Any, NamedTuple

from dropreasons.decode.event import NOTHING, Event, Told
from dropreasons.decode.formats import JsonFormat, TextFormat
from dropreasons.decode.formats.bcc import Tcpdrop
from dropreasons.decode.formats.bpftrace import Bpftrace, BpftraceJson, RetinaBpftrace, RetinaBpftraceJson
from dropreasons.decode.formats.dropwatch import Dropwatch
from dropreasons.decode.formats.huatuo import HuatuoJson, HuatuoText
from dropreasons.decode.formats.hubble import HubbleJson, HubbleText
from dropreasons.decode.formats.inspektor_gadget import GadgetColumns, GadgetJson
from dropreasons.decode.formats.lmp import NetWatcher
from dropreasons.decode.formats.netobserv import NetObservJson, NetObservText
from dropreasons.decode.formats.nettrace import Nettrace
from dropreasons.decode.formats.plain import Plain
from dropreasons.decode.formats.prometheus import Prometheus
from dropreasons.decode.formats.pwru import PwruJson, PwruText
from dropreasons.decode.formats.qdisc_drop import QdiscDrop
from dropreasons.decode.formats.retis import RetisJson, RetisText
from dropreasons.decode.formats.tables import Counters, Drdump, FormatFile
from dropreasons.decode.formats.trace_lines import TraceLines
from dropreasons.decode.formats.tshark import TsharkJson, TsharkLines
from dropreasons.decode.spelling import read_spelling

TEXT: tuple[type[TextFormat], ...] = (
    QdiscDrop, TraceLines, FormatFile, Drdump, Counters, Bpftrace, RetinaBpftrace, Dropwatch, RetisText, PwruText,
    Nettrace, Tcpdrop, GadgetColumns, NetObservText, Prometheus, TsharkLines, HubbleText, HuatuoText, NetWatcher, Plain,
)  # fmt: skip
JSON: tuple[type[JsonFormat], ...] = (
    BpftraceJson, RetinaBpftraceJson, RetisJson, PwruJson, GadgetJson, NetObservJson, TsharkJson, HubbleJson,
    HuatuoJson,
)  # fmt: skip

LONGEST_LINE = 1 << 16
#: One object may hold many flows.
LONGEST_JSON = 1 << 22

_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_TIME = (
    r"(?:<\d{1,3}>)?"
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
)
#: What a log puts before a line: a time alone, kubectl, compose, the kernel's log; syslog, the journal, containerd.
_PREFIXES = (
    re.compile(
        rf"(?:{_TIME}|\[(?:pod|container)/[^\]\s]{{1,200}}\]|[\w.-]{{1,64}} {{1,40}}\||"
        r"\[ {0,8}\d{1,9}\.\d{6}\]) ?"
    ),
    re.compile(rf"{_TIME}(?: std(?:out|err) [FP]| [\w.-]{{1,64}} [\w./@-]{{1,64}}(?:\[\d{{1,10}}\])?:) ?"),
)
#: Where container engines and the journal keep the line.
_WRAPPED_IN = ("log", "MESSAGE", "message")
#: The end of a line of skb:kfree_skb, which tells a drop whatever became of its beginning.
_TAIL = re.compile(r"(\S{1,300}(?: \[\w{1,64}\])?) reason: (\S{1,200})\s*")


class Line(NamedTuple):
    """What a line told, and the format it has; a blank line is of none."""

    format: str
    events: tuple[Event, ...] = ()
    told: Told = NOTHING


_BLANK = Line("")


def read_tail(tail: str) -> Event | None:
    """Read what stands behind the last ` location=` of a line of skb:kfree_skb."""
    found = _TAIL.fullmatch(tail)
    reading = read_spelling(found[2]) if found else None
    return Event(reading, found[1]) if found and reading else None


def without_control(text: str) -> str:
    """Return a text without colours and other sequences meant for a terminal."""
    return _CONTROL.sub("", text) if "\x1b" in text else text


class Recogniser:
    """Reads the lines of one input, one after another."""

    def __init__(self) -> None:
        self._trace = TraceLines()
        self._text: list[TextFormat] = [self._trace if form is TraceLines else form() for form in TEXT]
        self._json: list[JsonFormat] = [form() for form in JSON]
        #: The format of the last line is tried first.
        self._last: TextFormat | None = None
        self._last_json: JsonFormat | None = None
        #: What was before the last line; True for the text before an object.
        self._wrapped: re.Pattern[str] | bool = False

    def read(self, raw: bytes) -> Line | None:
        """Return what a line tells, None if it was not understood."""
        if len(raw) > LONGEST_JSON:
            return None
        line = without_control(raw.decode("utf-8", "replace").rstrip("\r\n"))
        if not line or line.isspace():
            return self._blank(line)
        found = self._object(line) if line.lstrip()[:1] == "{" else None
        if " location=" in line and len(line) <= LONGEST_LINE:
            found = found or self._kfree_skb(line)
        if found or len(line) > LONGEST_LINE:
            return found or self._inner(line)
        # A time before a line may be the log's or the tool's: what fitted the last line is tried first.
        if self._wrapped:
            return self._inner(line) or self._plain(line)
        return self._plain(line) or self._inner(line)

    def _blank(self, line: str) -> Line:
        """Show a blank line to the format it may be within."""
        told = self._last.read(line) if self._last else None
        return Line(self._last.name, (), told) if self._last and isinstance(told, Told) else _BLANK

    def _plain(self, line: str) -> Line | None:
        """Read a line that nothing is wrapped around."""
        self._wrapped = False
        if self._last and (told := self._last.read(line)):
            return _line(self._last.name, told)
        for form in self._text:
            if form is not self._last and (told := form.read(line)):
                self._last = form
                return _line(form.name, told)
        return None

    def _kfree_skb(self, line: str) -> Line | None:
        """Read a line that ends as skb:kfree_skb does; what a log puts before it is no part of the command."""
        event = read_tail(line.rpartition(" location=")[2])
        if event is None:
            return None
        self._last = self._trace
        prefix = _PREFIXES[1].match(line) or _PREFIXES[0].match(line)
        whole = self._trace.read(line[prefix.end() :] if prefix else line)
        return Line(TraceLines.name, (whole if isinstance(whole, Event) else event,))

    def _inner(self, line: str) -> Line | None:
        """Read the line that a log put something before: a time and a host, or text with an object behind it."""
        for pattern in _PREFIXES if self._wrapped is not _PREFIXES[1] else reversed(_PREFIXES):
            prefix = pattern.match(line)
            rest = line[prefix.end() :] if prefix else ""
            if rest and len(rest) <= LONGEST_LINE and (found := self._plain(rest)):
                self._wrapped = pattern
                return found
        at = line.find('{"') if line.rstrip()[-1:] == "}" else -1
        found = self._object(line[at:]) if at > 0 else None
        self._wrapped = found is not None
        return found

    def _object(self, text: str) -> Line | None:
        """Read a JSON object, or the line of text in one."""
        record = _decoded(text)
        if not isinstance(record, dict):
            return None
        forms = [self._last_json, *self._json] if self._last_json else self._json
        for form in forms:
            if told := form.read(record):
                self._last_json = form
                return _line(form.name, told)
        inner = next((record[key] for key in _WRAPPED_IN if isinstance(record.get(key), str)), "").rstrip()
        if not inner or "\n" in inner or len(inner) > LONGEST_LINE or inner[:1] == "{":
            return None
        return self._plain(without_control(inner))


def _decoded(text: str) -> Any:
    import msgspec  # noqa: PLC0415  logs of text do without

    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None


def _line(name: str, told: Event | Told | list[Event]) -> Line:
    if isinstance(told, Event):
        return Line(name, (told,))
    return Line(name, tuple(told)) if isinstance(told, list) else Line(name, (), told)
