# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What a log comes to: the same for names and numbers, for the kernel it is of, with what to look at first."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ONE_RUN, SAMPLES

from dropreasons.decode.counting import count
from dropreasons.decode.input import open_input
from dropreasons.decode.origin import Asked, origin_of
from dropreasons.decode.output.document import as_document
from dropreasons.decode.pasted import decode_text
from dropreasons.decode.rows import BY
from dropreasons.decode.summary import Input, Summary, summarise
from dropreasons.decode.timeline import timeline
from dropreasons.lookup import Registry

LINE = (
    "  nc 1 [000] {time}: skb:kfree_skb: skbaddr=0xffff{skb:04x} protocol=2048 location={place}+0x1 reason: {reason}\n"
)


def summary_of(registry: Registry, *paths: Path, by: str = "reason", **asked: Any) -> Summary:
    """Sum up files as the command does."""
    inputs = []
    for path in paths:
        with open_input(str(path)) as source:
            tally = count(source, by=by, jobs=1)
        inputs.append(Input(path.name, tally, origin_of(registry, tally, Asked(**asked))))
    return summarise(registry, inputs, by)


def log(path: Path, drops: list[tuple[float, str, str]], head: str = "") -> Path:
    """Write a log as perf script prints it: time, reason and place of each drop."""
    lines = [
        LINE.format(time=f"{t:.6f}", skb=n, place=place, reason=reason) for n, (t, reason, place) in enumerate(drops)
    ]
    path.write_text(head + "".join(lines), encoding="utf-8")
    return path


def drops_of(summary: Summary) -> Counter[str]:
    """Return the drops by the label of their row."""
    return Counter({row.label: row.drops for row in summary.rows})


@pytest.mark.parametrize(
    ("symbolic", "numeric", "kernel"),
    [("trace", "trace_fields", "6.18.44"), ("trace_cmd", "trace_cmd_raw", "6.12.117+deb12-amd64")],
)
@pytest.mark.parametrize("by", BY)
def test_names_and_numbers_sum_up_alike(registry: Registry, by: str, symbolic: str, numeric: str, kernel: str) -> None:
    """The same drops, printed by name and by number, give the same rows, advice and timeline."""
    said = []
    for name in (symbolic, numeric):
        document = as_document(summary_of(registry, SAMPLES / f"{name}.txt", by=by, kernel=kernel))
        for row in document["rows"]:
            del row["confidence"]
        said.append({key: document[key] for key in ("drops", "rows", "advice", "timeline", "first", "last")})
    assert said[0] == said[1]
    assert said[0]["drops"] == 18


def test_a_real_run_is_counted(registry: Registry) -> None:
    """What the lab dropped is what the rows say; shares come to one, and each row tells where and when."""
    summary = summary_of(registry, SAMPLES / "perf_script.txt")
    assert drops_of(summary) == ONE_RUN
    assert sum(row.share for row in summary.rows) == pytest.approx(1)
    row = next(row for row in summary.rows if row.label == "NO_SOCKET")
    assert [place.label for place in row.locations] == ["__udp4_lib_rcv", "__udp6_lib_rcv"]
    assert (row.first, row.last) == (24665.560031, 24665.560115)
    assert (summary.inputs[0].origin.found_by, summary.unknown) == ("the input", 0)


def test_what_is_worse_comes_first(registry: Registry, tmp_path: Path) -> None:
    """One FULL_RING goes before many NO_SOCKET; what is normal is only named."""
    drops = [(1.0, "NO_SOCKET", "udp_rcv")] * 9 + [(2.0, "SOCKET_CLOSE", "x"), (3.0, "FULL_RING", "tun_net_xmit")]
    advice = summary_of(registry, log(tmp_path / "log", drops)).advice
    assert [look.row.label for look in advice.first] == ["FULL_RING", "NO_SOCKET"]
    assert advice.first[0].run == "ip -s link show dev DEVICE"
    assert [row.label for row in advice.benign] == ["SOCKET_CLOSE"]


def test_each_file_is_decoded_for_its_own_kernel(registry: Registry, tmp_path: Path) -> None:
    """77 is another reason in each of two logs that name their kernels, and both are summed up together."""
    old = log(tmp_path / "old", [(1.0, "77", "x"), (1.0, "NO_SOCKET", "x")], "# os release : 6.12.117\n")
    new = log(tmp_path / "new", [(1.0, "77", "x")], "# os release : 6.14.0\n")
    summary = summary_of(registry, old, new)
    assert drops_of(summary) == {"INVALID_PROTO": 1, "HDR_TRUNC": 1, "NO_SOCKET": 1}
    assert [read.origin.machine.described for read in summary.inputs] == [
        "kernel 6.12.117 (exact)",
        "kernel 6.14.0 (exact)",
    ]


