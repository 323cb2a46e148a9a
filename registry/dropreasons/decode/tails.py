# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Counts lines by the part of them that decides what they tell, each such part being read but once.

Of skb:kfree_skb that is what stands behind ` location=`; of an object of pwru the two functions.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, ClassVar, Protocol

from dropreasons.decode.event import Event, Reading
from dropreasons.decode.formats.pwru import PwruJson
from dropreasons.decode.formats.trace_lines import TraceLines
from dropreasons.decode.gathering import Gatherer
from dropreasons.decode.recognise import LONGEST_LINE, Recogniser, read_tail
from dropreasons.decode.tally import Group, Seen

MARK = b" location="
_SEARCHED = 1 << 12
_MOST_TAILS = 20_000
#: A stretch of time is not shorter than some blocks, nor than this part of what was counted so far.
_LOOK_EVERY = 4
_STRETCHES = 48


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
        parts = halves(block)
        return None if parts is None else parts[1::2]

    def read(self, part: bytes) -> Event | None:
        """Read the end of a line."""
        return read_half(part)


class Functions:
    """The functions in objects of pwru: the one that frees the packet, which has the reason, and its caller."""

    name: ClassVar[str] = PwruJson.name

    def __init__(self) -> None:
        self._decode: Any = None

    def of(self, block: bytes) -> Sequence[tuple[str, str]] | None:
        """Return the functions of each line."""
        if block[:1] != b"{" or b'"skb"' not in block[:_SEARCHED] or b"\x1b" in block:
            return None
        if self._decode is None:
            import msgspec  # noqa: PLC0415  logs of text do without

            fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [
                ("skb", str),
                ("func", str),
                ("caller_func", str, ""),
            ]
            self._decode = msgspec.json.Decoder(msgspec.defstruct("Drop", fields, gc=False)).decode_lines
        try:
            drops = self._decode(block)
        except (ValueError, RecursionError):
            return None
        # Without the address of a packet a line is none of pwru's.
        packets = block.count(b'"skb":"0x') or block.count(b'"skb": "0x')
        if not len(drops) == packets == block.count(b"\n"):
            return None
        return list(map(attrgetter("func", "caller_func"), drops))

    def read(self, part: tuple[str, str]) -> Event | None:
        """Read the functions as pwru's format does."""
        told = PwruJson().read({"skb": "0x0", "func": part[0], "caller_func": part[1]})
        return told._replace(skb="") if isinstance(told, Event) else None


class _Seen:
    """The drops of lines that are alike."""

    __slots__ = ("drops", "first", "group", "last", "reading")

    def __init__(self, group: Group, reading: int) -> None:
        self.group, self.reading, self.drops = group, reading, 0
        self.first: float | None = None
        self.last: float | None = None


class Alike:
    """Counts blocks of lines for a gatherer."""

    def __init__(self, parts: Parts, recogniser: Recogniser, gatherer: Gatherer) -> None:
        self._parts = parts
        self._recogniser = recogniser
        self._gatherer = gatherer
        #: What was counted in the stretch of time that goes on.
        self._counts: Counter[Hashable] = Counter()
        self._begins: float | None = None
        self._last_line = b""
        self._blocks = self._in_stretch = 0
        #: What was counted before, and what each part stands for.
        self._seen: dict[Hashable, _Seen] = {}
        self._indexes: dict[Reading, int] = {}
        self._readings: list[Reading] = []

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
            (seen.group, Seen(seen.drops, seen.first, seen.last)) for seen in self._seen.values() if seen.drops
        )
        self._seen.clear()

    def _all_drops(self, tails: Iterator[Hashable]) -> bool:
        """Read ends of lines that are new in this stretch."""
        for tail in tails:
            if tail not in self._seen:
                event = self._parts.read(tail)
                if event is None:
                    return False
                index = self._indexes.setdefault(event.reading, len(self._readings))
                if index == len(self._readings):
                    self._readings.append(event.reading)
                self._seen[tail] = _Seen(Group(self._parts.name, event.reading, event.location), index)
        return True

    def _goes_on(self, block: bytes) -> None:
        """Add a block to the stretch, and end that if its time is over."""
        if not self._last_line:
            self._begins = self._time(block[: block.index(b"\n")])
        self._last_line = block[block.rfind(b"\n", 0, -1) + 1 :]
        self._blocks += 1
        self._in_stretch += 1
        if self._in_stretch >= max(_LOOK_EVERY, self._blocks // _STRETCHES):
            ends, times = self._time(self._last_line), self._gatherer.times
            if self._begins is None or ends is None or times.slot(self._begins) != times.slot(ends):
                self._end_stretch()
        if len(self._seen) > _MOST_TAILS:
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
        readings: dict[int, int] = {}
        for tail, number in self._counts.items():
            seen = self._seen[tail]
            seen.drops += number
            seen.first = begins if seen.first is None else seen.first
            seen.last = ends
            readings[seen.reading] = readings.get(seen.reading, 0) + number
        if begins is not None and ends is not None:
            counts = {self._readings[index]: number for index, number in readings.items()}
            self._gatherer.times.add(counts, begins, ends)
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
