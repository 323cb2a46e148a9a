# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Sums up what was counted in inputs: rows by reason or by another part of a drop, and what to look at first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dropreasons.decode.advice import Advice, advice
from dropreasons.decode.event import Reading
from dropreasons.decode.meaning import Decoded, decode
from dropreasons.decode.origin import Origin
from dropreasons.decode.places import hinted
from dropreasons.decode.rows import SEVERITIES, Counted, Drops, Row, counted, first_and_last, label_of, rows_by
from dropreasons.decode.tally import Group, Seen, Tally
from dropreasons.decode.timeline import Timeline, is_date, timeline
from dropreasons.lookup import Registry


class Input(NamedTuple):
    """One input that was read, and where it comes from."""

    name: str
    tally: Tally
    origin: Origin


class Summary(NamedTuple):
    """All there is to say; `rows` are by what was asked for, `foreign` are reasons that are none of the kernel's.

    `times` has the drops by severity, in the steps of the timeline.
    """

    by: str
    inputs: tuple[Input, ...]
    drops: int
    rows: tuple[Row, ...]
    foreign: tuple[Counted, ...]
    advice: Advice
    first: float | None
    last: float | None
    timeline: Timeline
    times: Mapping[str, tuple[int, ...]]

    @property
    def lines(self) -> int:
        """All lines that were read."""
        return sum(read.tally.lines for read in self.inputs)

    @property
    def unknown(self) -> int:
        """The lines that were not understood."""
        return sum(read.tally.unknown for read in self.inputs)


def summarise(registry: Registry, inputs: Sequence[Input], by: str = "reason") -> Summary:
    """Sum up inputs, each decoded for its own kernel."""
    decoders = [_Decoder(registry, read) for read in inputs]
    every = [drops for decoder in decoders for drops in decoder.drops()]
    own = [drops for drops in every if not drops.group.reading.foreign]
    moments = [drops for decoder in decoders for drops in decoder.moments()]
    details = sum((decoder.details() for decoder in decoders), Counter[tuple[str, str]]())
    if not _one_clock(inputs, own):
        own = [drops._replace(seen=Seen(drops.seen.drops, None, None)) for drops in own]
        moments = []
    first, last = first_and_last(own)
    steps = timeline(first, last, max(read.tally.step for read in inputs))
    reasons = tuple(hinted(registry, row) for row in rows_by("reason", own, moments, steps, details))
    counted_by = _by_second(own, moments) if by == "minute" else own
    rows = reasons if by == "reason" else rows_by(by, counted_by, moments, steps, {})
    return Summary(
        by,
        tuple(inputs),
        sum(drops.seen.drops for drops in own),
        rows,
        _foreign(every),
        advice(registry, reasons),
        first,
        last,
        steps,
        {severity: _spread(steps, moments, severity) for severity in SEVERITIES},
    )


def _one_clock(inputs: Sequence[Input], drops: Sequence[Drops]) -> bool:
    """Tell whether the times of inputs can be compared: each machine counts from its own boot."""
    first, _ = first_and_last(drops)
    return len({read.origin.machine.described for read in inputs}) == 1 or (first is not None and is_date(first))


def _spread(steps: Timeline, moments: Sequence[Drops], severity: str) -> tuple[int, ...]:
    seconds = Counter[int]()
    for drops in moments:
        if drops.severity == severity:
            seconds[int(drops.seen.first or 0)] += drops.seen.drops
    return steps.spread(seconds)


def _by_second(own: Sequence[Drops], moments: Sequence[Drops]) -> list[Drops]:
    """Return drops by the second; those without a time stay together."""
    left = Counter[Reading]()
    for drops in own:
        left[drops.group.reading] += drops.seen.drops
    for drops in moments:
        left[drops.group.reading] -= drops.seen.drops
    without = {drops.group.reading: drops for drops in own}
    return [*moments, *(without[reading]._replace(seen=Seen(count, None, None)) for reading, count in (+left).items())]


def _foreign(every: Sequence[Drops]) -> tuple[Counted, ...]:
    """Count the reasons of other registries."""
    found = Counter[str]()
    for drops in every:
        reading = drops.group.reading
        if reading.foreign:
            found[f"{reading.foreign}: {reading.text}"] += drops.seen.drops
    return counted(found)


class _Decoder:
    """Decodes what was counted in one input."""

    def __init__(self, registry: Registry, read: Input) -> None:
        self._registry = registry
        self._tally, self._machine = read.tally, read.origin.machine
        self._known: dict[tuple[Reading, str], Decoded] = {}
        self._formats = {group.reading: group.format for group in self._tally.groups}

    def drops(self) -> Iterator[Drops]:
        """Yield every group with its meaning."""
        for group, seen in self._tally.groups.items():
            yield Drops(self._decode(group.reading, group.format), group, seen)

    def moments(self) -> Iterator[Drops]:
        """Yield the drops of each second, without those of other registries."""
        firsts = [seen.first for seen in self._tally.groups.values() if seen.first is not None]
        step = self._tally.step
        for (reading, second), count in self._tally.seconds.items():
            if firsts and not reading.foreign:
                at = int(min(firsts)) // step * step + second
                group = Group(self._formats.get(reading, ""), reading)
                yield Drops(self._decode(reading, group.format), group, Seen(count, at, at))

    def details(self) -> Counter[tuple[str, str]]:
        """Count the details of queueing disciplines, by the reason they stand behind."""
        found = Counter[tuple[str, str]]()
        for (reason, detail), count in self._tally.details.items():
            behind = self._decode(reason, self._formats.get(reason, ""))
            found[label_of(behind), label_of(self._decode(detail, "qdisc"))] += count
        return found

    def _decode(self, reading: Reading, format_name: str) -> Decoded:
        key = (reading, format_name)
        if key not in self._known:
            self._known[key] = decode(self._registry, reading, self._machine, format_name)
        return self._known[key]
