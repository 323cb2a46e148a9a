# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says what a reason that a tool printed means on the machine that printed it."""

from collections.abc import Mapping
from typing import NamedTuple

from dropreasons.decode.caveats import DROP_MONITOR, caveats, names_shifted
from dropreasons.decode.event import Reading
from dropreasons.decode.machine import UNKNOWN, Machine
from dropreasons.decode.narrow import Kernels, Possible, kernels_of, possible, shown
from dropreasons.decode.tool_tables import TOOL_TABLES, tool_names, tool_value
from dropreasons.enums import SUBSYSTEM_SHIFT
from dropreasons.lookup import Registry
from dropreasons.numbers import on_kernel
from dropreasons.resolve import Resolution


class Decoded(NamedTuple):
    """What a reading means.

    `name` is the kernel's name of the reason, None where several are possible (`candidates`) or none is known;
    `entry` the registry's, which may be a newer one.  `confidence` is as in `resolve.CONFIDENCES`, or `name` for a
    name that was taken as it stands.  `corrected_from` is the name a tool printed from a table of another kernel.
    """

    reading: Reading
    name: str | None = None
    confidence: str = "unknown"
    value: int | None = None
    entry: str | None = None
    summary: str | None = None
    reason_class: str | None = None
    severity: str | None = None
    candidates: tuple[Possible, ...] = ()
    notes: tuple[str, ...] = ()
    corrected_from: str | None = None

    def noting(self, *notes: str) -> "Decoded":
        """Return it with further notes."""
        return self._replace(notes=(*self.notes, *notes))


def decode(registry: Registry, reading: Reading, machine: Machine = UNKNOWN, format_name: str = "") -> Decoded:
    """Return what a reading means on a machine.

    Args:
        registry: the registry.
        reading: the reason, as a tool spelled it.
        machine: where it comes from.
        format_name: the format it was printed in; some make names in ways of their own.
    """
    if reading.foreign:
        return Decoded(reading, notes=(f"a reason of {reading.foreign}, not of the kernel",))
    if reading.tool:
        decoded = _of_tool(registry, reading, machine, reading.tool)
    elif reading.name is not None:
        decoded = _of_name(registry, reading, machine, reading.name, format_name)
    else:
        decoded = _of_number(registry, reading, machine)
    return decoded.noting(*caveats(decoded.name, format_name, machine.release))


def _of_tool(registry: Registry, reading: Reading, machine: Machine, tool: str) -> Decoded:
    """Decode what a tool with a table of its own printed: the number counts, the name beside it is checked."""
    table = TOOL_TABLES.get(tool)
    if table is None and reading.value is None:
        note = f"the name is {tool}'s own, from a table that is not known here"
        return _of_name(registry, reading, machine, reading.name or "", "").noting(note)
    value = reading.value
    if value is None and reading.name is not None:
        value = tool_value(registry, tool, reading.name)
        if value is None:
            return Decoded(reading, notes=(f"{tool}'s own table has no {reading.name}",))
    decoded = _of_number(registry, reading._replace(value=value), machine)._replace(reading=reading)
    if table is None or value is None or reading.name not in tool_names(registry, tool).values():
        return decoded
    if decoded.name is not None and _entry(registry, reading.name) == decoded.entry:
        return decoded
    decoded = decoded.noting(f"{tool} prints {reading.name} for {shown(value)}: its table is {table.described}")
    return decoded._replace(corrected_from=reading.name if decoded.name else None)


def _of_name(registry: Registry, reading: Reading, machine: Machine, name: str, format_name: str) -> Decoded:
    """Decode a name that the kernel's own table gave."""
    if reading.cut:
        return _of_cut_name(registry, reading, machine, name)
    if reading.subsystem == "qdisc" and registry.spelled(f"QDISC_DROP_{name}"):
        name = f"QDISC_DROP_{name}"
    shifted = format_name in DROP_MONITOR and name.startswith("OVS_DROP_") and names_shifted(machine.release)
    before = _before(registry, machine, name) if shifted else None
    if before is not None:
        note = f"drop_monitor of this kernel prints the next name for every Open vSwitch reason, here {name}"
        return _named(registry, reading, before, "name")._replace(corrected_from=name).noting(note)
    decoded = _named(registry, reading, name, "name")._replace(value=reading.value)
    if decoded.entry is None:
        decoded = decoded.noting(f"{name} is not in this registry")
    if reading.value is None:
        return decoded
    by_number = _of_number(registry, reading, machine)
    if by_number.name is not None and by_number.entry != decoded.entry:
        return decoded.noting(
            f"the number beside it, {shown(reading.value)}, is {by_number.name} on {machine.described}"
        )
    return decoded


def _before(registry: Registry, machine: Machine, name: str) -> str | None:
    """Return the Open vSwitch reason that stands before another in the kernel's list."""
    row = registry.database.execute(
        "select before.name from value as named join value as before using (table_id, subsystem)"
        " where named.table_id = ? and named.name = ? and before.value = named.value - 1 and before.in_subsystem = 1",
        (next(iter(machine.tables(registry)), None), name),
    ).fetchone()
    return row[0] if row else None