def test_a_log_of_two_kernels_is_not_guessed(registry: Registry, tmp_path: Path) -> None:
    """Where one input names two kernels, a number may be of either, and the answer says so."""
    both = log(tmp_path / "log", [(1.0, "77", "x")], "# os release : 6.12.117\n# os release : 6.14.0\n")
    summary = summary_of(registry, both)
    assert {possible.name for possible in summary.rows[0].candidates} == {"INVALID_PROTO", "HDR_TRUNC"}
    assert "several kernels, 6.12.117 and 6.14.0" in summary.inputs[0].origin.notes[0]


def test_what_the_user_says_goes_first(registry: Registry, tmp_path: Path) -> None:
    """--kernel goes before --table, that before the input, that before --here; what disagrees is noted."""
    path = log(tmp_path / "log", [(1.0, "77", "x")], "# os release : 6.14.0\n")
    bare = log(tmp_path / "bare", [(1.0, "77", "x")])

    def found(path: Path, **asked: Any) -> tuple[str, str]:
        summary = summary_of(registry, path, **asked)
        return summary.rows[0].label, summary.inputs[0].origin.found_by

    def here() -> Any:
        return origin_of(registry, summary_of(registry, bare).inputs[0].tally, Asked("6.15.0")).machine

    assert found(path, kernel="6.12.117", here=here) == ("INVALID_PROTO", "--kernel")
    assert found(path, table=SAMPLES / "format_6.18.txt", here=here) == ("SKB_UCOPY_FAULT", "--table")
    assert found(path, here=here) == ("HDR_TRUNC", "the input")
    assert found(bare, here=here) == ("FULL_RING", "--here")
    assert found(bare) == ("77", "narrowed")
    assert "the input itself names 6.14.0" in summary_of(registry, path, kernel="6.12.117").inputs[0].origin.notes


def test_a_kernel_that_nobody_read_leaves_candidates(registry: Registry, tmp_path: Path) -> None:
    """With a release the registry cannot place, numbers are narrowed as if none was given, and it is said."""
    summary = summary_of(registry, log(tmp_path / "log", [(1.0, "77", "x")]), kernel="9.9.9")
    assert summary.rows[0].candidates
    assert summary.advice.open[0].severity == "unknown"
    assert any("9.9" in note for note in summary.inputs[0].origin.notes)


def test_numbers_are_narrowed_by_what_was_seen(registry: Registry, tmp_path: Path) -> None:
    """A name beside its number tells the kernels; alone, a number has all its meanings, newest first."""
    alone = summary_of(registry, log(tmp_path / "alone", [(1.0, "77", "x")]))
    assert [possible.name for possible in alone.rows[0].candidates][:2] == ["DEV_READY", "SKB_GSO_SEG"]
    (tmp_path / "both").write_text("INVALID_PROTO (77)\n78\n", encoding="utf-8")
    both = summary_of(registry, tmp_path / "both")
    assert both.inputs[0].origin.found_by == "narrowed"
    assert "INVALID_PROTO beside 77" in both.inputs[0].origin.notes[-1]
    assert len(next(row for row in both.rows if row.label != "INVALID_PROTO").candidates) <= 1


def test_names_alone_need_no_kernel(registry: Registry, tmp_path: Path) -> None:
    """Where every reason was printed by name, nothing is missing."""
    origin = summary_of(registry, log(tmp_path / "log", [(1.0, "NO_SOCKET", "x")])).inputs[0].origin
    assert origin.described == "not told, and not needed: every reason was printed by its name"


def test_old_names_are_rows_of_todays(registry: Registry, tmp_path: Path) -> None:
    """A name of an old kernel and that of today are one reason, and the row says so."""
    row, *others = summary_of(
        registry, log(tmp_path / "log", [(1.0, "PTYPE_ABSENT", "x"), (1.0, "UNHANDLED_PROTO", "x")])
    ).rows
    assert (row.label, row.drops, others) == ("UNHANDLED_PROTO", 2, [])
    assert "PTYPE_ABSENT is an older name of it" in row.notes


def test_reasons_of_other_registries_stand_apart(registry: Registry) -> None:
    """Cilium's reasons are named as such, and are in no row and no share."""
    summary = summary_of(registry, SAMPLES / "hubble.txt")
    assert summary.rows == ()
    assert summary.drops == 0
    assert any(found.label.startswith("Cilium: ") for found in summary.foreign)


