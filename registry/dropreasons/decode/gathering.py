# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Gathers what the lines of an input tell into a Tally, in memory that does not grow with the input."""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import floor

from dropreasons.decode.event import Event, Reading, Told
from dropreasons.decode.recognise import Line, without_control
from dropreasons.decode.tally import Group, Seen, Tally

#: How many seconds are counted together, each a multiple of the one before.
_STEPS = (1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400)
_MOST_SLOTS = 1440
_LATEST = 1e11
_MOST_GROUPS = 50_000
_MOST_WAITING = 4096
_MOST_TOLD = 10_000
_MOST_SHOWN, _LONGEST_SHOWN = 1000, 500
QDISC = "qdisc"
#: What stands for readings beyond the most that are kept apart.
_OTHERS = Reading("(others)")


class Times:
    """Drops by reading and by stretches of time, which grow so that there are never too many."""

    def __init__(self) -> None:
        self.step = 1
        self.slots: Counter[tuple[Reading, int]] = Counter()
        self._lowest = self._highest = 0

    def slot(self, time: float) -> int:
        """Return the stretch a time belongs to."""
        return floor(time) // self.step

    def add(self, counts: Mapping[Reading, int], first: float, last: float) -> None:
        """Add drops, spread evenly between two times."""
        self._reach(first, last)
        start, end = self.slot(first), self.slot(last)
        edges = [first, *(float(slot * self.step) for slot in range(start + 1, end + 1)), last]
        shares = [(edge - first) / ((last - first) or 1) for edge in edges]
        shares[-1] = 1.0
        for reading, count in counts.items():
            for slot, (since, until) in enumerate(pairwise(shares), start):
                if part := round(count * until) - round(count * since):
                    self.slots[reading, slot] += part

    def seconds(self) -> Counter[tuple[Reading, int]]:
        """Return the drops by reading and by the seconds since the first stretch began."""
        start = min((slot for _, slot in self.slots), default=0)
        return Counter({(reading, (slot - start) * self.step): count for (reading, slot), count in self.slots.items()})

    def _reach(self, first: float, last: float) -> None:
        """Make the stretches long enough to reach from what was seen to two more times."""
        low, high = self.slot(first), self.slot(last)
        if self.slots:
            low, high = min(low, self._lowest), max(high, self._highest)
        while high - low >= _MOST_SLOTS:
            step = next((step for step in _STEPS if step > self.step), self.step * 10)
            factor, self.step = step // self.step, step
            low, high = low // factor, high // factor
            coarse: Counter[tuple[Reading, int]] = Counter()
            for (reading, slot), count in self.slots.items():
                coarse[reading, slot // factor] += count
            self.slots = coarse
        self._lowest, self._highest = low, high


class Gatherer:
    """Gathers one input.

    Args:
        keep: the field of an event that is kept apart besides its reason and location: process, interface, protocol.
    """

    def __init__(self, keep: str = "") -> None:
        self._keep = keep if keep in {"process", "interface", "protocol"} else ""
        self._tally = Tally()
        self.times = Times()
        #: Drops of queueing disciplines by the address of their packet, whose kfree_skb has not come yet.
        self._waiting: OrderedDict[str, Event] = OrderedDict()

    @property
    def waiting(self) -> bool:
        """Whether the next kfree_skb may be of a packet that a queueing discipline has told of."""
        return bool(self._waiting)

    def line(self, raw: bytes, line: Line | None) -> None:
        """Gather one line."""
        tally = self._tally
        tally.lines += 1
        if line is None:
            tally.unknown += 1
            if len(tally.not_understood) < _MOST_SHOWN:
                text = without_control(raw[: 4 * _LONGEST_SHOWN].decode("utf-8", "replace")).rstrip("\r\n")
                tally.not_understood.append((tally.lines, text[:_LONGEST_SHOWN]))
        elif line.events:
            for event in line.events:
                self._event(line.format, event)
        else:
            tally.told += 1
            self._told(line.told)

    def went_by(self, lines: int) -> None:
        """Number lines whose drops are told later, by `alike`."""
        self._tally.lines += lines

    def alike(self, drops: Iterable[tuple[Group, Seen]]) -> None:
        """Gather drops of lines that went by."""
        for group, seen in drops:
            self._add(group, seen)

    def tally(self) -> Tally:
        """Return what was gathered."""
        for event in self._waiting.values():
            self._count(QDISC, event)
        self._waiting.clear()
        self._tally.seconds, self._tally.step = self.times.seconds(), self.times.step
        return self._tally

    def _event(self, format_name: str, event: Event) -> None:
        """Count a drop; one that two tracepoints tell of is counted once, at kfree_skb."""
        if format_name == QDISC:
            self._waiting[event.skb] = event
            self._waiting.move_to_end(event.skb)
            if len(self._waiting) > _MOST_WAITING:
                self._count(QDISC, self._waiting.popitem(last=False)[1])
            return
        if self._waiting and event.skb in self._waiting and event.reading.name in {None, "QDISC_DROP"}:
            self._tally.details[event.reading, self._waiting.pop(event.skb).reading] += 1
        self._count(format_name, event)

    def _count(self, format_name: str, event: Event) -> None:
        time = event.time if event.time is not None and 0 <= event.time < _LATEST else None
        group = Group(format_name, event.reading, event.location)
        if self._keep:
            group = group._replace(**{self._keep: getattr(event, self._keep)})
        self._add(group, Seen(event.count, time, time))
        if time is not None:
            self.times.add({event.reading: event.count}, time, time)

    def _add(self, group: Group, seen: Seen) -> None:
        groups = self._tally.groups
        if group not in groups and len(groups) >= _MOST_GROUPS:
            group = Group(group.format, group.reading if len(groups) < 2 * _MOST_GROUPS else _OTHERS)
        groups[group] = _both(groups.get(group), seen)

    def _told(self, told: Told) -> None:
        tally = self._tally
        if told.kernel and told.kernel not in tally.kernels and len(tally.kernels) < _MOST_TOLD:
            tally.kernels.append(told.kernel)
        if told.names and len(tally.names) < _MOST_TOLD:
            tally.names |= told.names


def joined(tallies: Iterable[Tally]) -> Tally:
    """Return the counts of several inputs as if each followed the one before."""
    gathered, times = Tally(), Times()
    for tally in tallies:
        numbered = ((number + gathered.lines, text) for number, text in tally.not_understood)
        gathered.not_understood = [*gathered.not_understood, *numbered][:_MOST_SHOWN]
        for group, seen in tally.groups.items():
            gathered.groups[group] = _both(gathered.groups.get(group), seen)
        start = _start(tally)
        by_second: dict[int, dict[Reading, int]] = {}
        for (reading, second), count in tally.seconds.items():
            by_second.setdefault(second, {})[reading] = count
        for second, counts in by_second.items():
            times.add(counts, start + second, start + second)
        gathered.details.update(tally.details)
        gathered.lines += tally.lines
        gathered.told += tally.told
        gathered.unknown += tally.unknown
        gathered.kernels += [kernel for kernel in tally.kernels if kernel not in gathered.kernels]
        gathered.names |= tally.names
    gathered.seconds, gathered.step = times.seconds(), times.step
    return gathered


def _start(tally: Tally) -> int:
    """Return the time that the seconds of a tally are counted from."""
    first = min((seen.first for seen in tally.groups.values() if seen.first is not None), default=0.0)
    return floor(first) // tally.step * tally.step


def _both(one: Seen | None, other: Seen) -> Seen:
    """Return how often and when the drops of two were seen."""
    if one is None:
        return other
    times = [time for time in (one.first, one.last, other.first, other.last) if time is not None]
    return Seen(one.drops + other.drops, min(times, default=None), max(times, default=None))
