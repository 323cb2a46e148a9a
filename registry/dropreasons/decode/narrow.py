# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Narrows the kernels that some lines can come from by the numbers and names seen in them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from dropreasons.decode.event import Reading
from dropreasons.enums import SUBSYSTEM_SHIFT
from dropreasons.lookup import Registry
from dropreasons.ranges import Stretch, merged
from dropreasons.resolve import FAMILY_NAMES

_NUMBER = (1 << SUBSYSTEM_SHIFT) - 1
_MOST_SAID = 3


class Kernels(NamedTuple):
    """The kernels some tables stand for: ranges of upstream releases, newest first, and lines of distributions."""

    upstream: tuple[str, ...]
    distributions: tuple[str, ...]

    def __str__(self) -> str:
        few = len(self.distributions) <= _MOST_SAID or not self.upstream
        others = self.distributions if few else (f"{len(self.distributions)} lines of distributions",)
        return ", ".join((*self.upstream, *others))


class Possible(NamedTuple):
    """A reason that a number may stand for, and the kernels on which it does."""

    name: str
    kernels: Kernels


class Evidence(NamedTuple):
    """Something seen that only some tables agree with; None where a part was not seen.

    `number` counts within the sub-system, `value` has its id in the high half.
    """

    name: str | None
    value: int | None
    subsystem: str | None
    number: int | None

    def __str__(self) -> str:
        value = "" if self.value is None else shown(self.value)
        if self.name is not None:
            return f"{self.name} beside {value}" if value else self.name
        return f"{self.subsystem}:{self.number}" if self.number is not None else value


class Narrowed(NamedTuple):
    """The tables that agree with what was seen, oldest upstream first, and how they were found.

    `left_out` counts what no table has: a value, or a name beside one; `conflicts` what some tables have, but none
    of those that agree with the rest: the lines may be of several machines.
    """

    tables: tuple[str, ...]
    kernels: Kernels
    why: str
    left_out: int
    conflicts: int


def narrow(registry: Registry, readings: Iterable[Reading]) -> Narrowed:
    """Return the tables in which everything seen has a meaning.

    What tells most is asked first: a name beside its number, then numbers, then names the kernel itself printed.
    """
    tables = _Tables(registry)
    seen = {evidence for reading in set(readings) if (evidence := tables.evidence_of(reading))}
    holders = {evidence: tables.holding(evidence) for evidence in seen}
    remaining, agreeing, conflicts = frozenset(tables.order), {}, 0
    for evidence in sorted(filter(holders.__getitem__, seen), key=_strongest_first):
        if remaining & holders[evidence]:
            remaining &= holders[evidence]
            agreeing[evidence] = holders[evidence]
        else:
            conflicts += 1
    left_out = sum(1 for evidence in seen if not holders[evidence])
    return Narrowed(
        tuple(table for table in tables.order if table in remaining),
        kernels_of(registry, remaining),
        _why(registry, frozenset(tables.order), remaining, agreeing),
        left_out,
        conflicts,
    )


def possible(registry: Registry, values: Mapping[str, int]) -> tuple[Possible, ...]:
    """Return what a number may mean, the newest upstream meaning first.

    Args:
        registry: the registry.
        values: the value by table: the same everywhere, unless the number counts within a sub-system.
    """
    names = {value: _names(registry, value) for value in set(values.values())}
    tables: dict[str, set[str]] = {}
    for table in reversed(tables_in_order(registry)):
        for name in names[values[table]].get(table, ()) if table in values else ():
            tables.setdefault(name, set()).add(table)
    spans = _spans(registry)
    return tuple(Possible(name, _kernels(spans, where)) for name, where in tables.items())


def _names(registry: Registry, value: int) -> dict[str, list[str]]:
    """Return what a value means by table, as `Registry.meaning` does for one table."""
    own: dict[str, list[str]] = {}
    alike: dict[str, list[str]] = {}
    for table, name in registry.database.execute(
        "select table_id, name from value where value = ? and in_subsystem = 1", (value,)
    ):
        own.setdefault(table, []).append(name)
    if value >> SUBSYSTEM_SHIFT:
        for table, name in registry.database.execute(
            "select distinct alike.table_id, name from value join alike on alike_id = value.table_id"
            " where value = ? and in_subsystem = 1",
            (value,),
        ):
            alike.setdefault(table, []).append(name)
    return alike | own


def shown(value: int) -> str:
    """Return a value as people write it: hexadecimal where it has a sub-system."""
    return f"{value:#x}" if value >> SUBSYSTEM_SHIFT else str(value)


def kernels_of(registry: Registry, tables: Collection[str], family: str = "", line: str = "") -> Kernels:
    """Return the kernels that have one of some tables, of a line of a family if these are given."""
    return _kernels(_spans(registry), tables, family, line)


