# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What was counted in an input: drops by what was printed of them, and lines by whether they were understood."""

from collections import Counter
from typing import NamedTuple

from dropreasons.decode.event import Reading


class Group(NamedTuple):
    """Drops that were printed alike, but for their time."""

    format: str
    reading: Reading
    location: str = ""
    process: str = ""
    interface: str = ""
    protocol: str = ""


class Seen(NamedTuple):
    """How often a group was seen, and when for the first and the last time (None where no line said)."""

    drops: int
    first: float | None
    last: float | None


class Tally:
    """The counts of one input, or of several that were joined."""

    def __init__(self) -> None:
        self.groups: dict[Group, Seen] = {}
        #: Drops by reading and by the second they were seen in, counted from `Seen.first` of all.
        self.seconds: Counter[tuple[Reading, int]] = Counter()
        #: How many seconds are counted together: the keys of `seconds` are its multiples.
        self.step = 1
        #: The detail of `qdisc:qdisc_drop` behind a QDISC_DROP, joined by the address of the packet.
        self.details: Counter[tuple[Reading, Reading]] = Counter()
        self.lines = 0
        #: Lines that were understood and are no drop.
        self.told = 0
        self.unknown = 0
        #: The first lines that were not understood, with their numbers from 1.
        self.not_understood: list[tuple[int, str]] = []
        #: Kernel releases that the input itself names, in order, and tables printed in it.
        self.kernels: list[str] = []
        self.names: dict[int, str] = {}

    @property
    def drops(self) -> int:
        """All drops together."""
        return sum(seen.drops for seen in self.groups.values())
