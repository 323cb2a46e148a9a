# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Gathers drops into rows: those of one reason, class, place, process, interface, protocol or minute."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from dropreasons.decode.meaning import Decoded
from dropreasons.decode.narrow import Possible, shown
from dropreasons.decode.tally import Group, Seen
from dropreasons.decode.timeline import Timeline, shown_minute
from dropreasons.taxonomy import CLASSES

#: The severities, what to look at first; `unknown` is that of a reason that was not decoded.
SEVERITIES = ("investigate", "depends", "unknown", "benign")
#: For what no line told, or what there was too much of to keep apart.
NOT_TOLD = "(other or not told)"
_SUREST_FIRST = ("exact", "line", "name", "assumed", "candidates", "unknown")


class Counted(NamedTuple):
    """Something that was seen, and how often."""

    label: str
    drops: int


class Drops(NamedTuple):
    """Drops that were printed alike, and what their reason means."""

    decoded: Decoded
    group: Group
    seen: Seen

    @property
    def label(self) -> str:
        """What the reason is listed as."""
        return label_of(self.decoded)

    @property
    def severity(self) -> str:
        """How serious the reason is."""
        return self.decoded.severity or "unknown"


class Row(NamedTuple):
    """Drops that have something in common, such as their reason.

    The fields from `entry` to `details` are those of a reason, and empty where rows are by something else, as `reasons`
    is where they are by reason.  `times` has the drops by the steps of the timeline, where these are known.
    """

    label: str
    drops: int
    share: float
    severity: str
    reason_class: str | None
    meaning: str | None
    entry: str | None
    confidence: str | None
    candidates: tuple[Possible, ...]
    corrected_from: tuple[str, ...]
    notes: tuple[str, ...]
    details: tuple[Counted, ...]
    reasons: tuple[Counted, ...]
    locations: tuple[Counted, ...]
    first: float | None
    last: float | None
    times: tuple[int, ...]


def label_of(decoded: Decoded) -> str:
    """Return what a reason is listed as: its entry, its name, or what was printed."""
    value = decoded.value
    return decoded.entry or decoded.name or (decoded.reading.text if value is None else shown(value))


def counted(drops: Mapping[str, int]) -> tuple[Counted, ...]:
    """Return what was counted, the most frequent first."""
    return tuple(Counted(*found) for found in sorted(drops.items(), key=lambda found: (-found[1], found[0])))


def first_and_last(drops: Iterable[Drops]) -> tuple[float | None, float | None]:
    """Return the first and the last time of any of some drops."""
    seen = [found.seen for found in drops]
    firsts = [found.first for found in seen if found.first is not None]
    lasts = [found.last for found in seen if found.last is not None]
    return min(firsts, default=None), max(lasts, default=None)


def _place(drops: Drops) -> str:
    """Return the function alone: the distance into it differs between builds."""
    return drops.group.location.partition("+")[0] or NOT_TOLD


def _reason(drops: Drops) -> Hashable:
    return drops.label, tuple(possible.name for possible in drops.decoded.candidates)


_KEYS: dict[str, Callable[[Drops], Hashable]] = {
    "reason": _reason,
    "class": lambda drops: drops.decoded.reason_class or "unknown",
    "location": _place,
    "process": lambda drops: drops.group.process or NOT_TOLD,
    "interface": lambda drops: drops.group.interface or NOT_TOLD,
    "protocol": lambda drops: drops.group.protocol or NOT_TOLD,
    "minute": lambda drops: -1 if drops.seen.first is None else int(drops.seen.first) // 60,
}
BY = tuple(_KEYS)


def rows_by(
    by: str,
    drops: Sequence[Drops],
    moments: Sequence[Drops],
    steps: Timeline,
    details: Mapping[tuple[str, str], int],
) -> tuple[Row, ...]:
    """Gather drops into rows, the most frequent first, minutes in their order.

    Args:
        by: one of `BY`.
        drops: the drops; with `minute` those of each second, whose places are not known.
        moments: the drops of each second, to spread over time.
        steps: the steps of time.
        details: drops by the reason that a queueing discipline hid its own behind, and that of its own.
    """
    key = _KEYS[by]
    gathered: dict[Hashable, list[Drops]] = {}
    for found in drops:
        gathered.setdefault(key(found), []).append(found)
    seconds: dict[Hashable, Counter[int]] = {}
    spread = by in {"reason", "class"}
    for found in moments if spread else ():
        seconds.setdefault(key(found), Counter())[int(found.seen.first or 0)] += found.seen.drops
    total = sum(found.seen.drops for found in drops)
    rows = []
    for what, alike in gathered.items():
        row = _row(str(what), alike, total, steps.spread(seconds.get(what, {})) if spread else ())
        rows.append(_of_reason(row, alike, details) if by == "reason" else row)
    return _finished(by, rows)


def _finished(by: str, rows: list[Row]) -> tuple[Row, ...]:
    """Put rows in their order, and leave out what their label says already."""
    if by == "minute":
        rows.sort(key=lambda row: int(row.label))
        return tuple(row._replace(label=shown_minute(int(row.label)), first=None, last=None) for row in rows)
    if by == "location":
        rows = [row._replace(locations=()) for row in rows]
    if by == "class":
        rows = [row._replace(reason_class=row.label, meaning=CLASSES.get(row.label)) for row in rows]
    return tuple(sorted(rows, key=lambda row: (-row.drops, row.label)))


def _row(label: str, drops: Sequence[Drops], total: int, times: tuple[int, ...]) -> Row:
    """Return a row with what all kinds of rows have."""
    reasons, locations = Counter[str](), Counter[str]()
    for found in drops:
        reasons[found.label] += found.seen.drops
        locations[_place(found)] += found.seen.drops
    locations.pop(NOT_TOLD, None)
    number = reasons.total()
    first, last = first_and_last(drops)
    return Row(
        label, number, number / total if total else 0, min((d.severity for d in drops), key=SEVERITIES.index),
        None, None, None, None, (), (), (), (), counted(reasons), counted(locations), first, last, times,
    )  # fmt: skip


def _of_reason(row: Row, drops: Sequence[Drops], details: Mapping[tuple[str, str], int]) -> Row:
    """Add what is known of a reason to its row."""
    every = [found.decoded for found in drops]
    decoded = every[0]
    label = label_of(decoded)
    notes = dict.fromkeys(note for found in every for note in (*_older(found), *found.notes))
    return row._replace(
        label=label,
        reason_class=decoded.reason_class,
        meaning=decoded.summary,
        entry=decoded.entry,
        confidence=max((found.confidence for found in every), key=_SUREST_FIRST.index),
        candidates=decoded.candidates,
        corrected_from=tuple(dict.fromkeys(found.corrected_from for found in every if found.corrected_from)),
        notes=tuple(notes),
        details=counted({detail: count for (behind, detail), count in details.items() if behind == label}),
        reasons=(),
    )


def _older(decoded: Decoded) -> tuple[str, ...]:
    """Say that the kernel's name is an older one."""
    differs = decoded.name is not None and decoded.entry not in {None, decoded.name}
    return (f"{decoded.name} is an older name of it",) if differs else ()
