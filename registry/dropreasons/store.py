# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Builds registry.db, the one file that every look-up reads, byte for byte reproducible."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from dropreasons import __version__
from dropreasons.catalogue import Catalogue
from dropreasons.derive import Appearance, all_lists, appearances
from dropreasons.enums import CORE, SUBSYSTEM_SHIFT, is_marker, reason_name
from dropreasons.evidence import seen_in, trees_read
from dropreasons.files import replacing
from dropreasons.generate.json_schema import as_text, file_name, schemas
from dropreasons.model.evidence import Evidence
from dropreasons.model.table import Table
from dropreasons.ranges import point
from dropreasons.registry_file import APPLICATION_ID, SCHEMA_VERSION
from dropreasons.render import reason_page
from dropreasons.sealing import seal
from dropreasons.source import Path_
from dropreasons.tables import Kernels
from dropreasons.versions.archive import Released
from dropreasons.versions.current import named, state_of
from dropreasons.versions.state import Document, canonical

Row = dict[str, Any]
_SUBSYSTEM_ORDER = (CORE, "qdisc", "openvswitch", "mac80211_unusable", "mac80211_monitor")


def build_registry(catalogue: Catalogue, path: Path, releases: Sequence[Released] = ()) -> str:
    """Build registry.db and put it in place whole.

    Args:
        catalogue: what it is to hold.
        path: where to put it.
        releases: every release so far, oldest first.

    Returns:
        The sha256 of the file.
    """
    with replacing(path) as temporary, _told_as_error_of(path):
        temporary.unlink()
        database = Database(temporary, use_counts_table=False)
        database.conn.execute("pragma journal_mode = off")
        database.conn.execute(f"pragma application_id = {APPLICATION_ID}")
        database.conn.execute(f"pragma user_version = {SCHEMA_VERSION}")
        _fill(database, catalogue, releases)
        return seal(database, temporary)


