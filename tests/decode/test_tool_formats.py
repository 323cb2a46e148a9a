# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What other tools print, line by line; the samples and where they come from are in tests/data/decode."""

import json
import time
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from dropreasons.decode.event import Event, Reading, Told
from dropreasons.decode.formats import JsonFormat, TextFormat
from dropreasons.decode.formats.bcc import Tcpdrop
from dropreasons.decode.formats.huatuo import HuatuoJson, HuatuoText
from dropreasons.decode.formats.hubble import HubbleJson, HubbleText
from dropreasons.decode.formats.inspektor_gadget import GadgetColumns, GadgetJson
from dropreasons.decode.formats.lmp import NetWatcher
from dropreasons.decode.formats.netobserv import NetObservJson, NetObservText
from dropreasons.decode.formats.nettrace import Nettrace
from dropreasons.decode.formats.prometheus import Prometheus
from dropreasons.decode.formats.pwru import PwruJson, PwruText
from dropreasons.decode.formats.retis import RetisJson, RetisText
from dropreasons.decode.formats.tshark import TsharkJson, TsharkLines

SAMPLES = ROOT / "tests/data/decode"
TEXT: dict[str, type[TextFormat]] = {
    "retis": RetisText, "pwru": PwruText, "nettrace": Nettrace, "bcc": Tcpdrop, "inspektor_gadget": GadgetColumns,
    "netobserv": NetObservText, "prometheus": Prometheus, "tshark": TsharkLines, "hubble": HubbleText,
    "huatuo": HuatuoText, "lmp": NetWatcher,
}  # fmt: skip
JSON: dict[str, type[JsonFormat]] = {
    "retis": RetisJson, "pwru": PwruJson, "inspektor_gadget": GadgetJson, "netobserv": NetObservJson,
    "tshark": TsharkJson, "hubble": HubbleJson, "huatuo": HuatuoJson,
}  # fmt: skip


def named(name: str, text: str = "", **rest: Any) -> Reading:
    """A reading of a name, its text the name unless it is given."""
    return Reading(text or name, name, **rest)


def symbol(name: str, **rest: Any) -> Reading:
    """A reading of a name with the kernel's prefix."""
    return named(name, f"SKB_DROP_REASON_{name}", **rest)


def valued(value: int, text: str = "", **rest: Any) -> Reading:
    """A reading of a number."""
    return Reading(text or str(value), value=value, **rest)


NOON = 1772359872.25  # 2026-03-01T10:11:12.25Z
TRAP = named("l2_drops/ingress_vlan_filter", foreign="devlink trap")
AUGUST = 1785805323.5  # 2026-08-04T01:02:03.5Z
SKB = "0xffff888012345679"
FLOW = "0xffff997d135cf300"
RCV = "tcp_v4_rcv+0x86/0xf60"

#: Lines after which a format expects more of its own.
OPENING = {"retis": "136852000000", "tshark": '        "net_dm.pc": ['}

