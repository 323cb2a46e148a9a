# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What an importer brings back: one kernel's table as its source shows it, and what the source cannot tell."""

from typing import Any, NamedTuple

from dropreasons.enums import CORE_ENUM, lists_from_enums
from dropreasons.model.table import Read, Table, is_marker

Provenance = dict[str, str | list[str]]


class NotImported(ValueError):
    """A source that cannot be imported; the message says why in one line."""


class Imported(NamedTuple):
    """One table, as a source shows it, with what the source is silent about.

    `spellings` are further enumerators for a reason of the table (mac80211's RX_DROP for RX_DROP_UNUSABLE).
    """

    table: Table
    silent: tuple[str, ...]
    spellings: dict[str, str]


def imported(enums: dict[str, dict[str, int]], kernel: str, source: Provenance, **read: Any) -> Imported:
    """Make a table of the enums a source shows.

    Args:
        enums: enumerators and values by enum.
        kernel: the kernel's release, or what is known of it.
        source: where the enums were read: kind, file or package, digest.
        read: further facts of the reading (header, tracepoint_fields, note).

    Raises:
        NotImported: the source has no drop reasons.
    """
    if CORE_ENUM not in enums or not enums[CORE_ENUM]:
        raise NotImported(f"holds no enum {CORE_ENUM}: this kernel gives no drop reasons, or it is another file")
    lists = lists_from_enums(enums)
    shows = (["subsystems"] if lists.subsystems is not None else []) + list(lists.lists)
    reading = Read(
        kernel=kernel,
        name=kernel,
        kind="imported",
        shows=tuple(shows),
        status="read",
        version_evidence=read.pop("version_evidence", "named by who imported it"),
        source=source,
        **read,
    )
    silent = [f"the list of {name} is not in this source" for name in lists.unknown]
    if lists.subsystems is None:
        silent.append("the ids of the sub-systems are not in this source")
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in kernel.lower()).strip("-._") or "imported"
    table = Table(table=name, subsystems=lists.subsystems, lists=lists.lists, reads=(reading,))
    return Imported(table, tuple(silent), _spellings(enums, table))


def _spellings(enums: dict[str, dict[str, int]], table: Table) -> dict[str, str]:
    """Return enumerators of a sub-system that have the value of a reason, but another name."""
    names = {symbol for values in table.lists.values() for symbol in values}
    by_value = {value: symbol for values in table.lists.values() for symbol, value in values.items() if value >> 16}
    return {
        symbol: by_value[value]
        for values in enums.values()
        for symbol, value in values.items()
        if value in by_value and symbol not in names and not is_marker(symbol)
    }
