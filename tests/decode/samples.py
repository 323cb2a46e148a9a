# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the samples of what the kernel's tracers, bpftrace and dropwatch printed."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from dropreasons.decode.event import Event, Told
from dropreasons.decode.formats import TextFormat
from dropreasons.printed_tables import format_pairs, reasons_of

SAMPLES = Path(__file__).parents[1] / "data" / "decode"
#: What the lab's packets came to in each of the real traces of one run.
ONE_RUN = Counter(NO_SOCKET=2, IP_CSUM=1, IP_NOPROTO=1, PKT_TOO_SMALL=1, SOCKET_CLOSE=1, NOT_SPECIFIED=3)


class Read(NamedTuple):
    """What became of the lines of a sample."""

    events: list[Event]
    told: list[Told]
    unknown: list[str]

    def reasons(self) -> Counter[str | int | None]:
        """Return the drops by name, or by number."""
        counted: Counter[str | int | None] = Counter()
        for event in self.events:
            counted[event.reading.name or event.reading.value] += event.count
        return counted


def read(lines: Iterable[str], *formats: TextFormat) -> Read:
    """Read lines, each by the first format that knows it."""
    found = Read([], [], [])
    for line in lines:
        told = next((told for form in formats if (told := form.read(line)) is not None), None)
        if isinstance(told, Event):
            found.events.append(told)
        elif told:
            found.told.append(told)
        elif line.strip():
            found.unknown.append(line)
    return found


def sample(name: str) -> list[str]:
    """Return the lines of a sample."""
    return (SAMPLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def names(version: str) -> dict[int, str]:
    """Return the names that a kernel's format file lists."""
    return dict(reasons_of(format_pairs("\n".join(sample(f"format_{version}")))))
