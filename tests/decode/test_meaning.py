# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What a reading means: by its name, its number, the tool that printed it, and the machine it comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropreasons.decode.event import Reading
from dropreasons.decode.machine import Machine, of_release
from dropreasons.decode.meaning import Decoded, decode
from dropreasons.decode.narrow import narrow, tables_in_order
from dropreasons.decode.spelling import read_spelling
from dropreasons.decode.tool_tables import TOOL_TABLES, tool_names
from dropreasons.lookup import LARGEST_VALUE, Registry
from dropreasons.numbers import on_kernel
from dropreasons.ranges import release_at


def spelled(text: str, tool: str | None = None) -> Reading:
    """Return the reading of a text as tools print it."""
    reading = read_spelling(text, tool)
    assert reading is not None
    return reading


def on(registry: Registry, text: str, kernel: str, tool: str | None = None, format_name: str = "") -> Decoded:
    """Decode a text on a kernel."""
    return decode(registry, spelled(text, tool), of_release(registry, kernel), format_name)


def kernels(registry: Registry) -> set[str]:
    """Return a release of every span that has one, and lines and distributions with several tables."""
    rows = registry.database.execute(
        "select family, line, flavour, first, release from span where table_id is not null"
    ).fetchall()
    upstream = {release_at(line, first) for family, line, _, first, _ in rows if family == "upstream"}
    ubuntu = {f"{line}-{first}-{flavour}" for family, line, flavour, first, _ in rows if family == "ubuntu"}
    several = {
        "6.12", "6.6", "4.18.0-553.el8_10.x86_64", "4.19.90-24.4.v2101.ky10.x86_64", "5.14.0-362.8.1.el9_3.x86_64",
        "5.14.0-427.13.1.el9_4.x86_64", "6.12.0-160000.5-default", "6.12.0-55.el10", "6.12.0-android16-5",
    }  # fmt: skip
    return upstream | ubuntu | several | {release for *_, release in rows if release}


def test_every_value_of_every_kernel_is_what_explain_says(registry: Registry) -> None:
    """Decoding with a kernel and explaining for it never differ."""
    seen = set()
    for release in kernels(registry):
        machine = of_release(registry, release)
        tables = machine.tables(registry)
        if (tables, machine.resolution and machine.resolution.confidence) in seen:
            continue
        seen.add((tables, machine.resolution and machine.resolution.confidence))
        rows = registry.database.execute("select distinct value, table_id from value")
        for value in sorted({value for value, table in rows if table in tables}):
            answer = on_kernel(registry, value, release)
            decoded = decode(registry, Reading(str(value), value=value), machine)
            names = [meaning["name"] for meaning in answer["meanings"]]
            assert ([decoded.name] if decoded.name else [p.name for p in decoded.candidates]) == names
            assert decoded.value == value
            if decoded.name:
                first = answer["meanings"][0]
                shown = (decoded.entry, decoded.summary, decoded.reason_class, decoded.severity, decoded.confidence)
                assert shown == (*(first[k] for k in ("entry", "summary", "class", "severity")), answer["confidence"])
    covered = {table for tables, _ in seen for table in tables}
    assert len(covered) >= len(tables_in_order(registry)) - 2


@given(st.integers(0, LARGEST_VALUE) | st.integers(0, 0x40060))
def test_without_a_kernel_a_number_has_every_meaning(registry: Registry, value: int) -> None:
    """One name, or candidates with their kernels, or a note that there is none."""
    decoded = decode(registry, Reading(str(value), value=value))
    assert (decoded.name is not None) + bool(decoded.candidates) + ("no kernel" in "".join(decoded.notes)) == 1
    assert all(str(candidate.kernels) for candidate in decoded.candidates)


