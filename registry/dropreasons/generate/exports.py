# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a whole release in the forms that other programs load: JSON lines, CSV, SQLite and C."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

from dropreasons.generate.c_header import Enumerator, header_of
from dropreasons.ranges import point

Document = Mapping[str, Any]

COLUMNS = (
    "name",
    "symbol",
    "subsystem",
    "status",
    "class",
    "layer",
    "direction",
    "severity",
    "since",
    "until",
    "summary",
)
_KERNEL = ("family", "line", "flavour", "first", "last", "release", "table", "evidence", "source", "note")


class Form(NamedTuple):
    """A form of a release: its media type, and what makes it from the text of the release."""

    media_type: str
    make: Callable[[str], bytes]


def as_csv(documents: Iterable[Document]) -> bytes:
    """Return a line for each reason, without its longer texts (RFC 4180, with a head)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([document[column] for column in COLUMNS] for document in documents)
    return out.getvalue().encode()


def as_lines(documents: Iterable[Document]) -> bytes:
    """Return a line of JSON for each reason, whole."""
    return b"".join(_json(document).encode() + b"\n" for document in documents)


def as_sqlite(text: str) -> bytes:
    """Return an SQLite file: the reasons, every number of every table, and the kernels that use it."""
    release = json.loads(text)
    with closing(sqlite3.connect(":memory:")) as database:
        _write(database, "registry", ("key", "value"), [(k, release[k]) for k in ("date", "schema_version", "version")])
        reasons = release["reasons"].values()
        _write(database, "reason", (*COLUMNS, "document"), ([*map(r.__getitem__, COLUMNS), _json(r)] for r in reasons))
        _write(database, "number", ("table_id", "subsystem", "symbol", "value"), _numbers(release["tables"]))
        columns = tuple(c.replace("table", "table_id") for c in _KERNEL)
        _write(database, "kernel", columns, ([k[key] for key in _KERNEL] for k in release["kernels"].values()))
        database.execute("create index number_by_value on number (value)")
        database.commit()
        database.execute("vacuum")
        return database.serialize()


def as_header(text: str) -> bytes:
    """Return a C header with the core list of the newest upstream kernel of the release."""
    release = json.loads(text)
    upstream = [k for k in release["kernels"].values() if k["family"] == "upstream" and k["table"]]
    newest = max(upstream, key=lambda kernel: (point(kernel["line"]), point(kernel["first"])))
    summaries = {reason["symbol"]: reason["summary"] for reason in release["reasons"].values()}
    core = release["tables"][newest["table"]]["core"]
    enumerators = [Enumerator(s, n, summaries.get(s, "")) for s, n in sorted(core.items(), key=lambda item: item[1])]
    said = (
        f"Release {release['version']} of the registry; the numbers of upstream {newest['line']}, the newest it knows."
    )
    return header_of(enumerators, "core", [said]).encode()


def _reasons(text: str) -> Iterable[Document]:
    reasons: Mapping[str, Document] = json.loads(text)["reasons"]
    return reasons.values()


FORMS: Mapping[str, Form] = {
    "json": Form("application/json", str.encode),
    "ndjson": Form("application/x-ndjson", lambda text: as_lines(_reasons(text))),
    "csv": Form("text/csv; charset=utf-8", lambda text: as_csv(_reasons(text))),
    "sqlite": Form("application/vnd.sqlite3", as_sqlite),
    "h": Form("text/plain; charset=utf-8", as_header),
}


def _numbers(tables: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterator[tuple[str, str, str, int]]:
    """Yield every number of every table."""
    for table, lists in tables.items():
        for subsystem, values in lists.items():
            for symbol, value in values.items():
                yield table, subsystem, symbol, value


def _write(database: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: Iterable[Iterable[Any]]) -> None:
    """Create a table with these columns and rows."""
    names = ", ".join(f'"{column}"' for column in columns)
    database.execute(f"create table {table} ({names})")
    places = ", ".join("?" * len(columns))
    database.executemany(f"insert into {table} values ({places})", map(tuple, rows))  # noqa: S608  constant names


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
