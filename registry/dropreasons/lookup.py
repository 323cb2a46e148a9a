# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads registry.db: names, numbers, kernels and search, with the standard library only."""

import sqlite3
from typing import Any, NamedTuple

from dropreasons.ranges import release_at
from dropreasons.registry_file import RegistryError, address_of, default_path, verified_head

LARGEST_VALUE = 0xFFFFFFFF
#: The key of meta under which a registry.db has the digest of what it holds.
DIGEST = "content_sha256"
LONGEST_QUERY = 200


class Meaning(NamedTuple):
    """What one value means in one table.

    `sure` is False where the list was inferred, or read for another kernel with the same core list;
    `why` says which.
    """

    name: str
    subsystem: str
    table: str
    sure: bool
    why: str


def content_digest(database: sqlite3.Connection) -> str:
    """Return the sha256 of every row of every table, but for the digest itself."""
    from hashlib import sha256  # noqa: PLC0415  only a builder and a server pay for this import

    digest = sha256()
    tables = "select name from sqlite_master where type = 'table' and sql not like 'create virtual%' order by name"
    for (table,) in database.execute(tables).fetchall():
        for row in database.execute(f'select * from "{table}"'):  # noqa: S608  names from the file's own schema
            if row[0] != DIGEST:
                digest.update(repr(row).encode())
    return digest.hexdigest()


