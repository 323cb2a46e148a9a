# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads a kernel's table from a file its user has: a tracefs format, BTF, C text, a dump of drdump, or our own JSON."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from dropreasons.btf import BTFError, read_enums
from dropreasons.c_source import NotEvaluated, read_c_enums
from dropreasons.enums import CORE_ENUM, REASON_ENUMS, lists_from_enums
from dropreasons.lookup import LARGEST_VALUE
from dropreasons.printed_tables import drdump_pairs, format_pairs, reasons_of

_LARGEST = 64 * 1024 * 1024
_BTF = (b"\x9f\xeb", b"\xeb\x9f")
# The first kernel with drop reasons had six.
_FEWEST = 6
_KINDS = "a tracefs format file, raw BTF, vmlinux.h, dropreason-core.h, drdump's list or `dropreasons table` JSON"


class OwnTable(NamedTuple):
    """A machine's own table, and where it was read.

    `complete` is False when it may lack the lists of sub-systems; `subsystems` has the ids it shows.
    """

    source: str
    names: dict[int, str]
    complete: bool
    subsystems: dict[int, str]


class NotATable(ValueError):
    """A file that holds no table of drop reasons, or one that contradicts itself; the message is one line."""


def read_table(path: Path) -> OwnTable:
    """Read a table file.

    Raises:
        NotATable: it is of no kind that holds a table, damaged, or gives a number two names.
        OSError: it cannot be read.
    """
    if path.stat().st_size > _LARGEST:
        raise NotATable(f"{path}: {path.stat().st_size} bytes, too large for a table of drop reasons")
    try:
        return _of_data(str(path), path.read_bytes())
    except (BTFError, NotEvaluated, NotATable) as error:
        raise NotATable(f"{path}: {error}; give {_KINDS}") from error


def _of_data(source: str, data: bytes) -> OwnTable:
    if data.startswith(_BTF):
        return _of_enums(source, read_enums(data, REASON_ENUMS))
    if b"\0" in data:
        raise NotATable("binary data that is not raw BTF")
    text = data.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        return _of_json(source, text)
    if "print fmt:" in text:
        return _of_format(source, text)
    if rows := reasons_of(drdump_pairs(text)):
        return _of_rows(source, rows)
    return _of_enums(source, read_c_enums([text]) if CORE_ENUM in text else {})


def _of_format(source: str, text: str) -> OwnTable:
    if "name: qdisc_drop" in text:
        raise NotATable("lists the reasons of queueing disciplines only; that of kfree_skb has the others")
    return _of_rows(source, reasons_of(format_pairs(text)))


def _of_json(source: str, text: str) -> OwnTable:
    """Read what `dropreasons table --format json` writes."""
    try:
        document = json.loads(text)
        rows = [(int(row["value"]), str(row["name"])) for row in document["values"]]
        subsystems = {int(row["id"]): str(row["name"]) for row in document["subsystems"]}
        complete = all(row["known"] != "unknown" for row in document["subsystems"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotATable("JSON, but not a table of `dropreasons table --format json`") from error
    return _of_rows(source, rows)._replace(complete=complete, subsystems=subsystems)


def _of_enums(source: str, enums: Mapping[str, Mapping[str, int]]) -> OwnTable:
    if not enums.get(CORE_ENUM):
        raise NotATable(f"holds no enum {CORE_ENUM}")
    found = lists_from_enums(enums)
    names: dict[int, str] = {}
    for symbols in found.lists.values():
        own = _unambiguous(reasons_of((value, symbol) for symbol, value in symbols.items()))
        names = own | names
    return OwnTable(source, names, found.subsystems is not None and not found.unknown, found.subsystems or {})


def _of_rows(source: str, rows: Iterable[tuple[int, str]]) -> OwnTable:
    names = _unambiguous(rows)
    if len(names) < _FEWEST:
        raise NotATable("lists no drop reasons")
    return OwnTable(source, names, complete=False, subsystems={})


def _unambiguous(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return names by value.

    Raises:
        NotATable: a number has two names or does not fit 32 bits, or a name has two numbers.
    """
    names: dict[int, str] = {}
    values: dict[str, int] = {}
    for value, name in rows:
        if value > LARGEST_VALUE:
            raise NotATable(f"{value} does not fit 32 bits")
        if names.setdefault(value, name) != name:
            raise NotATable(f"contradicts itself: {value} is both {names[value]} and {name}")
        if values.setdefault(name, value) != value:
            raise NotATable(f"contradicts itself: {name} is both {values[name]} and {value}")
    return names