def test_77_has_seventeen_candidates_and_fewer_once_narrowed(registry: Registry) -> None:
    """The newest meaning stands first; what else was seen leaves one."""
    assert [c.name for c in decode(registry, spelled("77")).candidates][:2] == ["DEV_READY", "SKB_GSO_SEG"]
    machine = Machine(narrowed=narrow(registry, [spelled("122"), spelled("0x30001")]))
    decoded = decode(registry, spelled("77"), machine)
    assert (decoded.name, decoded.confidence, decoded.candidates) == ("DEV_READY", "candidates", ())


def test_a_line_of_kernels_gives_the_points_of_each_meaning(registry: Registry) -> None:
    """6.12 was renumbered twice within."""
    found = on(registry, "77", "6.12").candidates
    assert [(c.name, c.kernels.upstream) for c in found] == [
        ("INVALID_PROTO", ("6.12.114 to 6.12.y",)),
        ("DUP_FRAG", ("6.12.97 to 6.12.113",)),
        ("FRAG_TOO_FAR", ("6.12 to 6.12.96",)),
    ]


NAMES = [
    ("NO_SOCKET", "NO_SOCKET", "NO_SOCKET"),
    ("SKB_DROP_REASON_NO_SOCKET", "NO_SOCKET", "NO_SOCKET"),
    ("PTYPE_ABSENT", "PTYPE_ABSENT", "UNHANDLED_PROTO"),
    ("openvswitch/OVS_DROP_LAST_ACTION", "OVS_DROP_LAST_ACTION", "OVS_DROP_LAST_ACTION"),
    ("qdisc/FLOW_LIMIT", "QDISC_DROP_FLOW_LIMIT", "QDISC_DROP_FLOW_LIMIT"),
    ("OF_ANOTHER_WORLD", "OF_ANOTHER_WORLD", None),
]


@pytest.mark.parametrize(("text", "name", "entry"), NAMES)
def test_a_name_is_taken_as_it_is(registry: Registry, text: str, name: str, entry: str | None) -> None:
    """An old name leads to the entry of the new one; an unknown one is kept, and said to be unknown."""
    decoded = decode(registry, spelled(text))
    assert (decoded.name, decoded.entry, decoded.confidence) == (name, entry, "name")
    assert bool(decoded.summary) == (entry is not None)
    assert decoded.notes == (() if entry else (f"{name} is not in this registry",))


SUBSYSTEMS = [("5/327681", None), ("2/131073", "OVS_DROP_LAST_ACTION"), ("OPENVSWITCH:3", "OVS_DROP_EXPLICIT")]


@pytest.mark.parametrize(("text", "name"), SUBSYSTEMS)
def test_subsystems_are_spelled_in_many_ways(registry: Registry, text: str, name: str | None) -> None:
    """The id in a value and the number within a sub-system both lead to the reason."""
    assert on(registry, text, "6.17.0").name == name


def test_a_number_within_a_subsystem_needs_its_id(registry: Registry) -> None:
    """OPENVSWITCH:3 is 0x30003 up to 6.14 and 0x20003 from 6.15 on, but the same reason; no kernel has ZEBRA."""
    assert on(registry, "OPENVSWITCH:3", "6.12.117").value == 0x30003
    assert on(registry, "OPENVSWITCH:3", "6.17.0").value == 0x20003
    assert decode(registry, spelled("OPENVSWITCH:3")).name == "OVS_DROP_EXPLICIT"
    assert "has no sub-system zebra" in on(registry, "ZEBRA:3", "6.17.0").notes[0]


CUT = [("…_DROP_REASON_QDISC_DROP", ["QDISC_DROP"]), ("…OCKET_FILTER", ["SOCKET_FILTER"]), ("…_ZEBRA", [])]


@pytest.mark.parametrize(("text", "names"), CUT)
def test_a_cut_name_is_completed(registry: Registry, text: str, names: list[str]) -> None:
    """Where one name ends so, it is that."""
    decoded = decode(registry, spelled(text))
    assert ([decoded.name] if decoded.name else []) == names


