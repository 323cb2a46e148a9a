# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The evidence in kernels/: loads tables and spans, and checks that they can be true."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from dropreasons.enums import CORE, CORE_PREFIX, SUBSYSTEM_SHIFT
from dropreasons.findings import Finding, FindingsError, Location
from dropreasons.model.table import Span, Spans, Table
from dropreasons.ranges import point
from dropreasons.schema import load_model
from dropreasons.source import read_source

_SYMBOL = re.compile(r"(SKB_[A-Z0-9_]+|(?:__)?[A-Z][A-Z0-9_]{2,60})")
# net/sched uses 0 for a field nobody set; it is no value of the sub-system and no trace shows it as one.
_OUTSIDE_THEIR_SUBSYSTEM = {"QDISC_DROP_UNSPEC"}


class Kernels(NamedTuple):
    """All evidence: tables by name, spans by family."""

    tables: dict[str, Table]
    spans: dict[str, tuple[Span, ...]]


def load_kernels(folder: Path) -> Kernels:
    """Load and check kernels/.

    Raises:
        FindingsError: a file is not well formed, or says what cannot be true.
    """
    findings: list[Finding] = []
    tables: dict[str, Table] = {}
    spans: dict[str, tuple[Span, ...]] = {}
    places: dict[str, str] = {}
    for path in sorted(folder.glob("tables/*.yaml")):
        name = f"{folder.name}/tables/{path.name}"
        table = load_model(Table, read_source(path, name), findings)
        if table is not None:
            places[table.table] = name
            tables[table.table] = table
            findings += check_table(table, Location(name))
    for path in sorted(folder.glob("lines/*.yaml")):
        name = f"{folder.name}/lines/{path.name}"
        family = load_model(Spans, read_source(path, name), findings)
        if family is not None:
            spans[family.family] = family.spans
            findings += check_spans(family, set(tables), Location(name))
    if not tables:
        findings.append(Finding("DK000", "error", "no tables here; run `dropreasons import`", Location(str(folder))))
    if findings:
        raise FindingsError(findings)
    return Kernels(tables, spans)


def check_table(table: Table, place: Location) -> Iterator[Finding]:
    """Yield what cannot be true of a table of numbers."""

    def wrong(message: str) -> Finding:
        return Finding("DK001", "error", f"table {table.table}: {message}", place, table.table)

    ids = {name: number for number, name in (table.subsystems or {}).items()}
    if CORE not in table.lists:
        yield wrong("has no list of core reasons")
    if table.subsystems and table.subsystems.get(0) != CORE:
        yield wrong("the sub-system with id 0 is not core")
    for subsystem, values in (table.lists | {s: i.values for s, i in table.inferred.items()}).items():
        seen: dict[int, str] = {}
        for symbol, value in values.items():
            if not _SYMBOL.fullmatch(symbol):
                yield wrong(f"{symbol!r} in {subsystem} is not the form of an enumerator")
            if value in seen:
                yield wrong(f"{symbol} and {seen[value]} in {subsystem} have the same number {value:#x}")
            seen[value] = symbol
            if subsystem != CORE and symbol not in _OUTSIDE_THEIR_SUBSYSTEM:
                yield from _check_base(wrong, subsystem, ids, symbol, value)
        if subsystem == CORE:
            yield from _check_core(wrong, values)


def _check_base(
    wrong: Callable[[str], Finding], subsystem: str, ids: dict[str, int], symbol: str, value: int
) -> Iterator[Finding]:
    """Yield a finding if a value does not lie in its sub-system's range."""
    if subsystem not in ids:
        yield wrong(f"{subsystem} has a list but no id")
    elif value >> SUBSYSTEM_SHIFT != ids[subsystem]:
        yield wrong(f"{symbol} is {value:#x}, outside {subsystem}, whose id is {ids[subsystem]}")


def _check_core(wrong: Callable[[str], Finding], values: dict[str, int]) -> Iterator[Finding]:
    """Yield a finding for each gap in the core numbers, which the kernel counts without gaps."""
    numbers = sorted(value for symbol, value in values.items() if not symbol.endswith("_SUBSYS_MASK"))
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[0] not in {0, 1}:
        yield wrong("the core numbers have a gap")
    for symbol in values:
        if not symbol.startswith("SKB_"):
            yield wrong(f"{symbol} is no core enumerator (they begin with {CORE_PREFIX} or SKB_)")


def check_spans(family: Spans, tables: set[str], place: Location) -> Iterator[Finding]:
    """Yield what cannot be true of the spans of one family."""

    def wrong(span: Span, message: str) -> Finding:
        where = f"{family.family} {span.line} {span.flavour}".strip()
        return Finding("DK002", "error", f"{where} from {span.first}: {message}", place, where)

    rows: dict[tuple[str, str], list[Span]] = {}
    for span in family.spans:
        if span.table is not None and span.table not in tables:
            yield wrong(span, f"names the table {span.table}, which does not exist")
        if span.last is not None and point(span.last) < point(span.first):
            yield wrong(span, f"ends at {span.last}, before it begins")
        if span.evidence != "family":
            rows.setdefault((span.line, span.flavour), []).append(span)
    for row in rows.values():
        row.sort(key=lambda s: point(s.first))
        for before, after in pairwise(row):
            if before.last is None or point(before.last) >= point(after.first):
                yield wrong(after, f"overlaps the span from {before.first} to {before.last or 'now'}")
