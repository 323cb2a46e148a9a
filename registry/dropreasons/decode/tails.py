# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Counts lines by the part of them that decides what they tell, each such part being read but once.

Of skb:kfree_skb that is what stands behind ` location=`; of an object of pwru the two functions.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import islice, repeat
from operator import add
from typing import Any, ClassVar, Protocol

from dropreasons.decode.event import Event, Reading
from dropreasons.decode.formats.pwru import PwruJson
from dropreasons.decode.formats.trace_lines import TraceLines
from dropreasons.decode.gathering import Gatherer
from dropreasons.decode.line_ends import line_ends
from dropreasons.decode.recognise import LONGEST_LINE, Recogniser, read_tail
from dropreasons.decode.shapes import Shape, object_parts, shape_of
from dropreasons.decode.tally import Group, Seen

MARK = b" location="
#: Without the address of a packet an object is none of pwru's.
_PACKET = {b"skb": b"0x"}
_SEARCHED = 1 << 12
_MOST_TAILS = 20_000
#: A stretch of time is not shorter than some blocks, nor than this part of the input, or of what was counted so far.
_LOOK_EVERY = 8
_STRETCHES = 32


class Parts(Protocol):
    """What decides what the lines of a format tell."""

    name: ClassVar[str]

    def of(self, block: bytes) -> Sequence[Hashable] | None:
        """Return the part of each line of a block, None if some cannot be lines of this format."""

    def read(self, part: Any) -> Event | None:
        """Return the drop that a part tells of, without its time."""


class Tails:
    """The ends of lines of skb:kfree_skb."""

    name: ClassVar[str] = TraceLines.name

    def of(self, block: bytes) -> Sequence[bytes] | None:
        """Return the end of each line."""
        if MARK not in block[:_SEARCHED] or b"\x1b" in block or not _short_lines(block):
            return None
        return line_ends(block, MARK)

    def read(self, part: bytes) -> Event | None:
        """Read the end of a line."""
        return read_tail(part.decode("utf-8", "replace"))


class Functions:
    """The functions in objects of pwru: the one that frees the packet, which has the reason, and its caller."""

    name: ClassVar[str] = PwruJson.name

    def __init__(self) -> None:
        self._shape: Shape | None = None

    def of(self, block: bytes) -> Sequence[bytes] | None:
        """Return what stands in each line from the one function to the end of the other."""
        if block[:1] != b"{" or b'"skb"' not in block[:_SEARCHED]:
            return None
        parts = object_parts(block, self._shape) if self._shape else None
        if parts is None:
            self._shape = shape_of(block[: block.index(b"\n") + 1], _PACKET, b"func", b"caller_func")
            parts = object_parts(block, self._shape) if self._shape else None
        return parts

    def read(self, part: bytes) -> Event | None:
        """Read the functions as pwru's format does."""
        function, _, rest = part.decode("ascii").partition('"')
        told = PwruJson().read({"skb": "0x0", "func": function, "caller_func": rest.rpartition('"')[2]})
        return told._replace(skb="") if isinstance(told, Event) else None


