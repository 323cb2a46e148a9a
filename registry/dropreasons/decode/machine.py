# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Knows which kernel some lines come from: as its user says, as the lines say, or the one this program runs on."""

from typing import NamedTuple

from dropreasons.decode.event import Reading
from dropreasons.decode.narrow import Narrowed, narrow, tables_in_order
from dropreasons.decode.table_file import OwnTable
from dropreasons.enums import reason_name
from dropreasons.kernelrelease import KernelRelease, NotARelease
from dropreasons.lookup import Registry
from dropreasons.resolve import Resolution, resolve
from dropreasons.running import read_running


class Machine(NamedTuple):
    """What is known of the machine some lines come from; a machine without anything is not known.

    `own` is the kernel's own table and is asked first; `resolution` is the registry's for its release; `narrowed`
    is what the lines, or an own table that has the core list only, leave possible.
    """

    resolution: Resolution | None = None
    own: OwnTable | None = None
    narrowed: Narrowed | None = None
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the kernel is known, rather than narrowed."""
        return self.own is not None or bool(self.resolution and self.resolution.confidence != "unknown")

    @property
    def release(self) -> KernelRelease | None:
        """The kernel's release."""
        return self.resolution.release if self.resolution else None

    @property
    def described(self) -> str:
        """Say in a few words which table is asked."""
        kernel = f"kernel {self.resolution.release.text}" if self.resolution else ""
        if self.own:
            return f"the table in {self.own.source}" + (f", of {kernel}" if kernel else "")
        if self.resolution:
            return f"{kernel} ({self.resolution.confidence})"
        return f"one of the kernels {self.narrowed.kernels}" if self.narrowed else "a kernel that is not known"

    def tables(self, registry: Registry) -> tuple[str, ...]:
        """Return the registry's tables that the machine may have."""
        if self.resolution and self.resolution.candidates:
            return tuple(dict.fromkeys(c.table for c in self.resolution.candidates if c.table))
        return self.narrowed.tables if self.narrowed else tables_in_order(registry)


UNKNOWN = Machine()


def of_release(registry: Registry, release: str) -> Machine:
    """Return the machine with a kernel release.

    Raises:
        NotARelease: the text is no kernel release string.
    """
    resolution = resolve(registry.database, release)
    return Machine(resolution, notes=resolution.notes)


def of_table(registry: Registry, own: OwnTable, machine: Machine = UNKNOWN) -> Machine:
    """Return a machine whose own table was read, with what else is known of it.

    The core list tells which kernels it can be of, and so what the sub-systems' numbers can mean.
    """
    if own.complete or machine.resolution:
        return machine._replace(own=own)
    fitting = narrow(registry, [Reading("", name, value) for value, name in own.names.items()])
    return machine._replace(own=own, narrowed=None if fitting.conflicts or fitting.left_out else fitting)


def told(registry: Registry, kernel: str | None, names: dict[int, str] | None) -> Machine:
    """Return the machine that some lines tell of themselves: its release, its table, both or neither."""
    machine = UNKNOWN
    if kernel is not None:
        try:
            machine = of_release(registry, kernel)
        except NotARelease as error:
            machine = Machine(notes=(f"the input names its kernel, but {error}",))
    if not names:
        return machine
    own = {value: reason_name(name) for value, name in names.items()}
    return of_table(registry, OwnTable("the input", own, complete=False, subsystems={}), machine)


def here(registry: Registry) -> Machine:
    """Return the machine this program runs on.

    Raises:
        NotReadable: its kernel shows its table nowhere this user may look.
    """
    table = read_running()
    own = OwnTable(table.source, table.names, table.complete, {})
    return of_table(registry, own, of_release(registry, table.release))
