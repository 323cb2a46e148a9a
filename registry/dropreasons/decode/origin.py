# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Chooses the kernel an input is decoded for: as its user says, as it says itself, or as its numbers leave open."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dropreasons.decode.machine import UNKNOWN, Machine, of_release, of_table, told
from dropreasons.decode.narrow import Narrowed, kernels_of, narrow, tables_in_order
from dropreasons.decode.table_file import read_table
from dropreasons.decode.tally import Tally
from dropreasons.lookup import Registry

#: What the kernel was found by, in the order they are asked.
GIVEN, TABLE, INPUT, HERE, NARROWED, NOT_NEEDED, NOTHING = (
    "--kernel", "--table", "the input", "--here", "narrowed", "not needed", "nothing",
)  # fmt: skip


class Origin(NamedTuple):
    """The machine that an input comes from, what it was found by, and what must be said of that."""

    machine: Machine = UNKNOWN
    found_by: str = NOTHING
    notes: tuple[str, ...] = ()

    @property
    def described(self) -> str:
        """Say which kernel it is, and how that is known."""
        narrowed = self.machine.narrowed
        if self.found_by == NARROWED and narrowed:
            return f"one of {narrowed.kernels}, by the numbers and names seen"
        if self.found_by == NOT_NEEDED:
            return "not told, and not needed: every reason was printed by its name"
        if self.found_by == NOTHING:
            return "not known"
        how = "as the input says" if self.found_by == INPUT else f"by {self.found_by}"
        return f"{self.machine.described.removeprefix('kernel ')}, {how}"


class Asked(NamedTuple):
    """What the user says of the machine; `here` reads the running kernel, None where that is not asked for."""

    kernel: str | None = None
    table: Path | None = None
    here: Callable[[], Machine] | None = None


def origin_of(registry: Registry, tally: Tally, asked: Asked) -> Origin:
    """Return the machine of an input.

    Raises:
        ValueError: the release or the table that the user gave is none.
        OSError: the table cannot be read.
    """
    origin = given(registry, asked)
    if origin is None:
        origin = _told(registry, tally)
    elif other := [kernel for kernel in dict.fromkeys(tally.kernels) if kernel != asked.kernel]:
        origin = origin._replace(notes=(*origin.notes, f"the input itself names {' and '.join(other)}"))
    if origin is None and asked.here:
        machine = asked.here()
        origin = Origin(machine, HERE, machine.notes)
    if origin and (origin.machine.known or origin.machine.narrowed):
        return origin
    return _narrowed(registry, tally, origin)


def given(registry: Registry, asked: Asked) -> Origin | None:
    """Return the machine that the user names, None if none is named.

    Raises:
        ValueError: the release or the table that the user gave is none.
        OSError: the table cannot be read.
    """
    if asked.kernel is None and asked.table is None:
        return None
    machine = of_release(registry, asked.kernel) if asked.kernel is not None else UNKNOWN
    if asked.table is not None:
        machine = of_table(registry, read_table(asked.table), machine)
    return Origin(machine, GIVEN if asked.kernel is not None else TABLE, machine.notes)


def _told(registry: Registry, tally: Tally) -> Origin | None:
    """Return the machine that the input names; where it names several, nobody knows which line is whose."""
    kernels = list(dict.fromkeys(tally.kernels))
    if not kernels and not tally.names:
        return None
    if len(kernels) <= 1:
        machine = told(registry, next(iter(kernels), None), tally.names or None)
        return Origin(machine, INPUT, machine.notes)
    machines = [told(registry, kernel, None) for kernel in kernels]
    tables = tuple(dict.fromkeys(table for machine in machines for table in machine.tables(registry)))
    why = f"the input names several kernels, {' and '.join(kernels)}; split it to have each decoded by its own"
    narrowed = Narrowed(tables, kernels_of(registry, tables), why, 0, 0)
    return Origin(Machine(narrowed=narrowed), NARROWED, (why,))


def _narrowed(registry: Registry, tally: Tally, origin: Origin | None) -> Origin:
    """Return what the numbers and names in an input leave possible, after a kernel that the registry does not know."""
    readings = {group.reading for group in tally.groups if not group.reading.foreign}
    notes = origin.notes if origin else ()
    if not origin and all(r.name is not None and not r.tool and not r.cut for r in readings):
        return Origin(UNKNOWN, NOT_NEEDED if readings else NOTHING, notes)
    narrowed = narrow(registry, readings)
    if narrowed.left_out:
        notes += (f"{narrowed.left_out} of the numbers and names seen: on no kernel of this registry",)
    if narrowed.conflicts:
        notes += (
            f"{narrowed.conflicts} of them fit no kernel that has the others: the lines may be of several machines",
        )
    found_by = NOTHING if narrowed.tables == tables_in_order(registry) else NARROWED
    return Origin(Machine(narrowed=narrowed), found_by, (*notes, narrowed.why))