class Alike:
    """Counts blocks of lines for a gatherer."""

    def __init__(self, parts: Parts, recogniser: Recogniser, gatherer: Gatherer, blocks: int) -> None:
        self._parts = parts
        self._least = max(_LOOK_EVERY, blocks // _STRETCHES)
        self._recogniser = recogniser
        self._gatherer = gatherer
        #: What was counted in the stretch of time that goes on.
        self._counts: Counter[Hashable] = Counter()
        self._begins: float | None = None
        self._last_line = b""
        self._blocks = self._in_stretch = 0
        #: What each part stands for, how often it was counted before, and when for the first and the last time.
        self._groups: dict[Hashable, Group] = {}
        self._drops: dict[Hashable, int] = {}
        self._indexes: dict[Hashable, int] = {}
        self._first: dict[Hashable, float | None] = {}
        self._last: dict[Hashable, float | None] = {}
        #: Every reading with its index: to hash a number is quicker.
        self._readings: dict[Reading, int] = {}

    def count(self, block: bytes) -> bool:
        """Count the lines of a block; if they are not all of the format nothing is counted, and the answer False."""
        tails = None if self._gatherer.waiting else self._parts.of(block)
        if tails is None:
            return False
        before = len(self._counts)
        self._counts.update(tails)
        if not self._all_drops(islice(reversed(self._counts), len(self._counts) - before)):
            self._counts.subtract(tails)
            self._counts = +self._counts
            return False
        self._gatherer.went_by(len(tails))
        self._goes_on(block)
        return True

    def gather(self) -> None:
        """Give the gatherer what was counted."""
        self._end_stretch()
        self._gatherer.alike(
            (self._groups[part], Seen(self._drops[part], self._first[part], self._last[part])) for part in self._drops
        )
        for by_part in (self._groups, self._indexes, self._drops, self._first, self._last):
            by_part.clear()
        self._readings.clear()

    def _all_drops(self, tails: Iterator[Hashable]) -> bool:
        """Read ends of lines that are new in this stretch."""
        for tail in tails:
            if tail not in self._groups:
                event = self._parts.read(tail)
                if event is None:
                    return False
                self._groups[tail] = Group(self._parts.name, event.reading, event.location)
                self._indexes[tail] = self._readings.setdefault(event.reading, len(self._readings))
        return True

    def _goes_on(self, block: bytes) -> None:
        """Add a block to the stretch, and end that if its time is over."""
        if not self._last_line:
            self._begins = self._time(block[: block.index(b"\n")])
        self._last_line = block[block.rfind(b"\n", 0, -1) + 1 :]
        self._blocks += 1
        self._in_stretch += 1
        if self._in_stretch >= max(self._least, self._blocks // _STRETCHES):
            ends, times = self._time(self._last_line), self._gatherer.times
            if self._begins is None or ends is None or times.slot(self._begins) != times.slot(ends):
                self._end_stretch()
        if len(self._groups) > _MOST_TAILS:
            self.gather()

    def _time(self, raw: bytes) -> float | None:
        line = self._recogniser.read(raw)
        return line.events[0].time if line and line.events else None

    def _end_stretch(self) -> None:
        """Add what was counted to what was counted before."""
        if not self._counts:
            return
        begins, ends = self._begins, self._time(self._last_line)
        if begins is not None and ends is not None:
            begins, ends = min(begins, ends), max(begins, ends)
        # Whole dictionaries at a time: there may be thousands of parts, and hundreds of stretches.
        parts, counts = self._counts.keys(), self._counts.values()
        before = map(self._drops.get, parts, repeat(0))
        self._drops.update(zip(parts, map(add, counts, before), strict=True))
        self._first = {**dict.fromkeys(parts, begins), **self._first}
        self._last.update(dict.fromkeys(parts, ends))
        if begins is not None and ends is not None:
            sums = [0] * len(self._readings)
            for index, count in zip(map(self._indexes.__getitem__, parts), counts, strict=True):
                sums[index] += count
            self._gatherer.times.add(dict(zip(self._readings, sums, strict=True)), begins, ends)
        self._counts.clear()
        self._last_line = b""
        self._in_stretch = 0


def halves(block: bytes) -> list[bytes] | None:
    """Return beginnings and ends of the lines of a block in turns, None unless each may be of skb:kfree_skb.

    The ends begin with a zero byte for the mark, and it is for the caller to see that they all do.
    """
    if MARK not in block[:_SEARCHED] or b"\x1b" in block or b"\0" in block or not _short_lines(block):
        return None
    pieces = block.split(MARK)
    parts = b"\n\0".join(pieces).split(b"\n")
    # As many marks as lines: if a zero byte begins every second part, it begins no other.
    return parts if len(parts) == 2 * len(pieces) - 1 else None


def read_half(tail: bytes) -> Event | None:
    """Read the end of a line."""
    return read_tail(tail[1:].decode("utf-8", "replace")) if tail[:1] == b"\0" else None


def _short_lines(block: bytes) -> bool:
    """Tell whether no line of a block is too long to be read; a few that are not may be taken for such."""
    window = LONGEST_LINE // 2
    return all(block.find(b"\n", at, at + window) >= 0 for at in range(0, len(block) - window + 1, window))
