# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds the distinct tables among many readings, so that kernels with one table share its file."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from dropreasons.model.table import Inferred, Read, Table

_KINDS = ("mainline", "stable", "distro")


class Reading(NamedTuple):
    """What one source showed of one kernel."""

    read: Read
    subsystems: dict[int, str] | None
    lists: dict[str, dict[str, int]]
    inferred: dict[str, Inferred]


def distinct_tables(readings: Sequence[Reading]) -> tuple[list[Table], dict[str, str]]:
    """Group readings into distinct tables.

    Readings that show the same are one table.  A reading that shows less (a headers package has no net/ folder)
    joins the one fuller table that agrees with all it shows; where several agree it stays a table of its own.

    Returns:
        The tables, and the table of each reading by the reading's name.
    """
    groups: list[list[Reading]] = []
    for reading in sorted(readings, key=_fullest_first):
        fitting = [group for group in groups if _fits(reading, group[0])]
        same = [group for group in fitting if _same(reading, group[0])]
        agreed = same or [group for group in fitting if _agrees_with_inference(reading, group[0])]
        if len(agreed) == 1:
            agreed[0].append(reading)
        else:
            groups.append([reading])
    tables = [_table(group) for group in groups]
    return tables, {read.name: table.table for table in tables for read in table.reads}


def _fullest_first(reading: Reading) -> tuple[int, int, object]:
    return (-len(reading.lists), reading.subsystems is None, _age(reading))


def _fits(reading: Reading, fuller: Reading) -> bool:
    """Tell whether a reading contradicts nothing of a table."""
    return reading.subsystems in (None, fuller.subsystems) and all(
        fuller.lists.get(subsystem) == values for subsystem, values in reading.lists.items()
    )


def _same(reading: Reading, other: Reading) -> bool:
    """Tell whether two readings show exactly the same."""
    return reading.subsystems == other.subsystems and reading.lists == other.lists


def _agrees_with_inference(reading: Reading, fuller: Reading) -> bool:
    """Tell whether what was inferred for a reading is what a fuller table holds."""
    return all(fuller.lists.get(subsystem) == guess.values for subsystem, guess in reading.inferred.items())


def _age(reading: Reading) -> tuple[int, tuple[int, ...], str]:
    """Order readings: mainline before stable before distributions, then by version."""
    kind = _KINDS.index(reading.read.kind) if reading.read.kind in _KINDS else len(_KINDS)
    return kind, tuple(int(n) for n in re.findall(r"\d{1,6}", reading.read.name)), reading.read.name


def _table(group: list[Reading]) -> Table:
    """Make one table of the readings that share it, named for the oldest of them."""
    fullest, group = group[0], sorted(group, key=_age)
    inferred: dict[str, Inferred] = {}
    for reading in group:
        inferred |= {s: guess for s, guess in reading.inferred.items() if s not in fullest.lists}
    return Table(
        table=group[0].read.name,
        subsystems=fullest.subsystems,
        lists=fullest.lists,
        inferred=inferred,
        reads=tuple(reading.read for reading in group),
    )
