# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Judges a table of number and name on every kernel there is a table of: where it is right, wrong, and silent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dropreasons.audit.read import Pair
from dropreasons.audit.spellings import Spellings
from dropreasons.enums import CORE
from dropreasons.lookup import Registry
from dropreasons.ranges import Range, Stretch, merged
from dropreasons.resolve import FAMILY_NAMES, resolve


class Differs(NamedTuple):
    """A number for which a table has another name than the kernel."""

    value: int
    says: str
    means: str


class Verdict(NamedTuple):
    """Which of a kernel's reasons a table has right, wrong, and not at all.

    `renamed` are those of `right` for which the kernel has another name of the same entry.
    """

    right: tuple[int, ...] = ()
    renamed: tuple[Differs, ...] = ()
    wrong: tuple[Differs, ...] = ()
    silent: tuple[int, ...] = ()

    @property
    def counts(self) -> "Counts":
        """How many are right, wrong and silent."""
        return Counts(len(self.right), len(self.wrong), len(self.silent))


class Counts(NamedTuple):
    """How many of a kernel's reasons a table has right, wrong, and not at all."""

    right: int
    wrong: int
    silent: int

    @property
    def reasons(self) -> int:
        """How many reasons the kernel has."""
        return sum(self)


class Judged(NamedTuple):
    """The verdicts on one table of kernels/: on its core list, and on the sub-systems the pairs reach into."""

    core: Verdict
    subsystems: Verdict


class Row(NamedTuple):
    """Kernels that have one table; `sure` is the confidence where a release was asked for."""

    family: str
    kernels: str
    table: str
    sure: str = ""

    def __str__(self) -> str:
        if not self.sure:
            return f"{FAMILY_NAMES.get(self.family, self.family)} {self.kernels}"
        return f"{self.kernels} ({self.table if self.sure == 'candidates' else self.sure})"


class Comparison(NamedTuple):
    """The verdicts by table, and the kernels that have the tables.

    `upstream` is a line of stretches for merging; `rows` are the distributions, or the releases asked for.
    """

    judged: Mapping[str, Judged]
    upstream: tuple[tuple[Stretch, str | None], ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def ranges(self, part: str) -> list[Range[Counts]]:
        """Return the upstream kernels by what a part (core, subsystems) of the table is worth there, newest first."""
        said = [self.counts(table, part) if table else None for _, table in self.upstream]
        return merged([stretch for stretch, _ in self.upstream], said)

    def counts(self, table: str, part: str) -> Counts | None:
        """Return what a part of the pairs is worth on a table, None where the table has no such reasons."""
        counts = getattr(self.judged[table], part).counts
        return counts if counts.reasons else None


def compare(registry: Registry, spellings: Spellings, pairs: Iterable[Pair], kernels: Iterable[str] = ()) -> Comparison:
    """Hold pairs against the kernels named, or against all that are known; of two pairs the later one holds.

    Raises:
        NotARelease: one of `kernels` is no kernel release string.
    """
    claims = {pair.number: pair for pair in pairs}
    upstream: tuple[tuple[Stretch, str | None], ...] = ()
    notes: tuple[str, ...] = ()
    if kernels := tuple(kernels):
        rows, notes = _asked(registry, kernels)
    else:
        rows = tuple(_distributions(registry))
        spans = registry.database.execute(
            "select line, first, last, table_id from span where family = 'upstream' order by position"
        )
        upstream = tuple((Stretch(line, first, last), table) for line, first, last, table in spans)
    tables = {table for _, table in upstream if table} | {row.table for row in rows}
    judged = {table: judge(registry, spellings, table, claims) for table in sorted(tables)}
    return Comparison(judged, upstream, rows, notes)


def _asked(registry: Registry, kernels: Iterable[str]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Return a row for every table a release may have, and what there is to say of how it was found."""
    rows, notes = [], []
    for kernel in kernels:
        resolution = resolve(registry.database, kernel)
        tables = [candidate.table for candidate in resolution.candidates if candidate.table]
        rows += [Row(resolution.release.family, kernel, table, resolution.confidence) for table in tables]
        notes += [f"{kernel}: {note}" for note in resolution.notes]
        if not tables:
            notes.append(f"{kernel}: no table of this kernel is known, or it gives no drop reasons")
    return tuple(rows), tuple(dict.fromkeys(notes))


def _distributions(registry: Registry) -> Iterator[Row]:
    """Yield the lines of every distribution with their tables, oldest first."""
    rows = registry.database.execute(
        "select distinct family, line, table_id from span where table_id is not null"
        " and family not in ('upstream', 'local') order by family, position"
    )
    for family, line, table in rows:
        yield Row(family, line, table)


def judge(registry: Registry, spellings: Spellings, table: str, claims: Mapping[int, Pair]) -> Judged:
    """Judge claims on one table: on its core list, and on each sub-system of which they have an id or a name."""
    # These two name packets that were not dropped: a table may have them, but need not.
    rows = registry.database.execute(
        "select value, subsystem, name from value where table_id = ? and in_subsystem = 1"
        " and name not in ('SKB_NOT_DROPPED_YET', 'SKB_CONSUMED') order by value",
        (table,),
    ).fetchall()
    homes = dict(registry.database.execute("select name, subsystem from reason"))
    reached = {homes.get(pair.entry) for pair in claims.values()} | {
        subsystem for value, subsystem, _ in rows if value >> 16 in {number >> 16 for number in claims}
    }
    core = {value: name for value, subsystem, name in rows if subsystem == CORE}
    others = {value: name for value, subsystem, name in rows if subsystem != CORE and subsystem in reached}
    return Judged(_verdict(spellings, core, claims), _verdict(spellings, others, claims))


def _verdict(spellings: Spellings, reasons: Mapping[int, str], claims: Mapping[int, Pair]) -> Verdict:
    """Judge claims on a list of reasons."""
    right, renamed, wrong, silent = [], [], [], []
    for value, name in reasons.items():
        pair = claims.get(value)
        if pair is None:
            silent.append(value)
        elif pair.entry is None or pair.entry != spellings.entry(name):
            wrong.append(Differs(value, pair.name, name))
        else:
            right.append(value)
            if not spellings.same(pair.name, name):
                renamed.append(Differs(value, pair.name, name))
    return Verdict(tuple(right), tuple(renamed), tuple(wrong), tuple(silent))
