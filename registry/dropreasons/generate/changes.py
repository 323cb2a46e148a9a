# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says what changed in the list of reasons from one upstream kernel to the next."""

from typing import NamedTuple

from dropreasons.generate.strips import UpstreamRow
from dropreasons.lookup import Registry

Row = tuple[str, int]
Lists = dict[str, tuple[str, int]]


class Change(NamedTuple):
    """What a kernel has that the one before it has not."""

    kernels: str
    before: str
    table: str
    added: list[Row]
    removed: list[Row]
    moved: list[tuple[str, int, int]]
    point_release: bool


def changes(registry: Registry, rows: list[UpstreamRow]) -> list[Change]:
    """Return the changes of each upstream row against the one before it, newest first.

    A row of a stable line is compared with the row before it of that line, the first of a line with the first of the
    line before it: what a point release brought back is no difference between two lines.
    """
    found = []
    previous: UpstreamRow | None = None
    first: UpstreamRow | None = None
    for row in rows:
        opens = first is None or row.line != first.line
        before = first if opens else previous
        if before is not None and before.table and row.table and before.table != row.table:
            found.append(_change(registry, before, row, point_release=not opens))
        if opens:
            first = row
        previous = row
    return found[::-1]


def _change(registry: Registry, before: UpstreamRow, row: UpstreamRow, *, point_release: bool) -> Change:
    old, new = _values(registry, str(before.table)), _values(registry, str(row.table))
    # A sub-system whose list one of the two sources did not show cannot be compared.
    shared = {subsystem for subsystem, _ in old.values()} & {subsystem for subsystem, _ in new.values()}
    added = [(name, value) for name, (subsystem, value) in new.items() if name not in old and subsystem in shared]
    removed = [(name, value) for name, (subsystem, value) in old.items() if name not in new and subsystem in shared]
    moved = [(name, old[name][1], value) for name, (_, value) in new.items() if name in old and old[name][1] != value]
    return Change(row.kernels, before.kernels, str(row.table), added, removed, moved, point_release)


def _values(registry: Registry, table: str) -> Lists:
    """Return sub-system and number of every name of a table, by number."""
    rows = registry.database.execute(
        "select name, subsystem, value from value where table_id = ? and in_subsystem = 1 order by value", (table,)
    )
    return {name: (subsystem, value) for name, subsystem, value in rows}
