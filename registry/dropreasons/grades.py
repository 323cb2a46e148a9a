# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Grades what is known of a reason: what each part of its entry rests on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dropreasons.derive import Appearance
from dropreasons.enums import CORE_PREFIX
from dropreasons.evidence import age, seen_in, trees_read
from dropreasons.model.evidence import Evidence, SeenCaller
from dropreasons.model.reason import Reason
from dropreasons.model.table import Table

#: Each part of an entry that is graded, with the grades that count as known.
KNOWN: Mapping[str, frozenset[str]] = {
    "numbers": frozenset({"read"}),
    "callers": frozenset({"found", "none"}),
    "meaning": frozenset({"read", "unused"}),
    "counters": frozenset({"named"}),
    "reproduced": frozenset({"reproduced"}),
}


def grades(entry: Reason, life: Appearance | None, tables: Mapping[str, Table], evidence: Evidence) -> dict[str, Any]:
    """Return the grade of each part of an entry, with what it rests on.

    - numbers: `read` from kernels, `inferred` where no list with the name was read, `none` for a proposed name.
    - callers: `found` in the source trees named, or `none` in any tree read.
    - meaning: `read` from the functions that raise the reason, `unused` where nothing raises it, else `unread`.
    - counters: `named` with the function that bumps each, or `none`.
    - reproduced: `reproduced` by experiment on the kernels named, or `not yet`.
    """
    found = _trees_with_callers(entry, life, evidence)
    functions = {(caller.function, caller.file) for caller in entry.callers}
    return {
        "numbers": _numbers(life, tables),
        "callers": {"grade": "found" if found else "none", "kernels": found, "trees": len(trees_read(evidence))},
        "meaning": {
            "grade": "read" if functions else "unread" if found else "unused",
            "functions": len(functions),
            "kernels": _in_order(kernel for caller in entry.callers for kernel in caller.read_in),
        },
        "counters": {"grade": "named" if entry.counters else "none", "counters": len(entry.counters)},
        "reproduced": {
            "grade": "reproduced" if entry.reproduced else "not yet",
            "kernels": _in_order(row.kernel for row in entry.reproduced),
        },
    }


def _numbers(life: Appearance | None, tables: Mapping[str, Table]) -> dict[str, Any]:
    """Grade the numbers of a name by the tables that hold it."""
    with_name = [tables[table] for table in life.values] if life else []
    read = (
        [table for table in with_name if any(life.symbol in values for values in table.lists.values())] if life else []
    )
    grade = "read" if read else "inferred" if with_name else "none"
    return {"grade": grade, "tables": len(with_name), "readings": sum(len(table.reads) for table in read)}


def rows_raising(entry: Reason, life: Appearance, evidence: Evidence) -> list[SeenCaller]:
    """Return every caller that was found raising a reason, under this name or another it has had."""
    symbols = {life.symbol, *(f"{CORE_PREFIX}{alias.name}" for alias in entry.aliases)}
    return [row for symbol in sorted(symbols) for row in evidence.callers.get(symbol, ())]


def _trees_with_callers(entry: Reason, life: Appearance | None, evidence: Evidence) -> list[str]:
    """Return the trees in which some function was found raising the reason."""
    if life is None:
        return []
    trees = trees_read(evidence)
    return _in_order(kernel for row in rows_raising(entry, life, evidence) for kernel in seen_in(row.kernels, trees))


def _in_order(kernels: Iterable[str]) -> list[str]:
    return sorted(set(kernels), key=age)


def known_in(documents: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return of how many reasons, given as published, each part is known."""
    return {
        part: sum(document["evidence"][part]["grade"] in known for document in documents)
        for part, known in KNOWN.items()
    }
