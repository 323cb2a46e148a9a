# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds sub-systems and numbers of overlays that have a meaning already on a kernel they are for."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from dropreasons.findings import Finding, Location
from dropreasons.kernelrelease import NotARelease
from dropreasons.model.overlay import PrivateList
from dropreasons.overlays.names import TAKEN_NAME
from dropreasons.overlays.reading import Overlaid
from dropreasons.resolve import resolve
from dropreasons.source import Path_, read_source

TAKEN_NUMBER = "DR031"
NO_SUCH_KERNEL = "DR032"


class _Placed(NamedTuple):
    """A list, the overlay it is of, and its path there."""

    overlay: Overlaid
    path: tuple[str | int, ...]
    list: PrivateList

    def at(self, *below: str | int, key: bool = False) -> Location:
        """Return the place of a part of the list."""
        return self.overlay.source.locate((*self.path, *below), key=key)


def tables_with_subsystems(linux: sqlite3.Connection, kernel: str | None) -> list[str]:
    """Return the tables that a kernel may have, or all, without those of kernels that have no sub-systems.

    Raises:
        NotARelease: `kernel` is no kernel release string.
    """
    rows = linux.execute("select id from kernel_table where subsystems is not '{}' order by id").fetchall()
    able = [str(row[0]) for row in rows]
    if kernel is None:
        return able
    possible = [candidate.table for candidate in resolve(linux, kernel).candidates]
    return [table for table in able if table in possible]


def taken_numbers(overlays: Sequence[Overlaid], linux: sqlite3.Connection, root: Path) -> Iterator[Finding]:
    """Yield each number that two names would have, and each kernel on which there is no place for one."""
    lists = [_Placed(overlay, path, each) for overlay in overlays for path, each in overlay.lists()]
    for each in lists:
        yield from _within(each)
        yield from _named_like_linux(each, linux, root)
        yield from _on_kernels(each, linux, root)
    for first, second in combinations(lists, 2):
        yield from _between(first, second)


def _within(placed: _Placed) -> Iterator[Finding]:
    """Yield the numbers that stand twice in one list."""
    names: dict[int, str] = {}
    for name, number in placed.list.numbers.items():
        if number in names:
            there = placed.at("numbers", names[number])
            message = f"the number {number} of {name} is taken: {names[number]} has it at {there}"
            yield Finding(TAKEN_NUMBER, "error", message, placed.at("numbers", name))
        names.setdefault(number, name)


def _between(first: _Placed, second: _Placed) -> Iterator[Finding]:
    """Yield what two lists cannot both have on a kernel that both are for: an id, or one name."""
    here, there = second.list, first.list
    if here.subsystem == there.subsystem and first.overlay is not second.overlay:
        message = f"the sub-system {here.subsystem} is taken: it stands at {first.at('subsystem')}"
        yield Finding(TAKEN_NAME, "error", message, second.at("subsystem"))
    if here.kernels is not None and there.kernels is not None and not set(here.kernels) & set(there.kernels):
        return
    if here.id == there.id:
        message = f"the sub-system id {here.id} is taken: {there.subsystem} has it at {first.at('id')}"
        yield Finding(TAKEN_NUMBER, "error", message, second.at("id"))
    for name in here.numbers:
        if name in there.numbers:
            message = f"{name} has two numbers on one kernel; the other is at {first.at('numbers', name)}"
            yield Finding(TAKEN_NUMBER, "error", message, second.at("numbers", name))


def _named_like_linux(placed: _Placed, linux: sqlite3.Connection, root: Path) -> Iterator[Finding]:
    """Yield a finding if Linux has a sub-system of the list's name, whatever its id."""
    query = "select table_id, id from subsystem where subsystem = ? order by table_id"
    taken = linux.execute(query, (placed.list.subsystem,)).fetchone()
    if taken:
        place = _in_kernels(root, taken[0], ("subsystems", taken[1]))
        message = f"the sub-system {placed.list.subsystem} is taken: it stands at {place}"
        yield Finding(TAKEN_NAME, "error", message, placed.at("subsystem"))


def _on_kernels(placed: _Placed, linux: sqlite3.Connection, root: Path) -> Iterator[Finding]:
    """Yield what Linux has already on the kernels of a list, and the kernels that cannot have it."""
    kernels = placed.list.kernels
    for index, kernel in enumerate(kernels or (None,)):
        try:
            tables = tables_with_subsystems(linux, kernel)
        except NotARelease as error:
            yield Finding(NO_SUCH_KERNEL, "error", str(error), placed.at("kernels", index))
            continue
        if not tables:
            message = f"no table with sub-systems is known for {kernel}, so nothing tells what else it has"
            yield Finding(NO_SUCH_KERNEL, "error", message, placed.at("kernels", index))
        taken = linux.execute(
            f"select subsystem, table_id from subsystem where id = ? and table_id in ({','.join('?' * len(tables))})"  # noqa: S608  question marks only
            " order by table_id",
            (placed.list.id, *tables),
        ).fetchone()
        if taken:
            place = _in_kernels(root, taken[1], ("subsystems", placed.list.id))
            message = f"the sub-system id {placed.list.id} is taken: {taken[0]} has it at {place}"
            yield Finding(TAKEN_NUMBER, "error", message, placed.at("id"))


def _in_kernels(root: Path, table: str, path: Path_) -> Location:
    """Return the place in a table of kernels/; without the repository, its file."""
    name = f"kernels/tables/{table}.yaml"
    return read_source(root / name, name).locate(path) if (root / name).is_file() else Location(name)
