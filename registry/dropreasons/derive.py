# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Derives from the evidence what nobody should type: where each name lives, since when and until when."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dropreasons.enums import CORE, is_marker, reason_name
from dropreasons.model.table import Span, Table
from dropreasons.ranges import Stretch, point
from dropreasons.tables import Kernels

UPSTREAM = "upstream"


class Appearance(NamedTuple):
    """A name as the kernels have it.

    `since` and `until` are upstream lines (6.14), None for a name no mainline release has, and `until` also
    while the newest has it; `backports` are points of older lines that gained the name later (6.12.46).
    """

    name: str
    symbol: str
    subsystem: str
    values: dict[str, int]
    since: str | None
    until: str | None
    backports: tuple[str, ...]


class UpstreamSpan(NamedTuple):
    """A span of one upstream line with the table it uses."""

    stretch: Stretch
    span: Span
    table: Table | None


def upstream_spans(kernels: Kernels) -> list[UpstreamSpan]:
    """Return the spans of all upstream lines, oldest first."""
    spans = sorted(kernels.spans[UPSTREAM], key=lambda s: (point(s.line), point(s.first)))
    return [
        UpstreamSpan(
            Stretch(span.line, span.first, span.last), span, kernels.tables[span.table] if span.table else None
        )
        for span in spans
    ]


def appearances(kernels: Kernels) -> dict[str, Appearance]:
    """Return every name of every table, markers left out, with where it appears."""
    found: dict[str, tuple[str, str, dict[str, int]]] = {}
    for table in kernels.tables.values():
        for subsystem, values in all_lists(table).items():
            for symbol, value in values.items():
                if not is_marker(symbol):
                    name = reason_name(symbol)
                    found.setdefault(name, (symbol, subsystem, {}))[2][table.table] = value
    spans = upstream_spans(kernels)
    return {
        name: Appearance(name, symbol, subsystem, values, *_life(subsystem, values, spans))
        for name, (symbol, subsystem, values) in sorted(found.items())
    }


def all_lists(table: Table) -> dict[str, dict[str, int]]:
    """Return the lists of a table, those included that were inferred."""
    return {subsystem: guess.values for subsystem, guess in table.inferred.items()} | table.lists


def _life(
    subsystem: str, values: dict[str, int], spans: Sequence[UpstreamSpan]
) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return since, until and backports of a name."""
    releases = [s for s in spans if s.span.first == "0"]
    having = [i for i, s in enumerate(releases) if s.table and s.table.table in values]
    if not having:
        return None, None, _gained(values, spans)
    since = releases[having[0]].span.line
    # A later release whose list of this sub-system was not read says nothing about the name.
    told = [i for i, s in enumerate(releases) if s.table and _tells(s.table, subsystem)]
    gone = having[-1] < max(told)
    until = releases[having[-1]].span.line if gone else None
    older = [s for s in spans if point(s.span.line) < point(since) or s.span.line in (until, since)]
    return since, until, _gained(values, older)


def _tells(table: Table, subsystem: str) -> bool:
    """Tell whether a table says which names a sub-system has: by its list, or by having no such sub-system."""
    absent = table.subsystems is not None and subsystem not in table.subsystems.values()
    return subsystem == CORE or subsystem in all_lists(table) or absent


def _gained(values: dict[str, int], spans: Iterable[UpstreamSpan]) -> tuple[str, ...]:
    """Return the points at which a stable line gained the name."""
    had: dict[str, bool] = {}
    gained = []
    for span in spans:
        has = span.table is not None and span.table.table in values
        if has and not had.get(span.span.line, False) and span.span.first != "0":
            gained.append(span.stretch.first_release)
        had[span.span.line] = has
    return tuple(gained)