class _Span(NamedTuple):
    family: str
    line: str
    first: str
    last: str | None
    table: str | None


def _spans(registry: Registry) -> list[_Span]:
    rows = registry.database.execute(
        "select family, line, first, last, table_id from span where family != 'local' order by position"
    )
    return [_Span(*row) for row in rows]


def _kernels(spans: Sequence[_Span], tables: Collection[str], family: str = "", line: str = "") -> Kernels:
    having = {s for s in spans if s.table in tables and family in {"", s.family} and line in {"", s.line}}
    upstream = [span for span in spans if span.family == "upstream"]
    stretches = [Stretch(span.line, span.first, span.last) for span in upstream]
    ranges = merged(stretches, [span in having or None for span in upstream])
    others = [_line(s) for s in spans if s.family != "upstream" and s in having]
    return Kernels(tuple(map(str, ranges)), tuple(dict.fromkeys(others)))


def _line(span: _Span) -> str:
    """Name a line of a distribution; that of an overlay is named by its user."""
    return f"{FAMILY_NAMES[span.family]} {span.line}" if span.family in FAMILY_NAMES else span.line


def tables_in_order(registry: Registry) -> tuple[str, ...]:
    """Return every table that kernels are known to have: distributions' first, then upstream's, oldest first."""
    rows = registry.database.execute(
        "select table_id from span where table_id is not null and family != 'local' group by table_id"
        " order by max(case family when 'upstream' then position end), table_id"
    )
    return tuple(row[0] for row in rows)


class _Tables:
    """Every table of the registry, by what can be seen of it."""

    def __init__(self, registry: Registry) -> None:
        self.order = tables_in_order(registry)
        self._values: dict[int, list[tuple[str, str, str]]] = {}
        self._names: dict[str, set[str]] = {}
        self._numbers: dict[tuple[str, int], set[str]] = {}
        for table, value, name, subsystem in registry.database.execute(
            "select table_id, value, name, subsystem from value where in_subsystem = 1"
        ):
            self._values.setdefault(value, []).append((table, name, subsystem))
            self._names.setdefault(name, set()).add(table)
            self._numbers.setdefault((subsystem, value & _NUMBER), set()).add(table)
        self._unread = registry.database.execute(
            "select id, null, null from kernel_table where subsystems is null"
            " union all select table_id, id, subsystem from subsystem where known = 'unknown'"
        ).fetchall()

    def evidence_of(self, reading: Reading) -> Evidence | None:
        """Return what a reading tells of the table of its kernel, None if nothing.

        The name of a tool's own table tells nothing, and neither do a cut one and one that no kernel has.
        """
        kernels_own = not (reading.tool or reading.cut or reading.foreign)
        name = reading.name if kernels_own and reading.name in self._names else None
        if reading.foreign or (name is None and reading.value is None and reading.number is None):
            return None
        return Evidence(name, reading.value, None if name else reading.subsystem, reading.number)

    def holding(self, evidence: Evidence) -> frozenset[str]:
        """Return the tables that agree; a list that was not read may hold whatever another kernel's holds."""
        name, value, subsystem, number = evidence
        if value is not None:
            rows = self._values.get(value, ())
            having = {t for t, n, s in rows if name in {None, n} and subsystem in {None, s}}
        elif number is not None:
            having = self._numbers.get((subsystem or "", number), set())
        else:
            having = self._names.get(name or "", set())
        if having and (number is not None or (value or 0) >> SUBSYSTEM_SHIFT):
            having = having | {table for table, at, called in self._unread if _may_hold(evidence, at, called)}
        return frozenset(having)


def _may_hold(evidence: Evidence, number: int | None, name: str | None) -> bool:
    """Tell whether a sub-system whose list was not read (None: all of a kernel's) may hold what was seen."""
    if number is None:
        return True
    if evidence.value is not None and evidence.value >> SUBSYSTEM_SHIFT != number:
        return False
    return evidence.subsystem in {None, name}


def _strongest_first(evidence: Evidence) -> tuple[bool, bool, str]:
    return evidence.name is None or evidence.value is None, evidence.name is not None, str(evidence)


def _why(
    registry: Registry, every: frozenset[str], left: frozenset[str], agreeing: Mapping[Evidence, frozenset[str]]
) -> str:
    """Say how the tables were narrowed, by the few things seen that tell most."""
    said: list[str] = []
    remaining = every
    while remaining != left and len(said) < _MOST_SAID:
        best = min(agreeing, key=lambda evidence: (len(remaining & agreeing[evidence]), str(evidence)))
        remaining &= agreeing[best]
        said.append(f"{best} is known only on {kernels_of(registry, agreeing[best])}")
    more = "; other numbers and names seen narrow it further" if remaining != left else ""
    return "; ".join(said) + more if said else "nothing that was seen tells the kernels apart"
