# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Annotated lines are the lines as they were, with a meaning behind those that tell a drop, as soon as they come."""

import io
import os
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import SAMPLES, sample

from dropreasons.decode.annotate import annotate
from dropreasons.decode.event import Reading, Told
from dropreasons.decode.recognise import LONGEST_JSON, Recogniser

DROP = sample("perf_script")[-1].encode()
MARK = b"  # "


def explain(_format: str, reading: Reading) -> str:
    """The reason again."""
    return f"it is {reading.name or reading.value}"


def annotated(data: bytes, *, visible: bool = False) -> bytes:
    """An input, annotated."""
    out = io.BytesIO()
    annotate(io.BytesIO(data), out.write, explain, visible=visible)
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.txt")))
def test_every_drop_is_annotated_and_no_other_line(name: str) -> None:
    """A line begins as it was; it ends as it was too unless it tells a drop."""
    data, recogniser = (SAMPLES / f"{name}.txt").read_bytes(), Recogniser()
    for before, after in zip(data.splitlines(), annotated(data).splitlines(), strict=True):
        line = recogniser.read(before)
        assert after.startswith(before + MARK if line and line.events else before)
        assert (line and line.events) or after == before


PIECES = [
    DROP + b"\n",
    DROP + b"\r\n",
    DROP,
    b"\n",
    b"\r",
    b"\x1b[31m",
    b" location=",
    b"f reason: NO_SOCKET\n",
    b"{",
    b"\0",
]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=12).map(b"".join))
def test_no_line_is_lost(data: bytes) -> None:
    """Lines in are lines out, whatever they are made of, and what was appended can be taken off again."""
    after = annotated(data)
    assert after.count(b"\n") == data.count(b"\n")
    for before, line in zip(data.split(b"\n"), after.split(b"\n"), strict=True):
        body, ending = before.rstrip(b"\r"), before[len(before.rstrip(b"\r")) :]
        assert line == before or (line.startswith(body + MARK + b"it is ") and line.endswith(ending))


def test_blocks_are_annotated_like_single_lines() -> None:
    """A long recording with a few other lines in it."""
    lines = [DROP + b"\n"] * 3000 + [b"other\n"] + [sample("trace")[-1].encode() + b"\n"] * 500
    data = b"".join(lines)
    assert annotated(data) == b"".join(map(annotated, lines))


def test_escape_sequences_pass_a_pipe_and_not_a_terminal() -> None:
    """Nothing is left that a terminal obeys but the ends of lines and tabs."""
    data = b"\x1b]0;x\x07\t\x9b1m\xc2\x9b2J \rover\x08\x7f\r\n" + DROP.replace(b"reason", b"\x1b[1mreason") + b"\n"
    assert annotated(data).startswith(data[:-1])
    shown = annotated(data, visible=True)
    assert not [letter for letter in shown.decode() if not letter.isprintable() and letter not in "\t\r\n"]
    assert shown.startswith(rb"\x1b]0;x\x07" + b"\t" + rb"\x9b1m\x9b2J \rover\x08\x7f" + b"\r\n")
    assert shown.count(MARK) == 1


def test_reasons_are_asked_anew_when_the_machine_is_known() -> None:
    """What the input says of its kernel comes before the drops it tells of."""
    heard: list[Told] = []
    out = io.BytesIO()
    data = DROP + b"\n# os release : 6.12.1\n" + DROP + b"\n"
    answer = lambda _format, _reading: heard[0].kernel if heard else "unsure"  # noqa: E731
    annotate(io.BytesIO(data), out.write, answer, hear=heard.append)
    assert [line.partition(MARK)[2] for line in out.getvalue().splitlines()] == [b"unsure", b"", b"6.12.1"]


def test_a_hundred_megabytes_without_an_end_pass() -> None:
    """And are over in a few seconds; the next line is annotated."""
    begun = time.monotonic()
    written: list[int] = []
    data = b"x" * 100_000_000 + b"\n" + DROP + b"\n"
    last = b""

    def write(block: bytes) -> None:
        nonlocal last
        written.append(len(block))
        last = block

    annotate(io.BytesIO(data), write, explain)
    assert sum(written) == len(data) + len(MARK + b"it is NOT_SPECIFIED")
    assert max(written) < 2 * LONGEST_JSON
    assert MARK in last
    assert time.monotonic() - begun < 5


def test_a_slow_pipe_is_not_kept_waiting() -> None:
    """A line comes out within 100 ms of its end."""
    reading, writing = os.pipe()
    came: list[tuple[float, bytes]] = []
    with os.fdopen(reading, "rb") as stream:
        keep = lambda block: came.append((time.monotonic(), block))  # noqa: E731
        thread = threading.Thread(target=annotate, args=(stream, keep, explain))
        thread.start()
        for number in range(1, 4):
            os.write(writing, DROP[:20])
            time.sleep(0.05)
            os.write(writing, DROP[20:] + b"\n")
            sent = time.monotonic()
            while len(came) < number and time.monotonic() < sent + 5:
                time.sleep(0.002)
            assert came[number - 1][0] - sent < 0.1
        os.close(writing)
        thread.join()
