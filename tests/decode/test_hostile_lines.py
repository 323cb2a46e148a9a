# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Shreds, endless lines and the lines of other tools harm no format of lines."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import SAMPLES, sample

from dropreasons.decode.event import Event, Told
from dropreasons.decode.formats import TextFormat
from dropreasons.decode.formats.bpftrace import Bpftrace, BpftraceJson, RetinaBpftrace, RetinaBpftraceJson
from dropreasons.decode.formats.dropwatch import Dropwatch
from dropreasons.decode.formats.plain import Plain
from dropreasons.decode.formats.qdisc_drop import QdiscDrop
from dropreasons.decode.formats.tables import Counters, Drdump, FormatFile
from dropreasons.decode.formats.trace_lines import TraceLines

FORMATS: tuple[Callable[[], TextFormat], ...] = (
    Bpftrace, RetinaBpftrace, Dropwatch, QdiscDrop, Counters, Drdump, FormatFile, TraceLines, Plain,
)  # fmt: skip


@pytest.mark.parametrize(
    "name", [path.stem for path in sorted(SAMPLES.glob("*.txt")) if not path.stem.startswith("plain")]
)
@pytest.mark.parametrize(
    "form", [TraceLines, QdiscDrop, FormatFile, Drdump, Counters, Bpftrace, RetinaBpftrace, Dropwatch]
)
def test_formats_leave_each_others_drops(form: Callable[[], TextFormat], name: str) -> None:
    """No drop is claimed by two formats."""
    claimed = [line for line in sample(name) if isinstance(form().read(line), Event)]
    others = [other for other in FORMATS if other not in {form, Plain}]
    assert not [line for line in claimed for other in others if isinstance(other().read(line), Event)]


PIECES = [
    "kfree_skb: ", "skbaddr=", "0x1 ", "protocol=", "2048 ", "location=", "f+0x1 ", "reason: ", "NO_SOCKET", "[001] ",
    "12.5: ", "# tracer: nop", "@", "[", "]", ": 3", ", ", "drop at: ", "drop reason: ", "timestamp: ", "{ 3, ",
    '"X_Y"', "original length: ", "name: kfree_skb", "print fmt: ", '"skbaddr=%p protocol=%u location=', "} ", " ",
    "\t", "-", "(", "qdisc_drop:", "reason=", "ifindex=", ")", "=> ", "REASON TOTAL GROUP DESC", "NO_SOCKET 3 A b",
    "9" * 30, "CPU:1 ", "18:28:27 DROP 6 k a -> b", "[LOST 3 EVENTS]",
]  # fmt: skip
SHRED = st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map("".join)


@given(st.lists(SHRED, max_size=8))
def test_shreds_of_lines_crash_nothing(lines: list[str]) -> None:
    """Whatever is read is an event with at least one drop, or told."""
    forms = [form() for form in FORMATS]
    for line in lines:
        for form in forms:
            told = form.read(line)
            assert told is None or isinstance(told, Told) or (isinstance(told, Event) and told.count > 0)


KEYS = st.text(max_size=8) | st.sampled_from(["@", "@reason"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["map", "value", "printf", "DROP", "attached_probes"]) | JSON, JSON, JSON)
def test_shreds_of_json_crash_nothing(kind: Any, data: Any, code: Any) -> None:
    """Any value may stand anywhere."""
    record = {"type": kind, "data": data, "reason_code": code, "probe": "kfree_skb"}
    for form in (BpftraceJson(), RetinaBpftraceJson()):
        told = form.read(record)
        assert told is None or isinstance(told, Event | Told | list)


HOSTILE = [
    "#", " ", "\t", "@[", "]: 3", "kfree_skb: skbaddr=", "skbaddr=1 ", "a-1 ", "{ 1, ", "drop at: (", "1 ", "A_", "=> ",
    "…", "qdisc_drop: ifindex=", "18:28:27 A ", "print fmt: {", "CPU:1 [", "─", "9",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_long_lines_cost_no_more_than_their_length(piece: str) -> None:
    """Four megabytes of a piece, in each format and after what puts the format in the middle of something."""
    line = piece * (4_000_000 // len(piece))
    beginnings = ("", "@[", "drop at: f (0x1)", "# tracer: nop", 'print fmt: "skbaddr=%p protocol=%u location=',
                  "REASON TOTAL GROUP DESC", "name: kfree_skb")  # fmt: skip
    for make in FORMATS:
        for beginning in beginnings:
            form = make()
            form.read(beginning)
            begun = time.monotonic()
            form.read(line)
            assert time.monotonic() - begun < 1, (form.name, beginning)
