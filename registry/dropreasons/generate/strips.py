# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Draws, as strips of HTML, what a name or a number is on one kernel after the other."""

from collections.abc import Hashable, Iterable, Sequence
from html import escape
from typing import NamedTuple
from zlib import crc32

from dropreasons.lookup import Registry


class Cell(NamedTuple):
    """Neighbouring upstream kernels of which the same is said; `said` is empty where there is nothing."""

    kernels: str
    said: str
    width: int


class UpstreamRow(NamedTuple):
    """One row of upstream kernels and its table."""

    line: str
    kernels: str
    table: str | None


def upstream_rows(registry: Registry) -> list[UpstreamRow]:
    """Return the rows of upstream kernels that give reasons at all, oldest first, those with one table joined."""
    rows: list[UpstreamRow] = []
    for span in registry.spans():
        if span["family"] != "upstream" or span["table"] is None:
            continue
        if rows and rows[-1].line == span["line"] and rows[-1].table == span["table"]:
            continue
        rows.append(UpstreamRow(span["line"], span["first"], span["table"]))
    return rows


def names_strip(registry: Registry, rows: Sequence[UpstreamRow], name: str) -> str:
    """Return the strip of the numbers that a name has had."""
    values = dict(
        registry.database.execute("select table_id, value from value where name = ? and in_subsystem = 1", (name,))
    )
    said = [values.get(row.table) for row in rows]
    return _strip(rows, ["" if v is None else str(v) if v < 1 << 16 else f"{v:#x}" for v in said])


def numbers_strip(registry: Registry, rows: Sequence[UpstreamRow], value: int) -> str:
    """Return the strip of the names that a number has had."""
    names = dict(
        registry.database.execute("select table_id, name from value where value = ? and in_subsystem = 1", (value,))
    )
    return _strip(rows, [names.get(row.table, "") for row in rows])


def _strip(rows: Sequence[UpstreamRow], said: Sequence[str]) -> str:
    """Return an ordered list whose items a style sheet lays side by side; empty where nothing is ever said."""
    if not any(said):
        return ""
    items = "".join(_item(cell) for cell in _cells(rows, said))
    return f'<ol class="dr-strip" aria-label="From the oldest kernel to the newest">{items}</ol>'


def _cells(rows: Sequence[UpstreamRow], said: Sequence[str]) -> Iterable[Cell]:
    """Yield neighbouring rows of which the same is said."""
    start = 0
    for index in range(1, len(rows) + 1):
        if index < len(rows) and said[index] == said[start]:
            continue
        last = rows[index - 1].line if index < len(rows) else "now"
        kernels = rows[start].kernels if rows[start].line == last else f"{rows[start].kernels} to {last}"
        yield Cell(kernels, said[start], index - start)
        start = index


def _item(cell: Cell) -> str:
    style = f"--width:{cell.width};--hue:{_hue(cell.said)}"
    shown = f"<b>{escape(cell.said)}</b>" if cell.said else '<b aria-label="not there">-</b>'
    return f'<li{"" if cell.said else " class=dr-none"} style="{style}">{shown}<span>{escape(cell.kernels)}</span></li>'


def _hue(said: Hashable) -> int:
    """Return a colour that stays the same for the same text."""
    return crc32(str(said).encode()) % 360
