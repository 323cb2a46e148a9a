# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Lays out the drawings of the HTML report: drops over time, stacked by severity, in units of the drawing's box."""

from collections.abc import Sequence
from typing import NamedTuple

from dropreasons.decode.output import words
from dropreasons.decode.rows import SEVERITIES, Row
from dropreasons.decode.summary import Summary
from dropreasons.decode.timeline import shown_length, shown_time

HEIGHT = 100


class Block(NamedTuple):
    """A part of a bar."""

    severity: str
    top: float
    height: float


class Bar(NamedTuple):
    """A step of time: what it says, and its blocks from the bottom up."""

    said: str
    blocks: tuple[Block, ...]


class Plot(NamedTuple):
    """Bars side by side, one unit wide each; `most` is what the highest stands for."""

    bars: tuple[Bar, ...]
    most: int
    step: str
    times: tuple[str, str, str]


def plot(summary: Summary) -> Plot | None:
    """Return the drops over time, None where the times do not tell."""
    steps = summary.timeline
    if steps.steps < 2:
        return None
    columns = list(zip(*(summary.times[severity] for severity in SEVERITIES), strict=True))
    most = max(map(sum, columns))
    starts = [steps.start + number * steps.step for number in range(steps.steps + 1)]
    bars = [_bar(start, column, most) for start, column in zip(starts, columns, strict=False)]
    ends = (starts[0], starts[steps.steps // 2], starts[-1])
    first, middle, last = (shown_time(at).removesuffix(".000000") for at in ends)
    return Plot(tuple(bars), most, shown_length(steps.step), (first, middle, last))


def _bar(start: int, column: Sequence[int], most: int) -> Bar:
    blocks, top = [], float(HEIGHT)
    for severity, drops in zip(SEVERITIES, column, strict=True):
        height = round(HEIGHT * drops / most, 2)
        top = round(top - height, 2)
        if drops:
            blocks.append(Block(severity, top, height))
    return Bar(f"{shown_time(start).removesuffix('.000000')}: {words.of(sum(column), 'drop')}", tuple(blocks))


def spark(row: Row) -> tuple[tuple[int, float], ...]:
    """Return a row's drops over time: step and height of each bar, none where the times do not tell."""
    most = max(row.times, default=0)
    return tuple((step, round(HEIGHT * drops / most, 2)) for step, drops in enumerate(row.times) if drops)
