# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Builds the index from which the site's scripts look up names and numbers in the browser."""

import json
from typing import Any

from dropreasons.lookup import Registry
from dropreasons.numbers import SCHEMA_VERSION
from dropreasons.resolve import FAMILY_NAMES

_SYMBOL_PREFIX = "SKB_DROP_REASON_"


def look_up_index(registry: Registry) -> dict[str, Any]:
    """Return all that docs/javascripts needs to answer as `resolve` and `numbers` do, ready for JSON.

    `release` and `schema_version` say which registry this is, and the shape of the answers made from it.
    `families` gives the names of distributions as sentences use them.
    `reasons` has a row [name, sub-system, class, severity, summary, overlay] for each entry.
    `spellings` leads from `symbol` and `alias`, in upper case, to a place in `reasons`.  Names themselves are left
    out, and so are symbols that are SKB_DROP_REASON_ and the name of a reason of the core; null stands for such
    a symbol that no kernel has.
    `names` has a row [name, place in `reasons` or null] for each name in a table.
    `tables` has for each table its `subsystems` (id to name, null where they were not read), its `lists` (for each
    sub-system, runs [first value, [place in `names`, ...]] of values that follow one another), and `inferred` (why
    a list that was not read is thought to be so).
    `alike` names the fuller tables that agree with all that a table shows.
    `spans` has, in their order, rows [family, line, flavour, first, last, table, evidence, points, shows, release,
    source].
    """
    reasons = _rows(registry, "select name, subsystem, class, severity, summary, overlay from reason order by position")
    places = {str(row[0]): place for place, row in enumerate(reasons)}
    names = [name for (name,) in _rows(registry, "select distinct name from value where in_subsystem = 1 order by 1")]
    return {
        "release": registry.meta()["release"],
        "schema_version": SCHEMA_VERSION,
        "families": FAMILY_NAMES,
        "reasons": reasons,
        "spellings": _spellings(registry, reasons, places),
        "names": [[name, _entry(registry, name, places)] for name in names],
        "tables": _tables(registry, {name: place for place, name in enumerate(names)}),
        "alike": _alike(registry),
        "spans": _spans(registry),
    }


def _rows(registry: Registry, query: str) -> list[list[Any]]:
    """Return the rows of a query as lists, which JSON has."""
    return [list(row) for row in registry.database.execute(query)]


def _entry(registry: Registry, name: str, places: dict[str, int]) -> int | None:
    """Return the place of the entry that a name of a table leads to."""
    spelled = registry.spelled(name)
    return places[spelled[0]] if spelled else None


def _spellings(
    registry: Registry, reasons: list[list[Any]], places: dict[str, int]
) -> dict[str, dict[str, int | None]]:
    """Return the spellings that neither are a name nor follow from one."""
    regular = {f"{_SYMBOL_PREFIX}{row[0]}": place for place, row in enumerate(reasons) if row[1] == "core"}
    found: dict[str, dict[str, int | None]] = {"symbol": {}, "alias": {}}
    spellings = _rows(registry, "select spelling, name, kind from spelling where kind != 'name' order by spelling")
    for spelling, name, kind in spellings:
        if kind != "symbol" or regular.get(spelling) != places[name]:
            found[kind][spelling] = places[name]
    known = {spelling for spelling, _, _ in spellings}
    found["symbol"] |= dict.fromkeys(sorted(regular.keys() - known))
    return found


def _tables(registry: Registry, places: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Return every table by its id, with its values as runs."""
    tables: dict[str, dict[str, Any]] = {}
    for table, subsystems in _rows(registry, "select id, subsystems from kernel_table order by id"):
        known = None if subsystems is None else json.loads(subsystems) or {"0": "core"}
        tables[table] = {"subsystems": known, "lists": {}, "inferred": {}}
    values = _rows(
        registry,
        "select table_id, subsystem, value, name, inferred from value where in_subsystem = 1 order by table_id, value",
    )
    for table, subsystem, value, name, inferred in values:
        runs = tables[table]["lists"].setdefault(subsystem, [])
        if not runs or value != runs[-1][0] + len(runs[-1][1]):
            runs.append([value, []])
        runs[-1][1].append(places[name])
        if inferred:
            tables[table]["inferred"][subsystem] = inferred
    return tables


def _alike(registry: Registry) -> dict[str, list[str]]:
    """Return for each table the fuller ones that agree with it."""
    alike: dict[str, list[str]] = {}
    for table, other in _rows(registry, "select table_id, alike_id from alike order by table_id, alike_id"):
        alike.setdefault(table, []).append(other)
    return alike


def _spans(registry: Registry) -> list[list[Any]]:
    """Return what is needed of every span of kernels, in order."""
    rows = _rows(
        registry,
        "select family, line, flavour, first, last, table_id, evidence, points, shows, release, source from span"
        " order by position",
    )
    for row in rows:
        row[7], row[8] = json.loads(row[7]), json.loads(row[8]) if row[8] else None
    return rows