def test_a_cut_name_with_several_endings_has_candidates_of_its_kernel(registry: Registry) -> None:
    """6.1 has fewer names that end in _FILTER than all kernels together."""
    found = {c.name for c in decode(registry, spelled("…_FILTER")).candidates}
    of_kernel = {c.name for c in on(registry, "…_FILTER", "6.1.100").candidates}
    assert {"SOCKET_FILTER", "TAP_FILTER"} <= of_kernel < found | {"TAP_FILTER"}


def test_foreign_reasons_are_never_mapped(registry: Registry) -> None:
    """Cilium's 133 is not the kernel's."""
    decoded = decode(registry, Reading("133", value=133, foreign="Cilium"), of_release(registry, "7.1"))
    assert (decoded.name, decoded.entry, decoded.candidates) == (None, None, ())
    assert decoded.notes == ("a reason of Cilium, not of the kernel",)


EQUAL = [("bcc", "v6.14"), ("ebpf_exporter", "v6.4"), ("lmp", "v6.3"), ("netobserv", "v6.4")]


@pytest.mark.parametrize(("tool", "table"), EQUAL)
def test_tools_carry_the_tables_of_these_kernels(registry: Registry, tool: str, table: str) -> None:
    """The core list of each tool is that of the kernel, but for what it has beside it."""
    rows = registry.database.execute(
        "select value, name from value where table_id = ? and subsystem = 'core' and in_subsystem = 1", (table,)
    )
    beside = TOOL_TABLES[tool].beside
    printed = tool_names(registry, tool)
    assert {v: n for v, n in printed.items() if v < 1 << 16 and v not in beside} == dict(rows.fetchall())


TOOLS = [
    ("NETFILTER_DROP (12)", "bcc", "6.14.2", "NETFILTER_DROP", None),
    ("NETFILTER_DROP (12)", "bcc", "6.12.117", "OTHERHOST", "NETFILTER_DROP"),
    ("UNKNOWN (12)", "bcc", "6.12.117", "OTHERHOST", None),
    ("SKB_DROP_REASON_TCP_RFC7323_PAWS", "netobserv", "6.12.117", "TCP_AOFAILURE", "TCP_RFC7323_PAWS"),
    ("SKB_DROP_REASON_TCP_RFC7323_PAWS", "netobserv", "6.5.0", "TCP_RFC7323_PAWS", None),
    ("SKB_DROP_REASON_QUEUE_PURGE", "netobserv", "6.6.3", "IPV6_NDISC_NS_OTHERHOST", "QUEUE_PURGE"),
    ("OVS_DROP_METER", "netobserv", "6.12.117", "OVS_DROP_METER", None),
    ("SKB_DROP_REASON_NOT_SPECIFIED", "lmp", "6.3.1", "NOT_SPECIFIED", None),
    ("SKB_DROP_REASON_NOT_SPECIFIED", "lmp", "6.1.0-47-amd64", "NO_SOCKET", "NOT_SPECIFIED"),
    ("unknown:77", "ebpf_exporter", "6.12.117", "INVALID_PROTO", None),
]


@pytest.mark.parametrize(("text", "tool", "kernel", "name", "corrected_from"), TOOLS)
def test_a_tools_own_name_is_corrected(
    registry: Registry, text: str, tool: str, kernel: str, name: str, corrected_from: str | None
) -> None:
    """The number counts: the one printed, or the one for which the tool prints the name."""
    decoded = on(registry, text, kernel, tool)
    assert (decoded.name, decoded.corrected_from) == (name, corrected_from)
    assert any("its table is that of upstream" in note for note in decoded.notes) == (corrected_from is not None)


