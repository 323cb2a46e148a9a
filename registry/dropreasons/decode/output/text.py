# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Shows a summary in a terminal: bars, a line over time, and below them what to look at first."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dropreasons.decode.advice import Advice, Look
from dropreasons.decode.output import words
from dropreasons.decode.output.printable import printable
from dropreasons.decode.rows import Row
from dropreasons.decode.summary import Summary
from dropreasons.decode.timeline import shown_length

_NARROWEST = 80
_WIDEST = 160
_INDENT = 18
_LABEL = 32
_SEVERITY = 13
_COLOURS = {"investigate": "31", "depends": "33", "unknown": "35", "benign": "32"}
_BOLD = "1"


class Terminal(NamedTuple):
    """What it can show."""

    columns: int = _NARROWEST
    colour: bool = False
    blocks: bool = True


def as_text(summary: Summary, terminal: Terminal, top: int = words.MOST_ROWS) -> str:
    """Return the page, with as many rows as asked for."""
    page = _Page(terminal)
    last = [words.foreign(summary), words.undecoded(summary.advice), words.normal(summary.advice)]
    parts = [page.head(summary), page.table(summary, top), page.advice(summary.advice), page.paragraphs(last)]
    return "\n".join(filter(None, parts))


class _Page:
    def __init__(self, terminal: Terminal) -> None:
        self._width = min(max(terminal.columns, _NARROWEST), _WIDEST)
        self._colour = terminal.colour
        self._levels = ".▁▂▃▄▅▆▇█" if terminal.blocks else ".:-=+*%#@"
        self._full = "█" if terminal.blocks else "#"

    def head(self, summary: Summary) -> str:
        """Say what was read, for which kernel, and how the drops spread over time."""
        text = self._paint(_BOLD, self.paragraphs([words.heading(summary)]))
        text += self.paragraphs([*words.kernels(summary), words.when(summary)])
        steps = summary.timeline
        if steps.steps > 1:
            times = [sum(counts) for counts in zip(*summary.times.values(), strict=True)]
            text += f"{self._spark(times)} {shown_length(steps.step)} each, up to {max(times):,}\n"
        return text

    def table(self, summary: Summary, top: int) -> str:
        """Return a few lines for each row."""
        if not summary.rows:
            return ""
        most = max(row.drops for row in summary.rows)
        text = f"{'drops':>9} {'share':>6}  {summary.by}\n"
        text += "".join(self._row(row, most) for row in summary.rows[:top])
        left = summary.rows[top:]
        if left:
            drops, share = sum(row.drops for row in left), words.percent(sum(row.share for row in left))
            text += f"{drops:>9,} {share:>6}  in {words.of(len(left), 'more row')}; --top shows more\n"
        return text

    def _row(self, row: Row, most: int) -> str:
        label = printable(row.label, self._width - _INDENT - _SEVERITY - 2)
        width = max(_LABEL, len(label))
        room = max(self._width - _INDENT - width - _SEVERITY - 2, 0)
        bar = self._full * max(round(row.drops / most * room), min(room, 1))
        severity = self._paint(_COLOURS[row.severity], f"{words.SEVERITY_WORDS[row.severity]:>{_SEVERITY}}")
        text = f"{row.drops:>9,} {words.percent(row.share):>6}  {self._paint(_BOLD, f'{label:<{width}}')}"
        text += f" {bar:<{room}} {severity}\n"
        return text + self.paragraphs([*words.explained(row), words.places(row)], _INDENT)

    def advice(self, advice: Advice) -> str:
        """Say what to look at first and why."""
        if not advice.first:
            return ""
        text = self._paint(_BOLD, "Look at first") + "\n"
        text += "".join(self._look(*look) for look in enumerate(advice.first[: words.MOST_LOOKS], 1))
        return text + self.paragraphs([words.then(advice)])

    def _look(self, number: int, look: Look) -> str:
        row = look.row
        head = f"{words.of(row.drops, 'drop')} ({words.percent(row.share)}), {words.SEVERITY_WORDS[row.severity]}"
        text = f"  {number}. {self._paint(_BOLD, row.label)}: {head}\n"
        text += self.paragraphs([row.meaning or ""], 5)
        if look.run:
            text += f"     $ {look.run}\n" + self.paragraphs([look.look or ""], 9)
        return text + self.paragraphs([look.remedy or "", f"More: dropreasons explain {row.entry}"], 5)

    def paragraphs(self, texts: Iterable[str], indent: int = 0) -> str:
        """Return texts, each wrapped, without the empty ones."""
        space = " " * indent
        wrapped = [
            textwrap.fill(text, self._width, initial_indent=space, subsequent_indent=space, break_on_hyphens=False)
            for text in texts
            if text
        ]
        return "".join(f"{text}\n" for text in wrapped)

    def _spark(self, times: Sequence[int]) -> str:
        """Return a character for each step of time: a dot for none, else the higher the more."""
        highest = len(self._levels) - 1
        return "".join(self._levels[-(-count * highest // max(times))] for count in times)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text
