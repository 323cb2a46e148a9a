# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes the drop reasons of one kernel as source of other languages: one module a format, found by its name."""

import textwrap
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from dropreasons.generate.c_header import origin_of, single_table
from dropreasons.lookup import Registry
from dropreasons.resolve import Resolution

SPDX = "SPDX-License-Identifier: GPL-2.0-only OR MIT"
_WIDTH = 120


class UnknownFormat(LookupError):
    """A format that no module here writes."""


class UnknownTable(LookupError):
    """A table that kernels/ does not have."""


class Subsystem(NamedTuple):
    """A sub-system of a table; `known` tells whether its list was read, inferred, or is unknown."""

    number: int
    name: str
    known: str


class Value(NamedTuple):
    """One reason of a table: its number on the kernel, and the summary of the entry that explains it."""

    number: int
    name: str
    symbol: str
    subsystem: str
    summary: str

    @property
    def written(self) -> str:
        """The number as source: hexadecimal where the upper half holds a sub-system."""
        return f"{self.number:#x}" if self.number > 0xFFFF else str(self.number)


class Contents(NamedTuple):
    """What every format writes: the values by number, and sentences on where they come from."""

    table: str
    resolution: Resolution | None
    about: tuple[str, ...]
    subsystems: tuple[Subsystem, ...]
    values: tuple[Value, ...]


class Format(NamedTuple):
    """A format: its name on the command line, the suffix of its files, and what writes it."""

    name: str
    suffix: str
    purpose: str
    write: Callable[[Contents], str]


_FORMATS: dict[str, Format] = {}


def source_format(name: str, suffix: str, purpose: str) -> Callable[[Callable[[Contents], str]], Format]:
    """Register a function as what writes a format."""

    def register(write: Callable[[Contents], str]) -> Format:
        assert name not in _FORMATS, f"two formats have the name {name}"
        _FORMATS[name] = Format(name, suffix, purpose, write)
        return _FORMATS[name]

    return register


def all_formats() -> dict[str, Format]:
    """Return every format by its name."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return dict(sorted(_FORMATS.items()))


def source_for_kernel(registry: Registry, kernel: str, form: str) -> str:
    """Return the reasons of a kernel release in a format.

    Raises:
        NotARelease: `kernel` is no kernel release string.
        NoSingleTable: the kernel resolves to no table, or to several.
        UnknownFormat: there is no such format.
    """
    resolution = single_table(registry, kernel)
    return source_for_table(registry, str(resolution.candidates[0].table), form, resolution)


def source_for_table(registry: Registry, table: str, form: str, resolution: Resolution | None = None) -> str:
    """Return the reasons of a table of kernels/ in a format; `resolution` says for which kernel, if for one.

    Raises:
        UnknownFormat: there is no such format.
        UnknownTable: there is no such table.
    """
    formats = all_formats()
    if form not in formats:
        raise UnknownFormat(f"there is no format {form!r}, only {', '.join(formats)}")
    rows = registry.database.execute(
        "select id, subsystem, known from subsystem where table_id = ? order by id", (table,)
    )
    subsystems = tuple(Subsystem(*row) for row in rows)
    if not subsystems:
        raise UnknownTable(f"there is no table {table!r}")
    about = (
        *(origin_of(resolution) if resolution else ()),
        f"Made by `dropreasons table --format {form}` from kernels/tables/{table}.yaml and reasons.yaml.",
        "The numbers are that kernel's and differ on others; the words are the registry's own.",
        *_gaps(registry, table, subsystems, resolution),
    )
    return formats[form].write(Contents(table, resolution, about, subsystems, _values(registry, table)))


def comment(sentences: Iterable[str], mark: str) -> str:
    """Return sentences as lines that each begin with a mark, such as `# ` or ` * `; nothing in them ends a comment."""
    lines: list[str] = []
    for sentence in sentences:
        safe = sentence.replace("*/", "* /")
        lines += textwrap.wrap(
            safe, _WIDTH, initial_indent=mark, subsequent_indent=mark, break_long_words=False, break_on_hyphens=False
        )
    return "".join(f"{line}\n" for line in lines)


def _gaps(
    registry: Registry, table: str, subsystems: Iterable[Subsystem], resolution: Resolution | None
) -> Iterator[str]:
    """Say which lists were not read from the kernel itself."""
    shows = resolution.candidates[0].shows if resolution else None
    for _, name, known in subsystems:
        if known == "unknown":
            yield f"The list of {name} was not read for this kernel."
        elif known == "inferred":
            yield f"The list of {name} is inferred from the kernels before and after, not read from this one."
        elif known != "read":
            yield f"The list of {name} is known {known}, not from Linux."
        elif shows is not None and name not in shows:
            yield f"The list of {name} was not read for this kernel; others with this table have it so."
    (ids,) = registry.database.execute("select subsystems from kernel_table where id = ?", (table,)).fetchone()
    if ids is None:
        yield "This kernel has sub-systems of reasons, but their ids were not read."


def _values(registry: Registry, table: str) -> tuple[Value, ...]:
    """Return the reasons of a table by number, without what only marks an end, a mask or a base."""
    rows = registry.database.execute(
        "select value, value.name, value.symbol, value.subsystem, coalesce(reason.summary, '') from value"
        " left join spelling on spelling.spelling = upper(value.name) left join reason on reason.name = spelling.name"
        " where table_id = ? and in_subsystem = 1 order by value, value.subsystem",
        (table,),
    )
    return tuple(Value(*row) for row in rows)