@contextmanager
def _told_as_error_of(path: Path) -> Iterator[None]:
    """Name the file where SQLite cannot write on, as on a full disk."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(f"{path}: {error}") from error


def _fill(database: Database, catalogue: Catalogue, releases: Sequence[Released]) -> None:
    """Write every table."""
    lives = appearances(catalogue.kernels)
    state = named(state_of(catalogue), releases)
    reasons = list(_reasons(catalogue, state.reasons.values()))
    tables = catalogue.kernels.tables
    database.table("meta").insert_all(
        ({"key": k, "value": v} for k, v in _meta(catalogue, state.name).items()), pk="key"
    )
    database.table("reason").insert_all(reasons, pk="name")
    database.table("spelling").insert_all(_spellings(catalogue, lives), pk="spelling")
    database.table("kernel_table").insert_all(map(_table, tables.values()), pk="id")
    database.table("subsystem").insert_all(_subsystems(tables), pk=("table_id", "id"))
    database.table("value").insert_all(_values(tables), pk=("table_id", "value", "subsystem"))
    database.table("value").create_index(["value"])
    database.table("alike").insert_all(_alike(tables), pk=("table_id", "alike_id"))
    database.table("span").insert_all(_spans(catalogue.kernels), pk="position")
    database.table("span").create_index(["family", "line", "flavour"])
    database.table("span").create_index(["release"])
    database.table("tree").insert_all(_trees(catalogue.evidence), pk="position")
    database.table("caller").insert_all(_callers(catalogue.evidence), pk="position")
    database.table("caller").create_index(["name"])
    schema_rows = ({"file": file_name(kind), "body": as_text(schema)} for kind, schema in schemas().items())
    database.table("schema").insert_all(schema_rows, pk="file")
    release_columns = {"version": str, "date": str, "sha256": str, "reasons": int, "tables": int, "body": str}
    database.table("release").create(release_columns, pk="version")
    database.table("release").insert_all(_releases(releases))
    columns = ["name", "aliases", "summary", "meaning", "more"]
    database.table("text").insert_all(text_rows(reasons), pk="rowid")
    database.table("text").enable_fts(columns, tokenize="porter unicode61")
    database.table("text_fts").optimize()


def _meta(catalogue: Catalogue, release: str) -> dict[str, str]:
    newest = max((s for s in catalogue.kernels.spans["upstream"]), key=lambda s: point(s.line))
    return {
        "made_by": f"dropreasons build {__version__}",
        "made_from": "reasons.yaml and kernels/",
        "release": release,
        "newest_line": newest.line,
        "reasons": str(len(catalogue.reasons)),
        "tables": str(len(catalogue.kernels.tables)),
    }


def _reasons(catalogue: Catalogue, documents: Iterable[Document]) -> Iterator[Row]:
    """Yield one row for each entry."""
    in_order = sorted(documents, key=lambda d: (_SUBSYSTEM_ORDER.index(d["subsystem"]), d["name"]))
    for position, document in enumerate(in_order):
        yield reason_row(position, document, catalogue.source.locate((document["name"],), key=True).line)


def reason_row(position: int, document: Document, line: int) -> Row:
    """Return the row of an entry, which stands in the given line of its file."""
    return {
        "position": position,
        **{key: document[key] for key in ("name", "symbol", "subsystem", "overlay", "status", "summary")},
        **{key: document[key] for key in ("class", "layer", "direction", "severity", "since", "until")},
        "line": line,
        "page": reason_page(document),
        "body": canonical(document),
    }


def _spellings(catalogue: Catalogue, lives: dict[str, Appearance]) -> list[Row]:
    """Return every spelling that leads to a reason; a name wins over a symbol, a symbol over an alias."""
    found: dict[str, Row] = {}
    aliases: dict[str, str] = {}
    places: dict[str, Path_] = {}

    def add(spelling: str, name: str, kind: str, alias: str = "") -> None:
        place = str(catalogue.source.locate(places.get(alias, (name,)), key=not alias))
        found.setdefault(spelling.upper(), {"spelling": spelling.upper(), "name": name, "kind": kind, "place": place})

    for name, entry in catalogue.reasons.items():
        for index, alias in enumerate(entry.aliases):
            aliases[alias.name] = name
            places[alias.name] = (name, "aliases", index, "name")
    for name in catalogue.reasons:
        add(name, name, "name")
    for life in lives.values():
        add(life.symbol, aliases.get(life.name, life.name), "symbol")
    for spelling, name in aliases.items():
        add(spelling, name, "alias", spelling)
        add(f"SKB_DROP_REASON_{spelling}", name, "alias", spelling)
    for name, entry in catalogue.reasons.items():
        if entry.status == "proposed":
            add(f"SKB_DROP_REASON_{name}", name, "symbol")
    return sorted(found.values(), key=lambda row: str(row["spelling"]))


def _table(table: Table) -> Row:
    reads = [read.model_dump(mode="json") for read in table.reads]
    return {
        "id": table.table,
        "subsystems": None if table.subsystems is None else json.dumps(table.subsystems),
        "reads": json.dumps(reads, ensure_ascii=False, sort_keys=True),
        "lists": json.dumps({"read": sorted(table.lists), "inferred": sorted(table.inferred)}),
    }


def _subsystems(tables: dict[str, Table]) -> Iterator[Row]:
    for table in tables.values():
        for number, name in (table.subsystems or {0: CORE}).items():
            known = "read" if name in table.lists else "inferred" if name in table.inferred else "unknown"
            yield {"table_id": table.table, "id": number, "subsystem": name, "known": known}


def _values(tables: dict[str, Table]) -> Iterator[Row]:
    """Yield every enumerator of every table, markers included: a header needs them."""
    for table in tables.values():
        ids = {name: number for number, name in (table.subsystems or {0: CORE}).items()}
        for subsystem, values in all_lists(table).items():
            guess = table.inferred.get(subsystem)
            for position, (symbol, value) in enumerate(values.items()):
                inside = value >> SUBSYSTEM_SHIFT == ids[subsystem] and not is_marker(symbol)
                yield {
                    "table_id": table.table,
                    "value": value,
                    "subsystem": subsystem,
                    "name": reason_name(symbol),
                    "symbol": symbol,
                    "position": position,
                    "in_subsystem": int(inside),
                    "inferred": guess.why if guess else None,
                }


def _alike(tables: dict[str, Table]) -> Iterator[Row]:
    """Yield the fuller tables that agree with all a table shows, for lists its own source could not show."""
    for table in tables.values():
        for other in tables.values():
            same = other.lists[CORE] == table.lists[CORE] and other.subsystems == table.subsystems
            if other is not table and same and len(other.lists) > len(table.lists):
                yield {"table_id": table.table, "alike_id": other.table}


def _spans(kernels: Kernels) -> Iterator[Row]:
    position = 0
    for family, spans in sorted(kernels.spans.items()):
        for span in sorted(spans, key=lambda s: (_numbers(s.line), s.line, s.flavour, point(s.first))):
            yield {
                "position": position,
                "family": family,
                **span.model_dump(
                    include={"line", "flavour", "first", "last", "evidence", "release", "note", "source"}
                ),
                "table_id": span.table,
                "points": json.dumps(span.points),
                "shows": None if span.shows is None else json.dumps(span.shows),
            }
            position += 1


def _trees(evidence: Evidence) -> Iterator[Row]:
    """Yield the trees whose callers were read, oldest first."""
    for position, tree in enumerate(evidence.trees):
        yield {"position": position, **tree.model_dump()}


def _callers(evidence: Evidence) -> Iterator[Row]:
    """Yield every caller of every reason, with the trees it was seen in."""
    trees = trees_read(evidence)
    position = 0
    for symbol, rows in evidence.callers.items():
        for row in rows:
            yield {
                "position": position,
                "name": reason_name(symbol),
                **row.model_dump(include={"function", "file", "how", "via", "condition"}),
                "ranges": ", ".join(row.kernels),
                "kernels": json.dumps(seen_in(row.kernels, trees)),
            }
            position += 1


def _numbers(text: str) -> list[int]:
    return [int(n) for n in "".join(c if c.isdigit() else " " for c in text).split()]


def _releases(releases: Sequence[Released]) -> Iterator[Row]:
    """Yield every release, oldest first, with the very text of its file."""
    for release, text in releases:
        yield {**release.model_dump(), "body": text}


def text_rows(reasons: list[Row]) -> Iterator[Row]:
    """Yield what the full-text search looks through."""
    for row in reasons:
        document = json.loads(row["body"])
        more = [*document["causes"], *document["remedies"], *(s["run"] + " " + s["look"] for s in document["confirm"])]
        more += [f"{c['function']} {c['file']} {c['when']}" for c in document["callers"]]
        more += [c["name"] for c in document["counters"]]
        yield {
            "rowid": row["position"] + 1,
            "name": row["name"],
            "aliases": " ".join([row["symbol"], *(a["name"] for a in document["aliases"])]),
            "summary": row["summary"],
            "meaning": document["meaning"],
            "more": "\n".join(more),
        }