EXPECTED: dict[str, list[Event]] = {
    "retis": [
        Event(named("NETFILTER_DROP"), time=136.852333279, process="swapper/3", skb="0xffff889642506300"),
        Event(named("NO_SOCKET"), time=4152.0, process="nc"),
        Event(
            named("OVS_DROP_LAST_ACTION", "openvswitch/OVS_DROP_LAST_ACTION", subsystem="openvswitch"),
            time=136.85233329, process="ovs-vswitchd",
        ),
        Event(valued(327681, "5/327681"), "", NOON, "napi/eth0 x", "eth1", "tcp"),
        Event(named("NO_SOCKET"), "", 23868.955449721, "napi/phy0-8197", "p1_r", "ipv4", "0xffff8c0527c39200"),
        Event(
            named("QDISC_DROP_CONGESTED", "qdisc/QDISC_DROP_CONGESTED", subsystem="qdisc"),
            "tcp_v4_rcv+0x77", 5.0, "curl", "eth0", "tcp",
        ),
        Event(valued(327681, "5/327681"), time=6.0),
    ],
    "pwru": [
        Event(symbol("NETFILTER_DROP"), process="curl", protocol="tcp", skb="0xffff936378692ce8"),
        Event(Reading("sk_skb_reason_drop"), "", None, "~system-x86", "vgif_r2_1", "icmp", FLOW),
        Event(symbol("NO_SOCKET"), "tcp_v6_rcv+0x12", NOON, "<empty>", "", "ipv6", "0xffff997d135cf301"),
        Event(valued(196609), "", None, "nc", "eth0", "arp", "0xffff997d135cf302"),
        Event(symbol("NO_SOCKET"), "tcp_v4_rcv", NOON, "curl", "eth0", "tcp", FLOW),
        Event(valued(196609), process="curl", protocol="ipv6", skb=FLOW),
    ],
    "nettrace": [
        Event(named("NOT_SPECIFIED"), "tcp_v4_rcv+0x81", 142.097193, protocol="tcp"),
        Event(named("TCP_INVALID_SEQUENCE"), "tcp_validate_incoming+0x132", 2553.20343, protocol="tcp"),
        Event(valued(77), "udp_queue_rcv_skb+0x1", 2553.203431, protocol="udp"),
        Event(valued(0x30003, "OPENVSWITCH:3"), "do_execute_actions+0x83", 142.331798, protocol="tcp"),
        Event(valued(0x90005, "9:5"), "0xffffffff81234567", 142.331799, protocol="tcp"),
        Event(named("NETFILTER_DROP"), "nf_hook_slow+0x40", NOON, "curl", "eth0", "icmp"),
        Event(named("NETFILTER_DROP"), "nf_hook_slow+0x40"),
        Event(named("SOCKET_FILTER"), count=49),
        Event(named("NOT_SPECIFIED"), count=2),
        Event(named("SOCKET_FILTER")),
    ],
    "bcc": [
        Event(named("NETFILTER_DROP", "NETFILTER_DROP (12)", value=12, tool="bcc"), protocol="tcp"),
        Event(valued(200, "UNKNOWN (200)", tool="bcc"), protocol="tcp"),
    ],
    "inspektor_gadget": [
        Event(named("QDISC_DROP", "…_DROP_REASON_QDISC_DROP"), process="wget", protocol="tcp"),
        Event(symbol("QDISC_DROP"), time=1722594925.65967, process="wget", protocol="tcp"),
        Event(Reading("UNKNOWN"), time=1722594926.65967, process="tokio worker", protocol="tcp"),
        Event(symbol("QDISC_DROP", value=46), "__dev_queue_xmit+0x2b1", 1722594925.5, "wget", "", "tcp"),
        Event(valued(196609, "UNKNOWN"), process="wget", protocol="tcp"),
    ],
    "netobserv": [
        Event(symbol("TCP_INVALID_SEQUENCE", tool="netobserv"), interface="ovn-k8s-mp0"),
        Event(named("OVS_DROP_EXPLICIT", tool="netobserv"), "", 1708011867.121, "", "eth0", "udp", count=12),
        Event(Reading("SKB_DROP_UNKNOWN_CAUSE", tool="netobserv"), protocol="ipv6", count=3),
        Event(valued(8, tool="netobserv"), protocol="ipv4", count=2),
        Event(named("NetworkEvent_ACLDrop", foreign="NetObserv", tool="netobserv"), protocol="ipv4", count=2),
        Event(symbol("NO_SOCKET", tool="netobserv"), interface="eth0", protocol="tcp", count=5),
        Event(symbol("NO_SOCKET", tool="netobserv"), protocol="ipv4", count=7),
        Event(symbol("TCP_INVALID_SEQUENCE", tool="netobserv"), interface="ovn-k8s-mp0", protocol="tcp", count=4),
        Event(symbol("NO_SOCKET", tool="netobserv"), "", 1708011867.121, "", "eth0", "tcp", count=3),
        Event(valued(8, tool="netobserv")),
        Event(valued(8, tool="netobserv")),
        Event(symbol("NO_SOCKET", tool="netobserv")),
    ],
    "prometheus": [
        Event(symbol("SOCKET_RCVBUFF", tool="ebpf_exporter"), protocol="udp", count=448205),
        Event(valued(77, "unknown:77", tool="ebpf_exporter"), protocol="tcp", count=1500),
        Event(symbol("SOCKET_RCVBUFF", tool="ebpf_exporter"), protocol="udp", count=5),
        Event(symbol("SOCKET_RCVBUFF", tool="ebpf_exporter"), protocol="udp", count=4),
        Event(symbol("NO_SOCKET", tool="netobserv"), count=12),
        Event(named("IPTABLE_RULE_DROP", foreign="Retina"), count=12),
        Event(named("POLICY_DENIED", foreign="Cilium"), protocol="tcp", count=3),
        Event(named("Policy denied", foreign="Cilium"), count=5),
        Event(symbol("TCP_CSUM"), protocol="tcp", count=9),
    ],
    "tshark": [
        Event(named("NO_SOCKET"), RCV, 1653643082.712681502),
        Event(named("TCP_CSUM")),
        Event(named("UDP_CSUM"), "0xffffffff81d5fbf6"),
        Event(named("NO_SOCKET")),
        Event(TRAP),
        Event(named("NO_SOCKET"), RCV, 1653643082.5, "", "eth0", "ipv4"),
        Event(named("TCP_CSUM"), "0xffffffff81d5fbf6"),
        Event(named("NO_SOCKET")),
        Event(named("NO_SOCKET"), RCV, 1653643082.712),
        Event(named("NO_SOCKET"), time=1653643082.712),
        Event(named("ingress_vlan_filter", foreign="devlink trap")),
    ],
    "hubble": [
        Event(named("Policy denied", foreign="Cilium"), protocol="tcp"),
        Event(named("Stale or unroutable IP", foreign="Cilium"), protocol="udp"),
        Event(named("Policy denied", foreign="Cilium"), protocol="tcp"),
        Event(named("POLICY_DENIED", value=133, foreign="Cilium"), time=NOON, protocol="tcp"),
        Event(valued(181, foreign="Cilium"), time=NOON),
    ],
    "huatuo": [
        Event(
            symbol("TCP_CSUM"), "0xffffffff81000000", AUGUST, "worker thread", "eth0", "tcp", "0xffff888012345678"
        ),
        Event(TRAP, "", AUGUST + 1, "swapper/0", "swp1", "", SKB),
        Event(valued(196609), "", AUGUST + 2, "swapper/0", "", "arp", SKB),
        Event(Reading("NOT_SUPPORTED"), "", AUGUST + 3, "swapper/0", "eth0", "ipv4", SKB),
        Event(symbol("NOT_SPECIFIED"), time=1784772880.304775, process="kubelet"),
        Event(symbol("NO_SOCKET"), "udp_rcv", 1784772880.5, "nc", "eth0", "udp", "0xffff888012345678"),
        Event(TRAP, time=1784772881.5, interface="swp1", protocol="ipv6"),
    ],
    "lmp": [
        Event(symbol("NOT_SPECIFIED", tool="lmp"), "tcp_v4_rcv+0x84", protocol="ipv4"),
        Event(symbol("NO_SOCKET", tool="lmp"), "ffffffff920fbf89"),
    ],
}  # fmt: skip