class Registry:
    """An open registry.db."""

    def __init__(self, path: str | None = None) -> None:
        """Open a registry.db read-only.

        Raises:
            RegistryError: it is missing, truncated, no registry, or made for another version of this tool.
        """
        self.path = path or default_path()
        verified_head(self.path)
        self.database = sqlite3.connect(address_of(self.path), uri=True, check_same_thread=False)

    def verify(self) -> None:
        """Read the whole file, and compare it with the digest its builder stored; takes some 0.1 s.

        Raises:
            RegistryError: something in it was damaged.
        """
        try:
            whole = self.database.execute("pragma integrity_check").fetchall() == [("ok",)]
            whole = whole and content_digest(self.database) == self.meta().get(DIGEST)
        except sqlite3.DatabaseError:
            whole = False
        if not whole:
            raise RegistryError(f"{self.path}: damaged since it was built; rebuild it with `dropreasons build`")

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def meta(self) -> dict[str, str]:
        """Return what the registry says of itself."""
        return dict(self.database.execute("select key, value from meta"))

    def overlays(self) -> list[dict[str, str]]:
        """Return the overlays laid over the registry: name, title, file and sha256."""
        import json  # noqa: PLC0415  a look-up by name does without

        return list(json.loads(self.meta().get("overlays", "[]")))

    def spelled(self, text: str) -> tuple[str, str] | None:
        """Return the name and the kind of spelling (name, symbol, alias) that a text stands for, in any case."""
        row: tuple[str, str] | None = self.database.execute(
            "select name, kind from spelling where spelling = ?", (text.upper(),)
        ).fetchone()
        return row

    def page(self, name: str) -> str:
        """Return the text page of a reason, made when the registry was built."""
        return str(self.database.execute("select page from reason where name = ?", (name,)).fetchone()[0])

    def body(self, name: str) -> str:
        """Return the JSON document of a reason, made when the registry was built."""
        return str(self.database.execute("select body from reason where name = ?", (name,)).fetchone()[0])

    def bodies(self) -> list[tuple[str, str]]:
        """Return name and JSON document of every reason, by sub-system and name."""
        return self.database.execute("select name, body from reason order by position").fetchall()

    def summary(self, name: str) -> str:
        """Return the one-sentence summary of a name, empty where the text is still missing."""
        row = self.database.execute(
            "select summary from reason join spelling using (name) where spelling = ?", (name.upper(),)
        ).fetchone()
        return str(row[0] or "") if row else ""

    def value_of(self, name: str, table: str) -> int | None:
        """Return the number of a name in a table."""
        row = self.database.execute("select value from value where table_id = ? and name = ?", (table, name)).fetchone()
        return int(row[0]) if row else None

    def meaning(self, value: int, table: str, shows: tuple[str, ...] | None = None) -> list[Meaning]:
        """Return what a value means in a table; several answers where tables that agree otherwise differ.

        Args:
            value: the 32-bit value a trace shows.
            table: the table of the kernel.
            shows: the lists that were read for the kernel itself, None for all of the table's.
        """
        rows = self.database.execute(
            "select name, subsystem, inferred, table_id from value where value = ? and table_id = ?"
            " and in_subsystem = 1",
            (value, table),
        ).fetchall()
        if not rows and value >> 16:
            rows = self.database.execute(
                "select name, subsystem, ?, min(value.table_id) from value join alike on alike_id = value.table_id"
                " where value = ? and alike.table_id = ? and in_subsystem = 1 group by name, subsystem",
                ("read for a kernel with the same core list, not for this one", value, table),
            ).fetchall()
        answers = []
        for name, subsystem, inferred, found_in in rows:
            why = inferred
            if not why and shows is not None and subsystem not in shows:
                why = f"the list of {subsystem} was not read for this kernel; {found_in} has this"
            answers.append(Meaning(name, subsystem, table, not why, why or ""))
        return answers

    def spans(self) -> list[dict[str, Any]]:
        """Return every span of kernels that was read, by family and line, oldest first.

        The points of upstream lines are given as releases (6.12.97), those of others as they are numbered.
        """
        columns = "family, line, flavour, first, last, table_id, evidence, release, note, source"
        rows = self.database.execute(f"select {columns} from span order by position")  # noqa: S608  constant text
        spans = [dict(zip(columns.split(", "), row, strict=True)) for row in rows]
        for span in spans:
            span["table"] = span.pop("table_id")
            if span["family"] == "upstream":
                span["first"] = release_at(span["line"], span["first"])
                span["last"] = release_at(span["line"], span["last"]) if span["last"] else None
        return spans

    def trees(self) -> list[dict[str, Any]]:
        """Return the source trees whose callers were read, oldest first."""
        columns = "kernel, source, scanned, sites, missing"
        rows = self.database.execute(f"select {columns} from tree order by position")  # noqa: S608  constant text
        return [dict(zip(columns.split(", "), row, strict=True)) for row in rows]

    def callers(self, name: str) -> list[dict[str, Any]]:
        """Return the functions found raising a reason, with the trees they were seen in (kernels, and as ranges)."""
        columns = "function, file, how, via, condition, ranges, kernels"
        query = f"select {columns} from caller where name = ? order by position"  # noqa: S608  constant text
        return [dict(zip(columns.split(", "), row, strict=True)) for row in self.database.execute(query, (name,))]

    def subsystem_of(self, value: int, table: str) -> str | None:
        """Return the sub-system whose id a value carries in a table."""
        row = self.database.execute(
            "select subsystem from subsystem where table_id = ? and id = ?", (table, value >> 16)
        ).fetchone()
        return str(row[0]) if row else None

    def near(self, text: str, most: int = 5) -> list[str]:
        """Return the names most like a text, for somebody who misspelled one."""
        from difflib import get_close_matches  # noqa: PLC0415  only a mistake pays for this import

        wanted = text.upper().removeprefix("SKB_DROP_REASON_")[:LONGEST_QUERY]
        spellings = dict(self.database.execute("select spelling, name from spelling where kind != 'symbol'"))
        return list(dict.fromkeys(spellings[found] for found in get_close_matches(wanted, spellings, most, 0.5)))

    def search(self, query: str, most: int = 20) -> list[tuple[str, str, str]]:
        """Return name, summary and a snippet of the reasons that best match a query's words."""
        words = [word for word in "".join(c if c.isalnum() else " " for c in query[:LONGEST_QUERY]).split() if word]
        if not words:
            return []
        for operator in (" ", " OR "):
            match = operator.join(f'"{word}"*' for word in words)
            rows = self.database.execute(
                "select name, summary, snippet(text_fts, -1, '', '', '...', 12) from text_fts where text_fts match ?"
                " order by bm25(text_fts, 10, 6, 4, 1, 1), name limit ?",
                (match, most),
            ).fetchall()
            if rows:
                return rows
        return []
