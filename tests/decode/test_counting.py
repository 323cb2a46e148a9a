# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The quick ways to count an input give what reading it line by line gives."""

import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import SAMPLES, sample

from dropreasons.decode import counting
from dropreasons.decode.counting import count, joined
from dropreasons.decode.event import Reading
from dropreasons.decode.gathering import Times
from dropreasons.decode.input import Source, open_input
from dropreasons.decode.tally import Tally

DROP = sample("perf_script")[-1]
OBJECTS = [line for line in sample("pwru") if line.startswith("{")]


def counted(data: bytes, by: str = "reason", jobs: int = 1) -> Tally:
    """Some bytes, counted as those of a pipe are."""
    return count(Source("pipe", io.BytesIO(data)), by, jobs)


def same(one: Tally, other: Tally) -> bool:
    """Whether two tallies have the same groups, drops and lines."""
    return (
        {group: seen.drops for group, seen in one.groups.items()}
        == {group: seen.drops for group, seen in other.groups.items()}
        and (one.lines, one.told, one.unknown, one.not_understood)
        == (other.lines, other.told, other.unknown, other.not_understood)
        and (one.kernels, one.names, one.details) == (other.kernels, other.names, other.details)
    )


def slowly(data: bytes) -> Tally:
    """Some bytes, counted line by line."""
    return counted(data, "minute")


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.txt")))
def test_samples_are_counted_alike_in_both_ways(name: str) -> None:
    """Also when each drop is there a thousand times."""
    data = (SAMPLES / f"{name}.txt").read_bytes()
    assert same(counted(data), slowly(data))
    drops = [line + b"\n" for line in data.splitlines() if slowly(line).drops]
    assert same(counted(data + b"".join(drops) * 1000), slowly(data + b"".join(drops) * 1000))


LINES = [
    DROP, *sample("trace_synthetic"), *sample("qdisc_drop"), *sample("trace_cmd_raw")[:3], "", "{}", "NO_SOCKET",
    "f reason: NO_SOCKET", f"{DROP} location=f reason: IP_CSUM", " location=f reason: NO_SOCKET",
    "\0f reason: NO_SOCKET",
    DROP.replace("reason: ", "reason: \x1b[1m"), f"\x1b]0;{DROP}", f"{DROP}\r", DROP[:60], DROP[60:],
    DROP.replace("0x", "\udcff"), "# tracer: nop", f"# {DROP}", f"skbaddr=1 {DROP}", DROP.replace("kfree", "consume"),
    f"2026-11-22T21:55:07Z {DROP}", "x" * 40_000 + DROP, *OBJECTS, OBJECTS[0].replace('"0x', '"'), " ",
    OBJECTS[0].replace("{", '{"skb": 3, '), OBJECTS[0] * 2, OBJECTS[0][:40],
    OBJECTS[0][:-1] + ',"skb":3}', OBJECTS[0].replace("curl", "cu\trl"), OBJECTS[0].replace('cpu":', 'cpu":0'),
]  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(LINES) | st.text(max_size=12), max_size=25),
    st.sampled_from([200, 1000, 1 << 16]),
)
def test_any_log_is_counted_alike_in_both_ways(lines: list[str], block: int) -> None:
    """Wherever the blocks end."""
    data = "\n".join(lines).encode("utf-8", "surrogateescape")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_BLOCK", block)
        quick = counted(data)
    assert same(quick, slowly(data))
    assert quick.lines == data.count(b"\n") + bool(data and data[-1:] != b"\n")


def recording(drops: int, seconds: float) -> bytes:
    """A long recording of drops of three reasons."""
    lines = []
    for number in range(drops):
        line = DROP.replace("24665.579821", f"{100 + number * seconds / drops:.6f}")
        lines.append(line.replace("NOT_SPECIFIED", ("NO_SOCKET", "IP_CSUM", "TCP_CSUM")[number % 3]))
    return "\n".join(lines).encode() + b"\n"


