# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What bpftrace, Retina's script for it and dropwatch printed, and reasons on lines of their own."""

import json
from collections import Counter

import pytest
from samples import ONE_RUN, Read, names, read, sample

from dropreasons.decode.event import Event, Reading, Told
from dropreasons.decode.formats.bpftrace import Bpftrace, BpftraceJson, RetinaBpftrace, RetinaBpftraceJson
from dropreasons.decode.formats.dropwatch import Dropwatch
from dropreasons.decode.formats.plain import Plain


def test_maps_of_bpftrace() -> None:
    """Maps with one reason in the key, stacks over several lines; of two numbers an EtherType is no reason."""
    found = read(sample("bpftrace"), Bpftrace(), Plain())
    assert found.unknown == []
    table = names("6.18")
    # The script prints each drop, and counts it in four maps.
    assert Counter({table[int(value or 0)]: count for value, count in found.reasons().items()}) == Counter(
        {name: 5 * count for name, count in ONE_RUN.items()}
    )
    places = Counter(event.location for event in found.events if event.reading.value == 2 for _ in range(event.count))
    assert places == {"tun_queue_purge": 6, "": 9}


def test_bpftrace_in_json_is_the_same() -> None:
    """One line of JSON holds a whole map."""
    form, events = BpftraceJson(), []
    for line in sample("bpftrace_json"):
        told = form.read(json.loads(line))
        assert told is not None
        events += told if isinstance(told, list) else [told] if isinstance(told, Event) else []
    text = read(sample("bpftrace"), Bpftrace(), Plain())
    assert Read(events, [], []).reasons() == text.reasons()
    assert {event.location for event in events} == {event.location for event in text.events}


def test_a_map_says_once_which_number_is_the_reason() -> None:
    """What one entry tells holds for those after it, in JSON also for those before; without it they stay unknown."""
    lines = ["@drops[4, 0]: 1", "@drops[19, 2048]: 1", "@drops[5, 0]: 1", "@drops[2048, 6]: 1", "@dropped[5, 0]: 1"]
    found = read(lines, Bpftrace())
    assert found.unknown == [lines[0], lines[3], lines[4]]
    assert found.reasons() == Counter({19: 1, 5: 1})
    whole = BpftraceJson().read({"type": "map", "data": {"@drops": {"4,0": 1, "19,2048": 1}}})
    assert isinstance(whole, list)
    assert [event.reading.value for event in whole] == [4, 19]
    assert BpftraceJson().read({"type": "map", "data": {"@drops": {"4,0": 1, "5,0": 1}}}) is None


def test_bpftrace_with_names() -> None:
    """A newer bpftrace prints names; in a map of other things a number is no reason."""
    found = read(sample("bpftrace_names"), Bpftrace())
    assert found.unknown == ["@ports[443]: 12"]
    assert found.events[0].reading == Reading("6, SKB_DROP_REASON_SOCKET_FILTER", "SOCKET_FILTER", 6)
    assert found.reasons() == Counter({"SOCKET_FILTER": 1, "NETFILTER_DROP": 42, "NO_SOCKET": 3, "TCP_CSUM": 5, 8: 44})
    assert [event.location for event in found.events] == ["", "", "__udp4_lib_rcv", "tcp_v4_rcv", "", ""]


def test_retina_runs_bpftrace() -> None:
    """Of its table and its JSON only the drops are events."""
    found = read(sample("retina_bpftrace"), RetinaBpftrace())
    assert not found.unknown
    assert found.events == [Event(Reading("6", value=6))]
    told = [RetinaBpftraceJson().read(json.loads(line)) for line in sample("retina_bpftrace_json")]
    assert told == [Told(), Event(Reading("6", value=6))]


def test_dropwatch_packets() -> None:
    """A packet of several lines is one event, complete at its reason."""
    found = read(sample("dropwatch"), Dropwatch())
    assert not found.unknown
    assert found.reasons() == Counter(NO_SOCKET=4, IP_CSUM=1, IP_NOPROTO=1)
    assert found.events[0] == Event(
        Reading("NO_SOCKET", "NO_SOCKET"),
        "__udp4_lib_rcv+0x545/0xdd0",
        pytest.approx(1795383906.041093, abs=1e-6),
        interface="ifindex 2",
        protocol="ipv4",
    )


def test_dropwatch_of_hardware_has_traps() -> None:
    """They are none of the kernel's reasons; a summary of software drops tells no reason."""
    found = read(sample("dropwatch_hardware"), Dropwatch())
    assert not found.unknown
    packet, summary, software = found.events
    assert packet.reading.foreign == summary.reading.foreign == "devlink trap"
    assert (packet.reading.name, packet.interface, packet.protocol) == ("l2_drops/ingress_vlan_filter", "swp3", "ipv6")
    assert (summary.reading.name, summary.count) == ("ingress_vlan_filter", 3)
    assert (software.reading.name, software.interface) == ("NO_SOCKET", "ifindex 2")
    counted = read(sample("dropwatch_summary"), Dropwatch())
    assert (counted.events, counted.unknown) == ([], [])


def test_plain_names_and_numbers() -> None:
    """One reason a line, counted or not."""
    found = read(sample("plain"), Plain())
    assert not found.unknown
    assert [event.count for event in found.events] == [1] * 11 + [3, 42, 5]
    assert {event.reading.name for event in found.events} >= {"NOMEM", "NO_SOCKET", "NETFILTER_DROP", "IP_CSUM"}


@pytest.mark.parametrize(
    "line",
    ["FULL", "NETFILTER", "UNKNOWN", "LSM", "ERROR: NO_SOCKET was here", "42 8", "8 42", "GET / 200", "a/b", "3 times",
     "-1", "HTTP:80", "NO_SOCKET NO_SOCKET", "Unknown reason", "printk(3)", "0 NO_SOCKET", ""],
)  # fmt: skip
def test_words_are_no_reasons(line: str) -> None:
    """A word in capitals, two numbers and a sentence are not taken for reasons."""
    assert Plain().read(line) is None