def _of_cut_name(registry: Registry, reading: Reading, machine: Machine, end: str) -> Decoded:
    """Decode the end of a name, by the names that end so: those of the kernel where it is known."""
    if reading.value is not None or reading.number is not None:
        return _of_number(registry, reading, machine)
    found = _ending(registry, machine, end)
    note = f"the beginning of the name is cut off: …{end}"
    if len(found) == 1:
        return _named(registry, reading, found[0], "name").noting(note)
    nowhere = Kernels((), ())
    return Decoded(
        reading,
        confidence="candidates" if found else "unknown",
        candidates=tuple(Possible(name, nowhere) for name in found),
        notes=(note,),
    )


def _ending(registry: Registry, machine: Machine, end: str) -> list[str]:
    """Return the names whose C symbols end so."""
    if machine.own:
        names = [(name, f"SKB_DROP_REASON_{name}") for name in machine.own.names.values()]
    else:
        tables = set(machine.tables(registry))
        rows = registry.database.execute("select distinct name, symbol, table_id from value where in_subsystem = 1")
        names = [(name, symbol) for name, symbol, table in rows if table in tables]
    return sorted({name for name, symbol in names if symbol.endswith(end) or name.endswith(end)})


def _of_number(registry: Registry, reading: Reading, machine: Machine) -> Decoded:
    """Decode a value, or a number within a sub-system."""
    values = _values(registry, reading, machine)
    distinct = set(values.values())
    if not distinct and reading.value is None:
        if reading.number is None:
            return Decoded(reading, notes=("the tool had no name for it, and did not keep the number",))
        return Decoded(reading, notes=(f"{machine.described} has no sub-system {reading.subsystem}",))
    value = reading.value if reading.value is not None else distinct.pop() if len(distinct) == 1 else None
    if value is not None and machine.own and (named := machine.own.names.get(value)):
        return _named(registry, reading, named, "exact")._replace(value=value)
    if value is not None and machine.own and _belongs_in(machine, value):
        return Decoded(reading, value=value, notes=(f"{shown(value)} is not in {machine.described}",))
    if value is not None and machine.resolution:
        return _on_kernel(registry, reading, machine, value)
    return _chosen(registry, reading, value, possible(registry, values))


def _belongs_in(machine: Machine, value: int) -> bool:
    """Tell whether a machine's own table would have a value if its kernel had."""
    own = machine.own
    return own is not None and (not value >> SUBSYSTEM_SHIFT or (own.complete and machine.resolution is None))


def _values(registry: Registry, reading: Reading, machine: Machine) -> Mapping[str, int]:
    """Return the value of a reading by the table it would be looked up in."""
    tables = machine.tables(registry)
    if reading.value is not None:
        return dict.fromkeys(tables, reading.value)
    if reading.number is None:
        return {}
    if machine.own:
        ids = {name: number for number, name in machine.own.subsystems.items()}
        if reading.subsystem in ids:
            return dict.fromkeys(tables, ids[reading.subsystem] << SUBSYSTEM_SHIFT | reading.number)
    rows = registry.database.execute("select table_id, id from subsystem where subsystem = ?", (reading.subsystem,))
    return {table: number << SUBSYSTEM_SHIFT | reading.number for table, number in rows if table in tables}


def _on_kernel(registry: Registry, reading: Reading, machine: Machine, value: int) -> Decoded:
    """Decode a value by the registry's tables of a release."""
    assert machine.resolution
    release = machine.resolution.release
    answer = on_kernel(registry, value, release.text)
    notes = tuple(note for note in answer["notes"] if note not in machine.notes)
    meanings = answer["meanings"]
    notes += tuple(f"{row['name']}: {row['why']}" for row in meanings if not row["sure"] and row["why"])
    if len(meanings) == 1:
        decoded = _named(registry, reading, meanings[0]["name"], answer["confidence"])
        return decoded._replace(value=value, notes=notes)
    candidates = tuple(Possible(row["name"], _where(registry, row["tables"], machine.resolution)) for row in meanings)
    return Decoded(reading, None, "candidates" if candidates else "unknown", value, candidates=candidates, notes=notes)


def _where(registry: Registry, tables: list[str], resolution: Resolution) -> Kernels:
    """Return the kernels of tables: those of the line that was asked for, where these were told apart."""
    release = resolution.release
    of_line = kernels_of(registry, tables, release.family, release.line)
    return of_line if any(of_line) else kernels_of(registry, tables)


def _chosen(registry: Registry, reading: Reading, value: int | None, candidates: tuple[Possible, ...]) -> Decoded:
    """Decode by what a number may mean on the kernels that are possible."""
    if len(candidates) == 1:
        return _named(registry, reading, candidates[0].name, "candidates")._replace(value=value)
    if not candidates:
        what = reading.text if value is None else shown(value)
        return Decoded(reading, value=value, notes=(f"no kernel in this registry that it can be of has {what}",))
    return Decoded(reading, None, "candidates", value, candidates=candidates)


def _entry(registry: Registry, name: str | None) -> str | None:
    spelled = registry.spelled(name) if name else None
    return spelled[0] if spelled else None


def _named(registry: Registry, reading: Reading, name: str, confidence: str) -> Decoded:
    """Return a reason by its name, with what the registry says of it."""
    entry = _entry(registry, name)
    row = registry.database.execute(
        "select summary, class, severity from reason where name = ?", (entry,)
    ).fetchone() or (None, None, None)
    return Decoded(reading, name, confidence, None, entry, *row)