def test_a_tools_wrong_name_is_corrected(registry: Registry, tmp_path: Path) -> None:
    """The number counts; the name that bcc's table gives it is shown beside it."""
    line = "14:46:49 0       4  39.156.66.10:80      > 10.211.55.10:33280   SYN_SENT (SYN|ACK)   NETFILTER_DROP ({})\n"
    (tmp_path / "log").write_text(line.format(77), encoding="utf-8")
    row = summary_of(registry, tmp_path / "log", kernel="6.12.117").rows[0]
    assert (row.label, row.corrected_from) == ("INVALID_PROTO", ("NETFILTER_DROP",))


def test_the_detail_of_a_queueing_discipline_is_joined(registry: Registry) -> None:
    """QDISC_DROP has its own reason behind it where qdisc:qdisc_drop was recorded for the same packet."""
    rows = {row.label: row for row in summary_of(registry, SAMPLES / "qdisc_drop.txt").rows}
    assert rows["QDISC_DROP"].details == (("QDISC_DROP_FLOW_LIMIT", 1),)


@pytest.mark.parametrize("by", ["reason", "class", "minute"])
def test_no_drop_is_lost_over_time(registry: Registry, tmp_path: Path, by: str) -> None:
    """The rows, the steps of time by severity and those of each row all come to the same drops."""
    drops = [(100.5 + second, reason, "x") for second in range(0, 7300, 7) for reason in ("NO_SOCKET", "SOCKET_CLOSE")]
    summary = summary_of(registry, log(tmp_path / "log", drops), by=by)
    assert (
        sum(row.drops for row in summary.rows) == sum(map(sum, summary.times.values())) == summary.drops == len(drops)
    )
    assert 2 <= summary.timeline.steps <= 61
    if by == "minute":
        assert len(summary.rows) == 123
        assert summary.rows[0].label == "0:01"
    else:
        assert [sum(row.times) for row in summary.rows] == [row.drops for row in summary.rows]


def test_clocks_that_differ_give_no_plot(registry: Registry, tmp_path: Path) -> None:
    """Seconds since the boot of two machines, or seconds and dates, cannot stand on one line of time."""
    old = log(tmp_path / "old", [(1.0, "77", "x"), (90.0, "77", "x")], "# os release : 6.12.117\n")
    new = log(tmp_path / "new", [(5.0, "77", "x"), (95.0, "77", "x")], "# os release : 6.14.0\n")
    assert summary_of(registry, old).timeline.steps > 1
    both = summary_of(registry, old, new)
    assert (both.timeline.steps, both.first, both.rows[0].first) == (0, None, None)
    assert timeline(5.0, 1_700_000_000.0).steps == 0


@given(st.floats(0, 9e8), st.floats(0, 1e7), st.sampled_from([1, 2, 4, 64]), st.data())
def test_any_time_has_its_step(start: float, length: float, grain: int, data: st.DataObject) -> None:
    """However long a log is, every second of it falls into one of at most 61 steps."""
    steps = timeline(start, start + length, grain)
    assert steps.steps <= 61
    seconds = data.draw(st.dictionaries(st.integers(int(start), int(start + length)), st.integers(1, 9)))
    assert sum(steps.spread(seconds)) == (sum(seconds.values()) if steps.steps else 0)
    assert steps.step % grain == 0 or not steps.steps


@pytest.mark.parametrize("by", BY)
def test_times_in_a_text_are_exact(registry: Registry, tmp_path: Path, by: str) -> None:
    """Each row of a pasted text says when its own drops were, as those of a file do."""
    path = log(tmp_path / "log", [(1.5, "NO_SOCKET", "a"), (9.5, "FULL_RING", "b"), (200.5, "NO_SOCKET", "a")])
    document = decode_text(registry, path.read_text(encoding="utf-8"), by=by)
    assert document["rows"] == as_document(summary_of(registry, path, by=by))["rows"]
    assert by != "reason" or [row["first"] for row in document["rows"]] == [1.5, 9.5]


def test_a_text_is_decoded_for_the_service(registry: Registry) -> None:
    """What somebody pastes becomes a document that is JSON, the same as that of the file."""
    path = SAMPLES / "perf_script.txt"
    document = decode_text(registry, path.read_text(encoding="utf-8"), kernel="6.18.44")
    assert json.loads(json.dumps(document))["drops"] == 9
    assert document["rows"] == as_document(summary_of(registry, path, kernel="6.18.44"))["rows"]
    with pytest.raises(ValueError, match="is not a kernel release"):
        decode_text(registry, "77", kernel="nonsense")