def test_two_processes_count_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the first and last time, and about the same drops in each second."""
    monkeypatch.setattr(counting, "_PARALLEL_FROM", 1 << 20)
    monkeypatch.setattr(counting, "_EXACT_BELOW", 1 << 20)
    path = tmp_path / "log"
    path.write_bytes(b"# os release : 6.12.1\nodd\n" + recording(40_000, 8) + b"odd too\n")
    tallies = []
    for jobs in (1, 2, 0):
        told: list[int] = []
        with open_input(str(path)) as source:
            tallies.append(count(source, jobs=jobs, progress=told.append))
        assert told
        assert told == sorted(told)
    exact = slowly(path.read_bytes())
    for tally in tallies:
        assert same(tally, exact)
        assert tally.seconds.keys() == exact.seconds.keys()
        assert all(abs(tally.seconds[key] - exact.seconds[key]) < 900 for key in exact.seconds)
        assert {(round(s.first or 0), round(s.last or 0)) for s in tally.groups.values()} == {(100, 108)}


def test_formats_of_many_lines_are_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process reads them, however many were asked for."""
    monkeypatch.setattr(counting, "_PARALLEL_FROM", 1 << 16)
    path = tmp_path / "log"
    path.write_bytes((SAMPLES / "dropwatch.txt").read_bytes() * 500)
    monkeypatch.setattr(counting, "_in_two", None)
    with open_input(str(path)) as source:
        assert same(count(source, jobs=2), slowly(path.read_bytes()))


def test_times_of_a_short_file_are_exact(tmp_path: Path) -> None:
    """Every second has the drops that were seen in it."""
    path = tmp_path / "log"
    path.write_bytes(recording(300, 10))
    with open_input(str(path)) as source:
        tally = count(source)
    assert tally.step == 1
    names = ("NO_SOCKET", "IP_CSUM", "TCP_CSUM")
    assert tally.seconds == {(Reading(name, name), second): 10 for name in names for second in range(10)}


def test_only_what_is_asked_by_is_kept_apart() -> None:
    """The process is a part of a group only when drops are counted by process."""
    data = (SAMPLES / "trace.txt").read_bytes()
    for by in ("reason", "process", "interface", "protocol"):
        groups = counted(data, by).groups
        kept = [field for field in ("process", "interface", "protocol") if {getattr(g, field) for g in groups} != {""}]
        assert kept == ([by] if by in {"process", "protocol"} else [])


def test_a_queueing_discipline_and_kfree_skb_tell_of_one_drop() -> None:
    """The detail stands behind the reason; a packet that only one of them tells of is counted as it is told."""
    tally = counted((SAMPLES / "qdisc_drop.txt").read_bytes())
    assert {(one.name, other.name): n for (one, other), n in tally.details.items()} == {("QDISC_DROP", "FLOW_LIMIT"): 1}
    assert {(group.format, group.reading.text): seen.drops for group, seen in tally.groups.items()} == {
        ("trace", "QDISC_DROP"): 1,
        ("qdisc", "0x30012"): 1,
    }


def test_long_times_are_counted_in_long_stretches() -> None:
    """However long an input lasts, there are not more stretches than a plot can show, and no drop is lost."""
    times, reading = Times(), Reading("X")
    for number in range(5000):
        times.add({reading: 2}, number * 3600.0, number * 3600.0 + 7200)
    assert times.step == 14_400
    assert len(times.slots) < 1440
    assert times.slots.total() == 10_000
    assert all(second % times.step == 0 for _, second in times.seconds())


def test_inputs_are_joined() -> None:
    """One after another: lines are numbered on, and seconds count from the first of all."""
    first, second = slowly(recording(30, 10) + b"odd\n"), slowly(b"odd too\n" + recording(60, 20))
    both = joined([first, second])
    assert (both.drops, both.lines, both.unknown) == (90, 92, 2)
    assert both.not_understood == [(31, "odd"), (32, "odd too")]
    assert both.seconds == Counter(first.seconds) + Counter(second.seconds)


def test_memory_does_not_grow_with_what_is_hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line has another reason and place, and a packet of its own that never comes."""
    monkeypatch.setattr("dropreasons.decode.gathering._MOST_GROUPS", 100)
    line = sample("qdisc_drop")[0]
    data = "".join(
        f"{line.replace('skbaddr=', f'skbaddr={n}')}\n{DROP} location=f{n} reason: X_{n}\n" for n in range(6000)
    )
    tally = counted(data.encode())
    assert tally.drops == 12_000
    assert len(tally.groups) <= 202
