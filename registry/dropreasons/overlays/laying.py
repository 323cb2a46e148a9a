# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Lays overlays over a copy of a registry.db: their entries, their numbers, and whose they are."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from dropreasons.enums import SUBSYSTEM_SHIFT
from dropreasons.files import replacing
from dropreasons.lookup import Registry
from dropreasons.model.overlay import PrivateList
from dropreasons.overlays.documents import document_of
from dropreasons.overlays.numbers import tables_with_subsystems
from dropreasons.overlays.reading import Overlaid
from dropreasons.sealing import seal
from dropreasons.store import reason_row, text_rows


def lay_over(registry: Registry, overlays: Sequence[Overlaid], path: Path) -> str:
    """Write a registry.db with overlays that were checked, whole or not at all.

    Returns:
        The sha256 of the file.
    """
    with replacing(path) as temporary:
        shutil.copyfile(registry.path, temporary)
        database = Database(temporary, use_counts_table=False)
        database.conn.execute("pragma journal_mode = off")
        _add_numbers(database, overlays)
        for overlay in overlays:
            _add_entries(database, overlay)
        database.table("text_fts").rebuild_fts()
        database.table("text_fts").optimize()
        _add_meta(database, overlays)
        return seal(database, temporary)


def _add_meta(database: Database, overlays: Sequence[Overlaid]) -> None:
    """Name the overlays, and count again."""
    named = [
        {"name": each.head.name, "title": each.head.title, "file": each.source.name, "sha256": each.sha256}
        for each in overlays
    ]
    meta = database.table("meta")
    meta.insert({"key": "overlays", "value": json.dumps(named, ensure_ascii=False)})
    meta.update("reasons", {"value": str(database.table("reason").count)})


def _add_numbers(database: Database, overlays: Sequence[Overlaid]) -> None:
    """Write the numbers into the tables of the kernels they are for."""
    lists = [(overlay.head.name, each) for overlay in overlays for each in overlay.head.lists]
    for overlay, each in lists:
        if each.kernels is None:
            for table in tables_with_subsystems(database.conn, None):
                _add_list(database, table, overlay, each)
    for kernel in dict.fromkeys(kernel for _, each in lists for kernel in each.kernels or ()):
        here = [(overlay, each) for overlay, each in lists if kernel in (each.kernels or ())]
        for table in tables_with_subsystems(database.conn, kernel):
            own = _own_table(database, kernel, table)
            for overlay, each in here:
                _add_list(database, own, overlay, each)


def _own_table(database: Database, kernel: str, table: str) -> str:
    """Copy a table for one kernel, which `resolve` then puts in the place of the one it is made from."""
    own = f"{table}-on-{kernel}"
    for name, columns in (
        ("kernel_table", "subsystems, reads, lists"),
        ("subsystem", "id, subsystem, known"),
        ("value", "value, subsystem, name, symbol, position, in_subsystem, inferred"),
        ("alike", "alike_id"),
    ):
        key = "id" if name == "kernel_table" else "table_id"
        copied = f"insert into {name} ({key}, {columns}) select ?, {columns} from {name} where {key} = ?"  # noqa: S608  constant text
        database.conn.execute(copied, (own, table))
    (last,) = database.conn.execute("select max(position) from span").fetchone()
    span = {"position": last + 1, "family": "overlay", "line": kernel, "flavour": "", "first": "0", "last": "0"}
    database.table("span").insert({**span, "table_id": own, "evidence": "overlay", "points": "[]", "source": table})
    return own


def _add_list(database: Database, table: str, overlay: str, each: PrivateList) -> None:
    """Write a list into a table, so that each of its numbers is known as the overlay's."""
    said = f"by the overlay {overlay}"
    database.table("subsystem").insert({"table_id": table, "id": each.id, "subsystem": each.subsystem, "known": said})
    database.conn.execute(
        "update kernel_table set subsystems = json_set(subsystems, ?, ?) where id = ?",
        (f'$."{each.id}"', each.subsystem, table),
    )
    rows: list[dict[str, Any]] = [
        {"table_id": table, "value": each.id << SUBSYSTEM_SHIFT | number, "subsystem": each.subsystem, "name": name}
        for name, number in each.numbers.items()
    ]
    database.table("value").insert_all(
        {**row, "symbol": row["name"], "position": position, "in_subsystem": 1, "inferred": said}
        for position, row in enumerate(rows)
    )


def _add_entries(database: Database, overlay: Overlaid) -> None:
    """Write the entries behind those that are there, with their spellings and texts."""
    (last,) = database.conn.execute("select max(position) from reason").fetchone()
    lives = overlay.appearances()
    documents = [document_of(name, overlay, lives.get(name), database.conn) for name in sorted(overlay.reasons)]
    rows = [
        reason_row(position, document, overlay.source.locate((document["name"],), key=True).line)
        for position, document in enumerate(documents, last + 1)
    ]
    database.table("reason").insert_all(rows)
    database.table("text").insert_all(text_rows(rows))
    database.table("spelling").insert_all(_spellings(documents), ignore=True)


def _spellings(documents: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Return every spelling that leads to a reason; a name wins over a symbol, a symbol over an alias."""
    spelled = [(each["name"], each["name"], "name") for each in documents]
    spelled += [(each["symbol"], each["name"], "symbol") for each in documents]
    spelled += [(alias["name"], each["name"], "alias") for each in documents for alias in each["aliases"]]
    return [{"spelling": spelling.upper(), "name": name, "kind": kind} for spelling, name, kind in spelled]
