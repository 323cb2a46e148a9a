# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The numbers and names seen in some lines leave few kernels possible."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from dropreasons.decode.event import Reading
from dropreasons.decode.narrow import Narrowed, narrow, possible, tables_in_order
from dropreasons.lookup import LARGEST_VALUE, Registry
from dropreasons.numbers import everywhere


def value(number: int) -> Reading:
    """Return a reading of a bare number."""
    return Reading(str(number), value=number)


def name(text: str, number: int | None = None) -> Reading:
    """Return a reading of a name the kernel printed."""
    return Reading(text, text, number)


def upstream(narrowed: Narrowed) -> tuple[str, ...]:
    """Return the upstream kernels that are left."""
    return narrowed.kernels.upstream


def test_without_evidence_every_table_is_left(registry: Registry) -> None:
    """Nothing seen, or only what no kernel has, tells nothing."""
    for readings in ([], [value(2)], [Reading("POLICY_DENIED", "POLICY_DENIED", foreign="Cilium")], [name("NONSENSE")]):
        narrowed = narrow(registry, readings)
        assert narrowed.tables == tables_in_order(registry)
        assert narrowed.why == "nothing that was seen tells the kernels apart"
        assert (narrowed.left_out, narrowed.conflicts) == (0, 0)


def test_a_subsystem_that_few_kernels_have_narrows(registry: Registry) -> None:
    """0x30001 needs a fourth sub-system: Open vSwitch of 6.6 to 6.14, or qdisc from 7.1 on."""
    assert upstream(narrow(registry, [value(0x30001)])) == ("7.1 and later", "6.6 to 6.14")


def test_numbers_together_narrow_further_than_each(registry: Registry) -> None:
    """122 is of 6.17 and later, 0x30001 not of 6.15 to 7.0: both together are of 7.1, and so 77 is DEV_READY."""
    narrowed = narrow(registry, [value(122), value(0x30001)])
    assert upstream(narrowed) == ("7.1 and later",)
    assert "122 is known only on" in narrowed.why
    assert "0x30001 is known only on" in narrowed.why
    found = possible(registry, dict.fromkeys(narrowed.tables, 77))
    assert [(p.name, p.kernels.upstream) for p in found] == [("DEV_READY", ("7.1 and later",))]


def test_a_name_beside_its_number_tells_most(registry: Registry) -> None:
    """FULL_RING was 77 in one line only."""
    narrowed = narrow(registry, [name("FULL_RING", 77)])
    assert upstream(narrowed) == ("6.15",)
    assert narrowed.why == "FULL_RING beside 77 is known only on 6.15"


def test_a_name_alone_is_evidence_unless_a_tool_made_it(registry: Registry) -> None:
    """A kernel that prints PSP_INPUT has it; a tool's own table says nothing of the kernel."""
    assert upstream(narrow(registry, [name("PSP_INPUT")])) == ("6.18 and later",)
    assert narrow(registry, [Reading("PSP_INPUT", "PSP_INPUT", tool="bcc")]).tables == tables_in_order(registry)


def test_a_number_within_a_subsystem_is_evidence(registry: Registry) -> None:
    """Open vSwitch gives reasons from 6.6 on."""
    narrowed = narrow(registry, [Reading("OPENVSWITCH:3", subsystem="openvswitch", number=3)])
    assert upstream(narrowed)[-1].startswith("6.6")


def test_a_kernel_whose_lists_were_not_read_is_not_ruled_out(registry: Registry) -> None:
    """Only the core list of 6.6.153 was read; its Open vSwitch may still have dropped the packet."""
    assert "v6.6.153" in narrow(registry, [value(0x30001)]).tables


def test_what_no_table_has_is_counted_and_contradictions_too(registry: Registry) -> None:
    """A number of no kernel is left out; numbers of two kernels cannot both be right."""
    assert narrow(registry, [value(0x50001), value(3)]).left_out == 1
    mixed = narrow(registry, [name("FULL_RING", 77), name("DEV_READY", 77)])
    assert (mixed.conflicts, len(upstream(mixed))) == (1, 1)


def test_narrowing_is_fast(registry: Registry) -> None:
    """Hundreds of distinct readings take well below a tenth of a second (measured: 30 ms)."""
    readings = [value(n) for n in range(2, 128)] + [value(0x10001 + n) for n in range(40)]
    started = time.perf_counter()
    narrow(registry, readings)
    assert time.perf_counter() - started < 0.3


@given(st.integers(0, LARGEST_VALUE) | st.integers(0, 0x40060))
def test_without_narrowing_the_meanings_are_those_of_everywhere(registry: Registry, number: int) -> None:
    """Every table together gives the names, and the upstream ranges, that `explain` gives."""
    found = possible(registry, dict.fromkeys(tables_in_order(registry), number))
    expected = {m["name"]: tuple(m["upstream"]) for m in everywhere(registry, number)["meanings"]}
    assert {p.name for p in found} == set(expected)
    for each in found:
        assert set(expected[each.name]) <= set(each.kernels.upstream) or number >> 16


@settings(max_examples=30)
@given(st.lists(st.integers(0, 0x40060), max_size=8))
def test_every_table_left_has_what_was_seen(registry: Registry, numbers: list[int]) -> None:
    """No table is kept that was read and lacks a number that did not conflict."""
    narrowed = narrow(registry, map(value, numbers))
    assert narrowed.tables
    if not narrowed.conflicts:
        known = {n for n in numbers if n < 1 << 16 and possible(registry, dict.fromkeys(tables_in_order(registry), n))}
        for table in narrowed.tables:
            assert all(registry.meaning(n, table) for n in known)