def test_a_tools_own_name_without_a_kernel_is_not_believed(registry: Registry) -> None:
    """It is said to be the tool's, with what its number can mean."""
    decoded = decode(registry, spelled("SKB_DROP_REASON_TCP_RFC7323_PAWS", "netobserv"))
    assert decoded.name is None
    assert "TCP_RFC7323_PAWS" in {c.name for c in decoded.candidates}
    assert "netobserv prints TCP_RFC7323_PAWS for 27" in decoded.notes[0]
    assert "has no ZEBRA" in decode(registry, spelled("ZEBRA", "netobserv")).notes[0]
    assert "did not keep the number" in decode(registry, spelled("SKB_DROP_UNKNOWN_CAUSE", "netobserv")).notes[0]


def test_a_kernels_own_name_beside_a_number_of_another_is_noted(registry: Registry) -> None:
    """The name stands; that the number contradicts it tells of a wrong --kernel."""
    decoded = on(registry, "NO_SOCKET (77)", "6.12.117")
    assert (decoded.name, decoded.confidence, decoded.corrected_from) == ("NO_SOCKET", "name", None)
    assert decoded.notes == ("the number beside it, 77, is INVALID_PROTO on kernel 6.12.117 (exact)",)
    assert on(registry, "NO_SOCKET (3)", "6.12.117").notes == ()


SHIFTED = [
    ("6.6.47", "OVS_DROP_LAST_ACTION"), ("6.6.48", "OVS_DROP_ACTION_ERROR"), ("6.8.12", "OVS_DROP_LAST_ACTION"),
    ("6.10.6", "OVS_DROP_LAST_ACTION"), ("6.10.7", "OVS_DROP_ACTION_ERROR"), ("6.12.117", "OVS_DROP_ACTION_ERROR"),
]  # fmt: skip


@pytest.mark.parametrize(("kernel", "name"), SHIFTED)
def test_drop_monitors_open_vswitch_names_are_put_right(registry: Registry, kernel: str, name: str) -> None:
    """Kernels that listed the names from 0 printed the next one; a trace of the same kernel did not."""
    decoded = on(registry, "OVS_DROP_ACTION_ERROR", kernel, format_name="dropwatch")
    assert decoded.name == name
    assert decoded.corrected_from == (None if name == "OVS_DROP_ACTION_ERROR" else "OVS_DROP_ACTION_ERROR")
    assert on(registry, "OVS_DROP_ACTION_ERROR", kernel, format_name="retis").name == "OVS_DROP_ACTION_ERROR"


CAVEATS = [
    ("NOT_SPECIFIED", "dropwatch", "6.12.117", "a reason it has no name for"),
    ("NOT_SPECIFIED", "perf", "6.12.117", ""),
    ("OVS_DROP_METER", "tshark", "6.6", "prints the next name"),
    ("OVS_DROP_METER", "tshark", "6.8.0-45-generic", "prints the next name"),
    ("OVS_DROP_METER", "tshark", "6.17.0", ""),
    ("QDISC_DROP", "perf", "7.1.2", "qdisc:qdisc_drop"),
    ("QDISC_DROP", "perf", "7.0.2", ""),
]


@pytest.mark.parametrize(("text", "format_name", "kernel", "caveat"), CAVEATS)
def test_caveats_are_said_where_they_apply(
    registry: Registry, text: str, format_name: str, kernel: str, caveat: str
) -> None:
    """Neither missing nor on kernels and formats that need none."""
    notes = on(registry, text, kernel, format_name=format_name).notes
    assert (caveat in " ".join(notes)) if caveat else notes == ()


@given(st.text(max_size=40), st.sampled_from([None, "bcc", "netobserv", "zebra"]), st.sampled_from(["", "7.1", "6.6"]))
def test_any_text_decodes_to_something(registry: Registry, text: str, tool: str | None, kernel: str) -> None:
    """A reading never fails: it has a name, candidates, or a note that says why not."""
    reading = read_spelling(text, tool) or Reading(text)
    decoded = decode(registry, reading, of_release(registry, kernel) if kernel else Machine())
    assert decoded.name or decoded.candidates or decoded.notes
