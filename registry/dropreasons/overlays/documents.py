# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The published form of a reason of an overlay: that of ours, with the overlay's name and what it states."""

import json
import sqlite3
from typing import Any

from dropreasons.catalogue import Catalogue
from dropreasons.derive import Appearance
from dropreasons.evidence import NONE
from dropreasons.model.table import Span
from dropreasons.overlays.reading import Overlaid
from dropreasons.publish import distribution_numbers, number, number_ranges, reason_document
from dropreasons.ranges import Stretch
from dropreasons.tables import Kernels

_COLUMNS = "line, flavour, first, last, table_id, evidence, points, shows, release, note, source"


def document_of(name: str, overlay: Overlaid, life: Appearance | None, database: sqlite3.Connection) -> dict[str, Any]:
    """Return everything known of a reason of an overlay whose numbers are in the database."""
    catalogue = Catalogue(overlay.reasons, Kernels({}, {}), NONE, overlay.source)
    document = reason_document(name, overlay.reasons[name], life, catalogue, ())
    stated = {part: {**document["evidence"][part], "grade": "stated"} for part in ("numbers", "callers", "meaning")}
    stated["numbers"]["tables"] = database.execute("select count(*) from value where name = ?", (name,)).fetchone()[0]
    return {
        **document,
        "overlay": overlay.head.name,
        "numbers": {"upstream": _upstream(name, database), "distributions": _distributions(name, database)},
        "evidence": {**document["evidence"], **stated},
        "registry": {"added_in": None, "changed_in": None},
    }


def _upstream(name: str, database: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the numbers of a name on upstream kernels, newest first."""
    rows = database.execute(
        "select line, first, last, value from span left join value on value.table_id = span.table_id and name = ?"
        " where family = 'upstream' order by span.position",
        (name,),
    ).fetchall()
    return number_ranges([Stretch(*row[:3]) for row in rows], [row[3] for row in rows])


def _distributions(name: str, database: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the numbers of a name on distributions' kernels, and on the kernels an overlay names."""
    values = dict(database.execute("select table_id, value from value where name = ?", (name,)).fetchall())
    rows = database.execute(
        f"select family, {_COLUMNS} from span where family not in ('upstream', 'overlay')"  # noqa: S608  constant text
    ).fetchall()
    spans: dict[str, list[Span]] = {}
    for family, *columns in rows:
        fields = dict(zip(_COLUMNS.replace("table_id", "table").split(", "), columns, strict=True))
        fields |= {"points": json.loads(fields["points"]), "shows": json.loads(fields["shows"] or "null")}
        spans.setdefault(family, []).append(Span(**fields))
    own = database.execute("select line, table_id from span where family = 'overlay' order by position").fetchall()
    named = [
        {"family": "overlay", "line": kernel, "kernels": [kernel], **number(values[table])}
        for kernel, table in own
        if table in values
    ]
    return distribution_numbers(values, spans) + named
