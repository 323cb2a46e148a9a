# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Lines of any format, mixed, coloured, wrapped, cut off or endless, are recognised one by one."""

import json
import random
import time

import pytest
from samples import SAMPLES, sample

from dropreasons.decode.recognise import LONGEST_JSON, LONGEST_LINE, Line, Recogniser

#: Entries of maps whose keys are two numbers, of which either may be the reason, and ports.
AMBIGUOUS = ("@ports[443]",)
NAMES = sorted(path.stem for path in SAMPLES.glob("*.txt"))
DROP = sample("perf_script")[-1]


def recognised(lines: list[str]) -> list[Line | None]:
    """What a new recogniser makes of lines."""
    recogniser = Recogniser()
    return [recogniser.read(f"{line}\n".encode()) for line in lines]


def drops(lines: list[str]) -> list[tuple[str, str | int | None]]:
    """Format and reason of every drop in lines."""
    events = [(line.format, event.reading) for line in recognised(lines) if line for event in line.events]
    return [(form, reading.name or reading.value) for form, reading in events]


@pytest.mark.parametrize("name", NAMES)
def test_samples_have_no_unknown_line(name: str) -> None:
    """Every sample is known, but for what its format cannot tell."""
    lines = sample(name)
    unknown = [line for line, known in zip(lines, recognised(lines), strict=True) if known is None]
    assert [line for line in unknown if not line.startswith(AMBIGUOUS)] == []


def test_formats_may_be_mixed() -> None:
    """Whole samples one after another give the drops of each."""
    names = [name for name in NAMES if name not in {"plain", "prometheus", "nettrace"}]
    together = [line for name in names for line in sample(name)]
    assert drops(together) == [drop for name in names for drop in drops(sample(name))]


def test_single_lines_may_be_interleaved() -> None:
    """Lines that can be read alone may come in any order."""
    lines = [line for name in ("trace", "trace_cmd", "pwru", "lmp", "retina_bpftrace_json") for line in sample(name)]
    alone = [drop for line in lines for drop in drops([line])]
    random.Random(1).shuffle(lines)
    assert sorted(map(str, drops(lines))) == sorted(map(str, alone))


def test_colours_are_no_part_of_a_line() -> None:
    """Nor are a title for the window and a link."""
    coloured = DROP.replace("IP", "\x1b[1;31mIP").replace(" reason", "\x1b[0m\x1b]8;;http://a\x1b\\ reason\x1b[K")
    assert recognised([f"\x1b]0;title\x07{coloured}"]) == recognised([DROP])


@pytest.mark.parametrize(
    "prefix",
    [
        "Nov 22 21:55:07 host perf[12]: ", "2026-11-22T21:55:07+0100 host perf[12]: ", "[pod/tracer-x7k/main] ",
        "2026-11-22T21:55:07.123456789Z ", "2026-11-22T21:55:07.1Z stdout F ", "tracer-1  | ", "[   12.345678] ",
        "<14>Nov  2 21:55:07 host perf: ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["trace", "perf_script", "dropwatch", "bcc", "bpftrace_names", "retis", "plain"])
def test_what_a_log_puts_before_a_line_is_no_part_of_it(prefix: str, name: str) -> None:
    """The drops are those of the lines without it, with their processes and times."""
    lines = [line for line in sample(name) if line.strip()]
    wrapped, bare = recognised([prefix + line for line in lines]), recognised(lines)
    assert [line and line.events for line in wrapped] == [line and line.events for line in bare]


def test_objects_in_a_line_are_read() -> None:
    """Text before an object, and a line inside one, as container engines and the journal keep them."""
    record = next(line for line in sample("retina_bpftrace_json") if "DROP" in line)
    assert drops([f"12:00 level=info flow={record}"]) == drops([record]) != []
    for key in ("log", "MESSAGE"):
        wrapped = json.dumps({key: f"{DROP}\n", "stream": "stdout"})
        assert drops([wrapped]) == drops([DROP])


def test_truncated_lines_harm_nothing() -> None:
    """A line cut anywhere is a drop only while its reason is whole, and the next line is read as ever."""
    recogniser = Recogniser()
    for end in range(len(DROP)):
        cut = recogniser.read(DROP[:end].encode())
        assert cut is None or not cut.events or DROP[:end].partition("reason: ")[2]
        assert recogniser.read(DROP.encode()) == recognised([DROP])[0]
    for start in range(DROP.index(" location=")):
        line = recogniser.read(DROP[start:].encode())
        assert line is not None
        assert [event.reading for event in line.events] == [e.reading for e in recognised([DROP])[0].events]  # type: ignore[union-attr]


def test_bytes_that_are_no_text_are_kept_apart() -> None:
    """They spoil the field they are in, not the line."""
    line = Recogniser().read(DROP.encode().lstrip().replace(b"a b", b"\xff\xfe", 1))
    assert line is not None
    assert line.events[0].process.startswith("\ufffd\ufffd")


@pytest.mark.parametrize(
    "piece", [b'{"a":', b"[", b'{"', b"x", b"\x1b[", b"\x1b]", b" location=", b"\0", b"2026-01-01 "]
)
def test_endless_lines_cost_no_more_than_their_length(piece: bytes) -> None:
    """A hundred megabytes of a piece are unknown, and as much as is looked into is looked into quickly."""
    recogniser = Recogniser()
    begun = time.monotonic()
    assert recogniser.read(piece * (100_000_000 // len(piece))) is None
    for length in (LONGEST_LINE, LONGEST_JSON):
        recogniser.read(piece * (length // len(piece)))
    assert time.monotonic() - begun < 3


def test_long_objects_are_read() -> None:
    """An answer of Loki holds many flows."""
    flows = [["1", line] for line in sample("netobserv") if line.startswith('{"') and "DropCause" in line]
    answer = json.dumps({"data": {"result": [{"values": flows * 500}]}})
    assert LONGEST_LINE < len(answer) < LONGEST_JSON
    assert len(drops([answer])) >= 500
