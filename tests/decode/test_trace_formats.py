# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What perf, ftrace and trace-cmd printed is read whole: no line unknown, every drop counted, every table found."""

from collections import Counter

import pytest
from samples import ONE_RUN, names, read, sample

from dropreasons.decode.event import Event, Reading
from dropreasons.decode.formats.qdisc_drop import QdiscDrop
from dropreasons.decode.formats.tables import Counters, Drdump, FormatFile
from dropreasons.decode.formats.trace_lines import TraceLines


@pytest.mark.parametrize(
    ("name", "drops"),
    [("trace", 18), ("trace_pipe", 19), ("trace_stacks", 3), ("trace_latency", 14), ("trace_fields", 18),
     ("perf_trace", 6), ("perf_script", 9), ("perf_script_stacks", 4), ("trace_cmd", 18), ("trace_cmd_raw", 18),
     ("trace_cmd_latency", 18), ("trace_cmd_stacks", 3)],
)  # fmt: skip
def test_real_traces_have_no_unknown_line(name: str, drops: int) -> None:
    """Every line of a real trace is a drop or known to be none; every drop has a process, a place and a packet."""
    found = read(sample(name), TraceLines())
    assert not found.unknown
    assert len(found.events) == drops
    assert all(event.location and event.skb and event.process for event in found.events)


@pytest.mark.parametrize(
    ("symbolic", "numeric", "version"),
    [("trace", "trace_fields", "6.18"), ("trace_cmd", "trace_cmd_raw", "6.12")],
)
def test_the_same_drops_by_name_and_by_number(symbolic: str, numeric: str, version: str) -> None:
    """One buffer printed in both ways gives the same drops, by the table of the kernel that recorded it."""
    by_name, by_number = (read(sample(name), TraceLines()).events for name in (symbolic, numeric))
    table = names(version)
    assert by_name
    for one, other in zip(by_name, by_number, strict=True):
        assert one.reading.name == table[other.reading.value or 0]
        assert (one.location, one.time, one.process, one.protocol) == (
            other.location,
            other.time,
            other.process,
            other.protocol,
        )


def test_a_trace_in_full() -> None:
    """A command with spaces, brackets and dashes, the time, and the protocol by name."""
    events = read(sample("trace"), TraceLines()).events
    assert events[0] == Event(
        Reading("NO_SOCKET", "NO_SOCKET"),
        "__udp4_lib_rcv+0x4bc/0xd00",
        24660.560596,
        "kworker/u8:2-ev",
        protocol="ipv4",
        skb="0000000078b4f33a",
    )
    assert {event.process for event in events} == {"kworker/u8:2-ev", "a b-7: [c] 3"}
    assert Counter(event.protocol for event in events) == {"ipv4": 12, "ipv6": 4, "": 2}


def test_perf_tells_its_kernel() -> None:
    """So does the header of a latency trace."""
    for name, process in (("perf_script", "a b-7: [c] 3"), ("trace_latency", "python3")):
        found = read(sample(name), TraceLines())
        assert [told.kernel for told in found.told if told.kernel] == ["6.18.44-fc-v657"]
        assert {event.process for event in found.events} == {process}
    assert read(sample("perf_script"), TraceLines()).reasons() == ONE_RUN


def test_only_seconds_since_boot_are_a_time() -> None:
    """A clock that counts something else, or from the start of the trace, gives no time."""
    assert all(event.time is None for event in read(sample("trace_latency"), TraceLines()).events)
    line = sample("trace")[-1].replace("24660.944675", "       17")
    assert [event.time for event in read([line], TraceLines()).events] == [None]


def test_published_traces() -> None:
    """Lines of bug reports and cover letters, one of them from before 5.17: it is no drop with a reason."""
    found = read(sample("trace_published"), TraceLines())
    assert not found.unknown
    assert found.reasons() == Counter(NOT_SPECIFIED=1, FULL_RING=2, TCP_INVALID_SEQUENCE=1)
    assert [event.protocol for event in found.events] == ["ipv6", "0x0004", "arp", "ipv4"]
    assert [event.process for event in found.events] == ["swapper", "<idle>", "arping", "<idle>"]


