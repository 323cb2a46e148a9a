# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says what a number means: on one kernel, on the running one, or on every kernel there has been."""

from collections.abc import Iterable
from typing import Any

from dropreasons.lookup import LARGEST_VALUE, Meaning, Registry
from dropreasons.ranges import Stretch, merged
from dropreasons.resolve import Resolution, resolve
from dropreasons.running import RunningTable

SCHEMA_VERSION = "1.0"
_LONGEST_SHOWN = 24


class NotAValue(ValueError):
    """A text that is no 32-bit value."""


def parse_value(text: str) -> int:
    """Return the value of a decimal or 0x number.

    Raises:
        NotAValue: it is no number, or does not fit 32 bits.
    """
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}... ({len(text)} characters)"
    hexadecimal = text[:2].lower() == "0x"
    digits = text[2:] if hexadecimal else text
    allowed = "0123456789abcdefABCDEF" if hexadecimal else "0123456789"
    if not digits or any(c not in allowed for c in digits):
        raise NotAValue(f"{shown!r} is not a number; write 77 or 0x4d")
    # Leading zeros are read as decimal: no tool prints octal.
    value = int(digits, 16 if hexadecimal else 10) if len(digits.lstrip("0")) <= len(str(LARGEST_VALUE)) else -1
    if not 0 <= value <= LARGEST_VALUE:
        raise NotAValue(f"{shown!r} does not fit 32 bits; the largest value is 0xffffffff")
    return value


def on_kernel(registry: Registry, value: int, kernel: str) -> dict[str, Any]:
    """Return what a value means on a kernel, with how sure that is.

    Raises:
        NotARelease: `kernel` is no kernel release string.
    """
    resolution = resolve(registry.database, kernel)
    meanings: list[Meaning] = []
    without = []
    for candidate in resolution.candidates:
        if candidate.table is None:
            without.append(candidate)
            continue
        meanings += registry.meaning(value, candidate.table, candidate.shows)
    notes = list(resolution.notes)
    if without:
        whole = len(without) == len(resolution.candidates)
        notes.append(f"{kernel} gives no drop reasons at all" if whole else f"some kernels of {kernel} give no reasons")
    elif not meanings and resolution.candidates:
        notes += _silent(registry, value, resolution)
    return {
        "schema_version": SCHEMA_VERSION,
        "kernel": kernel,
        "family": resolution.release.family,
        "confidence": resolution.confidence,
        "tables": [c.table for c in resolution.candidates if c.table],
        "evidence": [c.evidence for c in resolution.candidates],
        "has_reasons": None if not resolution.candidates else len(without) < len(resolution.candidates),
        **_value(value),
        "meanings": _grouped(registry, meanings),
        "notes": notes,
    }


def on_running_kernel(registry: Registry, value: int, table: RunningTable) -> dict[str, Any]:
    """Return what a value means by the running kernel's own table."""
    name = table.names.get(value)
    notes = [f"read from {table.source} of this machine"]
    if name is None:
        why = (
            "is not in this kernel's own list"
            if table.complete or not value >> 16
            else "is of a sub-system, and only the core list could be read"
        )
        notes.append(f"{value:#x} {why}")
    found = [] if name is None else [Meaning(name, "core" if not value >> 16 else "", table.source, True, "")]
    return {
        "schema_version": SCHEMA_VERSION,
        "kernel": table.release,
        "family": "running",
        "confidence": "exact",
        "tables": [],
        "evidence": [table.source],
        "has_reasons": True,
        **_value(value),
        "meanings": _grouped(registry, found),
        "notes": notes,
    }


def everywhere(registry: Registry, value: int) -> dict[str, Any]:
    """Return every meaning a value has had, by ranges of kernels, the newest upstream meaning first."""
    upstream = registry.database.execute(
        "select line, first, last, name from span left join value on value.table_id = span.table_id and value = ?"
        " and in_subsystem = 1 where family = 'upstream' order by span.position",
        (value,),
    ).fetchall()
    ranges = merged([Stretch(line, first, last) for line, first, last, _ in upstream], [row[3] for row in upstream])
    elsewhere = registry.database.execute(
        "select name, family, line from span join value using (table_id) where value = ? and in_subsystem = 1"
        " and family not in ('upstream', 'local') group by name, family, line order by family, span.position desc",
        (value,),
    ).fetchall()
    meanings = []
    for name in dict.fromkeys([r.said for r in ranges] + [row[0] for row in elsewhere]):
        distributions: dict[str, list[str]] = {}
        for _, family, line in (row for row in elsewhere if row[0] == name):
            distributions.setdefault(family, []).append(line)
        kernels = [str(r) for r in ranges if r.said == name]
        meanings.append({**_named(registry, name), "upstream": kernels, "distributions": distributions})
    return {"schema_version": SCHEMA_VERSION, **_value(value), "meanings": meanings}


def _value(value: int) -> dict[str, Any]:
    return {"value": value, "value_hex": f"{value:#x}"}


def _silent(registry: Registry, value: int, resolution: Resolution) -> Iterable[str]:
    """Say why a kernel's table has no meaning for a value."""
    tables = [c.table for c in resolution.candidates if c.table]
    subsystems = {registry.subsystem_of(value, table) for table in tables}
    if value >> 16 and None not in subsystems:
        named = ", ".join(sorted(filter(None, subsystems)))
        yield f"{value:#x} is of the sub-system {named}; this kernel's list of it was not read, or does not hold it"
    elif value >> 16:
        yield f"no sub-system of this kernel is known to have the id {value >> 16}"
    else:
        yield f"{value} is not in the list of this kernel"


def _named(registry: Registry, name: str) -> dict[str, Any]:
    """Return a name with the entry it leads to (a name of an old kernel may be an alias today)."""
    spelled = registry.spelled(name)
    entry = spelled[0] if spelled else None
    row = registry.database.execute(
        "select summary, class, severity, overlay from reason where name = ?", (entry,)
    ).fetchone() or (None, None, None, None)
    return {
        "name": name,
        "entry": entry,
        "summary": row[0],
        "class": row[1],
        "severity": row[2],
        "overlay": row[3],
    }


def _grouped(registry: Registry, meanings: Iterable[Meaning]) -> list[dict[str, Any]]:
    """Join the meanings that several tables share."""
    grouped: dict[str, dict[str, Any]] = {}
    for meaning in meanings:
        row = grouped.setdefault(
            meaning.name,
            {**_named(registry, meaning.name), "sure": meaning.sure, "why": meaning.why, "tables": []},
        )
        row["tables"].append(meaning.table)
        row["sure"] = row["sure"] and meaning.sure
    return list(grouped.values())
