# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds what changed between two states, and classes each change by what a reader depends on."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from dropreasons.versions.state import Document, State, canonical

#: What a reader depends on: that a name resolves, the C identifier, the number in a published table, what the reason
#: means, and how it is told.
ChangeClass = Literal["NAME", "SYMBOL", "WIRE", "MEANING", "PROSE"]
Kind = Literal["added", "removed", "changed"]
CLASSES: tuple[ChangeClass, ...] = ("NAME", "SYMBOL", "WIRE", "MEANING", "PROSE")

_MEANING = ("status", "replaced_by", "class", "layer", "direction", "severity", "acts", "callers", "subsystem")
# Derived from the kernels: a change of theirs shows as a change of a table.
_DERIVED = (
    "schema_version",
    "name",
    "symbol",
    "numbers",
    "since",
    "until",
    "backports",
    "evidence",
    "aliases",
    "registry",
)


class Change(NamedTuple):
    """One change; `id` says where, `old` and `new` are plain data, None where there was or is nothing."""

    change_class: ChangeClass
    kind: Kind
    id: str
    old: Any
    new: Any

    @property
    def fingerprint(self) -> str:
        """A short name of the change that stays when others come and go beside it."""
        return hashlib.sha256(canonical(list(self)).encode()).hexdigest()[:12]

    @property
    def breaks(self) -> bool:
        """Whether somebody who relied on the old state is let down."""
        return self.change_class in {"NAME", "SYMBOL", "WIRE"} and self.kind != "added"

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain data."""
        return {
            "class": self.change_class, "kind": self.kind, "id": self.id, "fingerprint": self.fingerprint,
            "breaking": self.breaks, "old": self.old, "new": self.new,
        }  # fmt: skip


def changes_between(old: State, new: State) -> list[Change]:
    """Return every change from one state to another, by class and id."""
    found = [*_names(old, new), *_entries(old, new), *_tables(old, new), *_kernels(old, new)]
    return sorted(found, key=lambda change: (CLASSES.index(change.change_class), change.id, change.kind))


def changed_names(changes: Iterable[Change]) -> set[str]:
    """Return what was touched: names of entries (and tables, which are never names of entries)."""
    return {change.id.split("/")[0] for change in changes}


def _names(old: State, new: State) -> Iterator[Change]:
    """Yield what names and aliases lead to."""
    yield from _mapping("NAME", _spellings(old), _spellings(new))


def _spellings(state: State) -> dict[str, str]:
    """Return the entry that each name and alias leads to."""
    found = {alias["name"]: name for name, document in state.reasons.items() for alias in document["aliases"]}
    return found | {name: name for name in state.reasons}


def _entries(old: State, new: State) -> Iterator[Change]:
    """Yield the changes of entries that are in both states."""
    for name in sorted(old.reasons.keys() & new.reasons.keys()):
        before, after = old.reasons[name], new.reasons[name]
        yield from _mapping("SYMBOL", {f"{name}/symbol": before["symbol"]}, {f"{name}/symbol": after["symbol"]})
        yield from _fields(name, before, after)


def _fields(name: str, before: Document, after: Document) -> Iterator[Change]:
    for field in sorted((before.keys() | after.keys()) - set(_DERIVED)):
        change_class: ChangeClass = "MEANING" if field in _MEANING else "PROSE"
        if before.get(field) != after.get(field):
            yield Change(change_class, "changed", f"{name}/{field}", before.get(field), after.get(field))


def _tables(old: State, new: State) -> Iterator[Change]:
    """Yield the changes of numbers, and tables that are new; a new table is added as a whole."""
    for table in sorted(old.tables.keys() | new.tables.keys()):
        if table not in old.tables or table not in new.tables:
            count = sum(map(len, (old.tables.get(table) or new.tables[table]).values()))
            said = f"{count} numbers"
            kind: Kind = "removed" if table in old.tables else "added"
            yield Change(
                "WIRE", kind, table, said if table in old.tables else None, None if kind == "removed" else said
            )
        else:
            yield from _mapping("WIRE", _numbers(table, old), _numbers(table, new))


def _kernels(old: State, new: State) -> Iterator[Change]:
    """Yield the kernels that are new or use another table, and what else is known anew of them."""
    before, after = old.kernels, new.kernels
    yield from _mapping("WIRE", _table_of(old), _table_of(new))
    for span in sorted(before.keys() & after.keys()):
        for field in sorted(before[span].keys() - {"table"}):
            was, is_now = before[span][field], after[span].get(field)
            if was != is_now:
                yield Change("MEANING", "changed", f"kernels/{span}/{field}", was, is_now)


def _table_of(state: State) -> dict[str, str | None]:
    return {f"kernels/{span}": told["table"] for span, told in state.kernels.items()}


def _numbers(table: str, state: State) -> dict[str, int]:
    """Return the number of every enumerator of a table."""
    lists = state.tables[table]
    return {f"{table}/{subsystem}/{symbol}": n for subsystem in lists for symbol, n in lists[subsystem].items()}


def _mapping(change_class: ChangeClass, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes of one mapping."""
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            yield Change(change_class, "removed", key, old[key], None)
        elif key not in old:
            yield Change(change_class, "added", key, None, new[key])
        elif old[key] != new[key]:
            yield Change(change_class, "changed", key, old[key], new[key])
