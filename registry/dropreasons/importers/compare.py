# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Compares a table with those that are known: which it equals, or which are nearest and how they differ."""

from typing import Any, NamedTuple

from dropreasons.enums import is_marker, reason_name
from dropreasons.model.table import Table
from dropreasons.tables import Kernels

_MOST = 3
_MOST_NAMES = 6


class Match(NamedTuple):
    """A known table, and what the compared one has otherwise: only lists that both show count."""

    table: str
    kernels: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[str, ...]
    compared: tuple[str, ...]

    @property
    def differences(self) -> int:
        """How many names differ."""
        return len(self.added) + len(self.removed) + len(self.moved)

    def as_text(self) -> str:
        """Return a line for people."""
        lists = ", ".join(self.compared)
        kernels = ", ".join(self.kernels[:_MOST_NAMES])
        if not self.differences:
            return f"equals {self.table} (in {lists}): read from {kernels}"
        parts = [
            f"{len(names)} {word} ({', '.join(names[:_MOST_NAMES])}{', ...' if len(names) > _MOST_NAMES else ''})"
            for word, names in (("added", self.added), ("removed", self.removed), ("moved", self.moved))
            if names
        ]
        return f"near {self.table} (in {lists}): {'; '.join(parts)}"

    def as_dict(self) -> dict[str, Any]:
        """Return the published form."""
        return {**self._asdict(), "differences": self.differences}


def compare(table: Table, known: Kernels) -> list[Match]:
    """Return the tables a table equals, else the nearest ones, nearest first."""
    matches = sorted(
        (_match(table, other) for other in known.tables.values()), key=lambda m: (m.differences, -len(m.compared))
    )
    equal = [match for match in matches if not match.differences]
    return equal or matches[:_MOST]


def _match(table: Table, other: Table) -> Match:
    compared = [name for name in table.lists if name in other.lists]
    ours = {s: v for name in compared for s, v in table.lists[name].items() if not is_marker(s)}
    theirs = {s: v for name in compared for s, v in other.lists[name].items() if not is_marker(s)}
    return Match(
        other.table,
        tuple(read.kernel for read in other.reads),
        tuple(reason_name(s) for s in ours if s not in theirs),
        tuple(reason_name(s) for s in theirs if s not in ours),
        tuple(reason_name(s) for s, v in ours.items() if theirs.get(s, v) != v),
        tuple(compared),
    )