def read_sample(name: str) -> list[tuple[str, Event | Told | list[Event] | None]]:
    """Read the lines of a sample, those of JSON as objects."""
    text, record = TEXT[name](), JSON.get(name, RetisJson)()
    lines = [line for line in (SAMPLES / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line]
    return [(line, record.read(json.loads(line)) if line[0] == "{" else text.read(line)) for line in lines]


@pytest.mark.parametrize("name", TEXT)
def test_a_sample_gives_its_drops_and_leaves_no_line_unread(name: str) -> None:
    """Each drop has the reason and the fields its line shows; any other line is known to be none."""
    answers = read_sample(name)
    assert [line for line, answer in answers if answer is None] == []
    lists = [answer if isinstance(answer, list) else [answer] for _, answer in answers]
    assert [event for events in lists for event in events if isinstance(event, Event)] == EXPECTED[name]


def test_retis_tells_the_kernel_of_the_machine() -> None:
    """The startup event names it, in text and in JSON, and no other sample does."""
    told = [answer.kernel for name in TEXT for _, answer in read_sample(name) if isinstance(answer, Told)]
    assert [kernel for kernel in told if kernel] == ["6.12.9-200.fc41.x86_64"] * 2


@pytest.mark.parametrize("name", TEXT)
def test_a_format_leaves_the_lines_of_others_alone(name: str) -> None:
    """No format understands a line of another tool's sample, alone or behind lines of its own."""
    for other in TEXT.keys() - {name}:
        text, record = TEXT[name](), JSON[name]() if name in JSON else None
        for line, _ in read_sample(other):
            text.read(OPENING.get(name, ""))
            objects = record is not None and line[0] == "{"
            answer = record.read(json.loads(line)) if record and objects else text.read(line)
            assert answer is None, (line, answer)


@pytest.mark.parametrize(
    "line",
    [
        "14:46:49 0       4  39.156.66.10:80      > 10.211.55.10:33280   SYN_SENT (SYN|ACK)   NETFILTER_DR",
        "136852333279 (3) [swapper/3] 0 [tp] skb:kfree_skb drop (reason net filter)",
        "0xffff936378692ce8 6 [curl] kfree_skb_reason(kfree_skb_reason)",
        "[142.097193] TCP: 10.0.0.1:1 -> 10.0.0.2:22 seq:2, ack:3, flags:AR, reason: tcp_v4_rcv, tcp_v4_rcv+0x81",
        '            "net_dm.reason": "no socket",',
    ],
)
def test_a_spoiled_line_is_no_drop(line: str) -> None:
    """A line cut short, or two lines run into one another, gives no reason that is none."""
    for kind in TEXT.values():
        assert not isinstance(kind().read(line), Event)


KEYS = sorted({word for name in TEXT for word in (SAMPLES / f"{name}.txt").read_text("utf-8").split('"') if word})
PIECES = st.sampled_from([line for name in TEXT for line, _ in read_sample(name)])
SPOILED = st.builds(lambda a, b, i, j: a[:i] + b[j:], PIECES, PIECES, st.integers(0, 300), st.integers(0, 300))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(KEYS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=20,
)


@given(st.lists(st.text() | PIECES | SPOILED, max_size=8))
def test_no_text_breaks_a_format(lines: list[str]) -> None:
    """Any lines in any order, lines of samples cut and joined among them, are read or left."""
    for kind in TEXT.values():
        reader = kind()
        for line in lines:
            answer = reader.read(line)
            assert answer is None or isinstance(answer, Event | Told)


def replaced(record: Any, at: list[int], value: Any) -> Any:
    """A value with another in one place of it, found by the way to it."""
    if not at or not isinstance(record, dict | list) or not record:
        return value
    keys = sorted(record) if isinstance(record, dict) else range(len(record))
    key = keys[at[0] % len(keys)]
    copy = record.copy()
    copy[key] = replaced(record[key], at[1:], value)
    return copy


OBJECTS = [json.loads(line) for name in JSON for line, _ in read_sample(name) if line[0] == "{"]
OBJECT = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8) | st.builds(
    replaced, st.sampled_from(OBJECTS), st.lists(st.integers(0, 20), min_size=1, max_size=6), VALUES
)