def test_a_reason_of_a_subsystem_is_a_number() -> None:
    """The place is in a module, and the tracer forgot the command."""
    found = read(sample("trace_synthetic"), TraceLines())
    assert not found.unknown
    (event,) = found.events
    assert (event.reading.value, event.process) == (0x20001, "")
    assert event.location == "ieee80211_rx_handlers_result+0x3a1/0x4f0 [mac80211]"


def test_a_line_cut_short_is_unknown() -> None:
    """Cut anywhere before its reason, a line is no drop, and not one from before there were reasons."""
    line = sample("trace")[12].removesuffix("NO_SOCKET")
    for end in range(len("python3"), len(line)):
        found = read([line[:end]], TraceLines())
        assert (found.events, found.told, len(found.unknown)) == ([], [], 1), line[:end]


def test_lines_run_together_are_unknown() -> None:
    """Two writers on one line: neither is guessed."""
    one, other = sample("perf_script")[-2:]
    assert not read([one + other], TraceLines()).events


def test_qdisc_drops_join_the_packet() -> None:
    """The detail and the drop carry the same packet; other lines are left to the format of traces."""
    found = read(sample("qdisc_drop"), QdiscDrop(), TraceLines())
    assert not found.unknown
    detail, drop, numeric = found.events
    assert detail == Event(
        Reading("FLOW_LIMIT", "FLOW_LIMIT", subsystem="qdisc"),
        time=5120.301114,
        process="<idle>",
        interface="ifindex 3",
        skb="00000000b09a26bc",
    )
    assert (drop.reading.name, drop.skb) == ("QDISC_DROP", detail.skb)
    assert (numeric.reading.value, numeric.interface, numeric.process) == (0x30012, "", "iperf3")


@pytest.mark.parametrize("version", ["6.12", "6.18"])
@pytest.mark.parametrize("width", [None, 75, 80, 81])
def test_a_format_file_in_the_log_is_a_table(version: str, width: int | None) -> None:
    """Whole, or its long line folded at any column; the lines after it are not of the file."""
    *fields, last = sample(f"format_{version}")
    folded = [last[at : at + width] for at in range(0, len(last), width)] if width else [last]
    found = read([*fields, *folded, "NO_SOCKET {"], FormatFile())
    table: dict[int, str] = {}
    for told in found.told:
        table |= told.names or {}
    assert found.unknown == ["NO_SOCKET {"]
    assert table == names(version)
    assert len(table) > 100


def test_other_events_with_a_reason_are_no_table() -> None:
    """A TCP reset has names of its own, of which some are spelled as those of drops."""
    other = 'print fmt: "skbaddr=%p skaddr=%p state=%s reason=%s", __print_symbolic(REC->reason, { 1, "NO_SOCKET" })'
    assert read(["name: tcp_send_reset", other], FormatFile()).told == []
    qdisc = 'print fmt: "drop ifindex=%d kind=%s reason=%s", __print_symbolic(REC->reason, { 0x30002, "OVERLIMIT" })'
    assert read(["name: qdisc_drop", qdisc], FormatFile()).told[-1].names == {0x30002: "QDISC_DROP_OVERLIMIT"}


def test_drdump_is_a_table() -> None:
    """Names of sub-systems keep their prefix."""
    told = read(sample("drdump"), Drdump()).told
    assert [line.names for line in told] == [{2: "NOT_SPECIFIED"}, {3: "NO_SOCKET"}, {131073: "RX_DROP_U_MIC_FAIL"}]


def test_counters_count_what_they_grew_by() -> None:
    """Printed twice, the table tells of each drop once."""
    first, later = sample("drop_reason_stat"), [line.replace(" 12 ", " 15 ") for line in sample("drop_reason_stat")]
    assert read(first, Counters()).reasons() == Counter(NO_SOCKET=7, TCP_CSUM=12)
    found = read([*first, *later], Counters())
    assert found.reasons() == Counter(NO_SOCKET=7, TCP_CSUM=15)
    assert not found.unknown
