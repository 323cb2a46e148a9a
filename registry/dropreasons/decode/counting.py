# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Counts the drops of an input, as quickly as its format allows.

Most of a long recording are lines of skb:kfree_skb.  What stands behind ` location=` decides the group such a line
belongs to, so that these ends are counted as they are, a block of lines at a time, and each that is new is read once;
objects of pwru are counted likewise.  A block with any other line is read line by line.

In what is counted so, a drop has the times of the first and the last line of the stretch it was counted in, and the
counts by second are spread evenly over it.  A stretch is a second at least, half a megabyte at least, and a 32nd of
the file, or of what was read before.  The times of files below 1 MiB, and with `by="minute"`, are exact.
"""

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from dropreasons.decode.formats.trace_lines import TraceLines
from dropreasons.decode.gathering import Gatherer, joined
from dropreasons.decode.input import Source
from dropreasons.decode.recognise import LONGEST_JSON, TEXT, Recogniser
from dropreasons.decode.tails import Alike, Functions, Parts, Tails
from dropreasons.decode.tally import Tally

__all__ = ["count", "joined"]

#: Blocks that the caches near a processor hold; of a megabyte they take half as long again.
_BLOCK = 1 << 16
_EXACT = {"process", "interface", "protocol", "minute"}
_EXACT_BELOW = 1 << 20
_PARALLEL_FROM = 64 << 20
_PROGRESS_EVERY = 1 << 20
#: Formats whose lines cannot be read alone.
_OF_MANY_LINES = {form.name for form in TEXT if vars(form())} - {TraceLines.name}

Progress = Callable[[int], None]


def count(source: Source, by: str = "reason", jobs: int = 0, progress: Progress | None = None) -> Tally:
    """Count the drops of an input.

    Args:
        source: the input.
        by: what they are asked by; process, interface, protocol and minute are looked for in every line.
        jobs: how many processes may count, 1 or 2; 0 for 2 where the input is long and there are two processors.
        progress: is told now and then how much of what is stored was read.

    Raises:
        InputError: the input cannot be read on.
    """
    cut = _cut(source) if jobs != 1 and (jobs or len(os.sched_getaffinity(0)) > 1) else None
    if cut and source.path:
        return _in_two(source.path, cut, by, progress)
    small = source.path is not None and (source.size or 0) < _EXACT_BELOW
    counting = _Counting(by, source.size or 0, exact=small)
    done = 0
    for block in blocks(source.stream):
        counting.block(block)
        done += len(block)
        if progress and done >= _PROGRESS_EVERY:
            done = 0
            progress(source.position())
    return counting.tally()


def blocks(stream: BinaryIO, most: int | None = None) -> Iterator[bytes]:
    """Cut an input into blocks of whole lines; of a line that is too long for any format only the beginning is kept."""
    left, begun = most, b""
    while read := stream.read(_BLOCK if left is None else min(_BLOCK, left)):
        left = None if left is None else left - len(read)
        if end := read.rfind(b"\n") + 1:
            yield begun + read[:end]
            begun = read[end:]
        elif len(begun) <= LONGEST_JSON:
            begun += read
    if begun:
        yield begun + b"\n"


class _Counting:
    """Counts one input, or a part of one."""

    def __init__(self, by: str, size: int = 0, *, exact: bool = False) -> None:
        self._recogniser = Recogniser()
        self._gatherer = Gatherer(by)
        kinds: list[Parts] = [] if exact or by in _EXACT else [Tails(), Functions()]
        self._alike = [Alike(kind, self._recogniser, self._gatherer, size // _BLOCK) for kind in kinds]

    def block(self, block: bytes) -> None:
        """Count the lines of a block."""
        if any(alike.count(block) for alike in self._alike):
            return
        for raw in BytesIO(block):
            self._gatherer.line(raw, self._recogniser.read(raw))

    def tally(self) -> Tally:
        """Return what was counted."""
        for alike in self._alike:
            alike.gather()
        return self._gatherer.tally()


def _cut(source: Source) -> int | None:
    """Return where a long file can be cut in two: at the end of a line, in lines that can each be read alone."""
    size = source.size or 0
    if source.path is None or size < _PARALLEL_FROM or not hasattr(os, "fork"):
        return None
    with Path(source.path).open("rb") as stream:
        start = stream.read(_BLOCK)
        stream.seek(size // 2)
        middle = stream.read(_BLOCK)
        cut = stream.tell() - len(middle) + middle.rfind(b"\n") + 1
    alone = b"\n" in middle and _each_alone(start) and _each_alone(middle[middle.find(b"\n") + 1 :])
    # Its line of kfree_skb follows.
    return cut if alone and b"qdisc_drop:" not in middle else None


def _each_alone(sample: bytes) -> bool:
    recogniser = Recogniser()
    lines = (recogniser.read(raw) for raw in BytesIO(sample[: sample.rfind(b"\n") + 1]))
    return not any(line.format in _OF_MANY_LINES for line in lines if line)


def _in_two(path: str, cut: int, by: str, progress: Progress | None) -> Tally:
    """Count the two parts of a file at the same time."""
    import multiprocessing  # noqa: PLC0415  it takes a quarter of the time to start; shorter inputs do without

    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    other = context.Process(target=lambda: sending.send(_part(path, cut, None, by, None)))
    other.start()
    sending.close()
    try:
        tally = _part(path, 0, cut, by, progress)
        return joined([tally, receiving.recv()])
    except EOFError as error:
        raise ChildProcessError(f"{path}: the process that counted its second half failed") from error
    finally:
        other.kill()
        other.join()


def _part(path: str, start: int, end: int | None, by: str, progress: Progress | None) -> Tally:
    """Count a part of a file."""
    counting = _Counting(by, Path(path).stat().st_size)
    done = 0
    with Path(path).open("rb", buffering=4096) as stream:
        stream.seek(start)
        for block in blocks(stream, None if end is None else end - start):
            counting.block(block)
            done += len(block)
            if progress and done % _PROGRESS_EVERY < len(block):
                progress(2 * done)
    return counting.tally()
