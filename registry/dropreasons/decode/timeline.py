# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Spreads drops over time: in a few dozen steps of equal length."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

_MOST_STEPS = 60
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_LENGTHS = [
    1, 2, 5, 10, 15, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE,
    _HOUR, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 30 * _DAY,
]  # fmt: skip
# No machine is up for 31 years: what is larger counts from 1970.
_A_DATE = 1_000_000_000


class Timeline(NamedTuple):
    """Steps of time: the second the first begins at, their length, and how many there are, if any."""

    start: int = 0
    step: int = 1
    steps: int = 0

    def spread(self, seconds: Mapping[int, int]) -> tuple[int, ...]:
        """Return how many of some drops, counted by second, fall into each step."""
        counts = [0] * self.steps
        for second, drops in seconds.items():
            if self.steps:
                counts[min(max(second - self.start, 0) // self.step, self.steps - 1)] += drops
        return tuple(counts)


def timeline(first: float | None, last: float | None, grain: int = 1) -> Timeline:
    """Return the steps between two times, multiples of `grain` seconds; none from a time since boot to a date."""
    if first is None or last is None or is_date(first) != is_date(last):
        return Timeline()
    least = (int(last) - int(first)) / (_MOST_STEPS - 1)
    length = next((length for length in _LENGTHS if length >= least), int(least) + 1)
    step = grain * -(-length // grain)
    start = int(first) // step * step
    return Timeline(start, step, (int(last) - start) // step + 1 if int(last) > int(first) else 0)


def is_date(time: float) -> bool:
    """Tell whether a time is a date, rather than seconds since boot."""
    return time >= _A_DATE


def shown_time(time: float | None) -> str:
    """Return a time as people read it: a date in UTC, or seconds since boot."""
    if time is None:
        return ""
    if not is_date(time):
        return f"{time:.6f}"
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return f"{time:.0f}"


def shown_length(seconds: float) -> str:
    """Return a length of time in a few characters."""
    for length, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def shown_minute(minute: int) -> str:
    """Return a minute, counted from 1970 or from boot; -1 is that of drops whose time is not known."""
    if minute < 0:
        return "(other or not told)"
    return shown_time(minute * 60)[:16] if is_date(minute * 60) else f"{minute // 60}:{minute % 60:02}"