@given(OBJECT)
def test_no_object_breaks_a_format(record: Any) -> None:
    """Values of any type, in the places where the formats look, are read or left; what is read has its types."""
    for kind in JSON.values():
        answer = kind().read(record) if isinstance(record, dict) else None
        for event in answer if isinstance(answer, list) else [answer]:
            if isinstance(event, Event):
                reading = event.reading
                texts = (reading.text, event.location, event.process, event.interface, event.protocol, event.skb)
                assert all(isinstance(text, str) for text in texts)
                assert event.count > 0
                assert reading.value is None or 0 <= reading.value < 2**32


LONG = 2_000_000
HOSTILE = [
    *("a" * LONG, " " * LONG, "[" * LONG, '"' * LONG, "1" * LONG, "\t" * LONG, "\\" * LONG),
    *(
        piece * (LONG // len(piece))
        for piece in (" drop (", " tcp_", "DropCause ", "reason: ", 'a="', " DROPPED", "}{")
    ),
    *(line + " " * LONG for name in TEXT for line, _ in read_sample(name)),
    *(line[: len(line) // 2] + line[len(line) // 2] * LONG for name in TEXT for line, _ in read_sample(name)),
]


@pytest.mark.parametrize("name", TEXT)
def test_a_long_line_costs_no_more_than_its_length(name: str) -> None:
    """Lines of two million characters, made to be read twice over, take milliseconds each."""
    reader = TEXT[name]()
    started = time.process_time()
    for line in HOSTILE:
        reader.read(line)
    assert time.process_time() - started < 0.02 * len(HOSTILE)
