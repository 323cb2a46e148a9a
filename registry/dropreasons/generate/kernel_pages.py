# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The pages on kernels and numbers: tables, what a number means, and what changed between kernels."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from dropreasons.generate.changes import changes
from dropreasons.generate.markdown import Page, Pages
from dropreasons.generate.strips import numbers_strip
from dropreasons.lookup import Registry
from dropreasons.numbers import everywhere


def kernel_pages(pages: Pages) -> Iterator[Page]:
    """Yield the address and text of every page on kernels and numbers."""
    numbers = [everywhere(pages.registry, value) for value in _values(pages.registry)]
    few = [number for number in numbers if number["value"] < 1 << 16]
    meanings = sorted(Counter(len(number["meanings"]) for number in few).items())
    yield "numbers/index.md", pages.page("numbers", numbers=numbers, few=few, meanings=meanings)
    for number in numbers:
        strip = numbers_strip(pages.registry, pages.rows, number["value"])
        yield f"numbers/{number['value_hex']}.md", pages.page("number", number=number, strip=strip)
    tables = list(_tables(pages.registry))
    families = _families(pages.registry)
    yield "kernels/index.md", pages.page("kernels", families=families, tables=tables)
    for table in tables:
        yield f"kernels/{table['id']}.md", pages.page("table", table=table)
    yield "changes.md", pages.page("changes", changes=changes(pages.registry, pages.rows))


def _values(registry: Registry) -> list[int]:
    """Return every value that has ever meant something."""
    rows = registry.database.execute("select distinct value from value where in_subsystem = 1 order by value")
    return [row[0] for row in rows]


def _tables(registry: Registry) -> Iterator[dict[str, Any]]:
    """Yield every table with its lists and the readings it comes from."""
    rows = registry.database.execute("select id, reads, lists from kernel_table order by id").fetchall()
    for table, reads, lists in rows:
        values = registry.database.execute(
            "select subsystem, value, value.name, coalesce(spelling.name, ''), inferred from value"
            " left join spelling on spelling = upper(value.name)"
            " where table_id = ? and in_subsystem = 1 order by value",
            (table,),
        ).fetchall()
        by_list: dict[str, list[tuple[int, str, str]]] = {}
        for subsystem, value, name, entry, _ in values:
            by_list.setdefault(subsystem, []).append((value, name, entry))
        yield {"id": table, "reads": json.loads(reads), "lists": by_list, "inferred": json.loads(lists)["inferred"]}


def _families(registry: Registry) -> dict[str, list[dict[str, Any]]]:
    """Return the spans of every family, upstream first and newest first."""
    families: dict[str, list[dict[str, Any]]] = {"upstream": []}
    for span in reversed(registry.spans()):
        families.setdefault(span["family"], []).append(span)
    return families
