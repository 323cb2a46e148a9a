# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Shows a summary to programs: as JSON with everything, a line of JSON a row, or CSV."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from dropreasons.decode.advice import Look
from dropreasons.decode.narrow import Kernels
from dropreasons.decode.origin import Origin
from dropreasons.decode.output.printable import printable
from dropreasons.decode.rows import Counted, Row
from dropreasons.decode.summary import Input, Summary

SCHEMA_VERSION = "1.0"
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@")
_LONGEST_CELL = 1000


def as_json(summary: Summary) -> str:
    """Return everything, as one document."""
    return _dump(as_document(summary)) + "\n"


def as_ndjson(summary: Summary) -> str:
    """Return the rows, a line each."""
    return "".join(_dump(_row(row)) + "\n" for row in summary.rows)


def as_csv(summary: Summary) -> str:
    """Return the rows as a table; lists stand in one cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rows = [_row(row) for row in summary.rows]
    columns = [name for name in Row._fields if name != "times"]
    writer.writerow([_COLUMNS.get(name, name) for name in columns])
    writer.writerows([_cell(row[_COLUMNS.get(name, name)]) for name in columns] for row in rows)
    return text.getvalue()


def as_document(summary: Summary) -> dict[str, Any]:
    """Return everything there is to say."""
    advice, steps = summary.advice, summary.timeline
    return {
        "schema_version": SCHEMA_VERSION,
        "by": summary.by,
        "lines": summary.lines,
        "drops": summary.drops,
        "unknown": summary.unknown,
        "first": summary.first,
        "last": summary.last,
        "inputs": [_input(read) for read in summary.inputs],
        "rows": [_row(row) for row in summary.rows],
        "foreign": _counted(summary.foreign),
        "advice": {
            "first": [_look(look) for look in advice.first],
            "benign": [row.label for row in advice.benign],
            "open": [row.label for row in advice.open],
        },
        "timeline": {**steps._asdict(), "drops": dict(summary.times)},
    }


_COLUMNS = {"reason_class": "class"}


def _row(row: Row) -> dict[str, Any]:
    document = {_COLUMNS.get(name, name): value for name, value in row._asdict().items()}
    return document | {
        "share": round(row.share, 6),
        "candidates": [{"name": possible.name, **_kernels(possible.kernels)} for possible in row.candidates],
        "details": _counted(row.details),
        "reasons": _counted(row.reasons),
        "locations": _counted(row.locations),
    }


def _input(read: Input) -> dict[str, Any]:
    tally = read.tally
    return {
        "name": read.name,
        "lines": tally.lines,
        "drops": tally.drops,
        "told": tally.told,
        "unknown": tally.unknown,
        "not_understood": [{"line": line, "text": text} for line, text in tally.not_understood],
        "kernel": _kernel(read.origin),
    }


def _kernel(origin: Origin) -> dict[str, Any]:
    machine = origin.machine
    resolution, narrowed = machine.resolution, machine.narrowed
    return {
        "found_by": origin.found_by,
        "described": origin.described,
        "release": resolution.release.text if resolution else None,
        "confidence": resolution.confidence if resolution else None,
        "own_table": machine.own.source if machine.own else None,
        "tables": [c.table for c in resolution.candidates if c.table] if resolution else _tables(origin),
        "narrowed_to": _kernels(narrowed.kernels) if narrowed else None,
        "notes": origin.notes,
    }


def _tables(origin: Origin) -> tuple[str, ...]:
    return origin.machine.narrowed.tables if origin.machine.narrowed else ()


def _kernels(kernels: Kernels) -> dict[str, Any]:
    return {"upstream": kernels.upstream, "distributions": kernels.distributions}


def _look(look: Look) -> dict[str, Any]:
    row = look.row
    return {
        "reason": row.label,
        "drops": row.drops,
        "severity": row.severity,
        "why": row.meaning,
        "run": look.run,
        "look": look.look,
        "remedy": look.remedy,
    }


def _counted(found: Iterable[Counted]) -> list[dict[str, Any]]:
    return [one._asdict() for one in found]


def _dump(document: dict[str, Any]) -> str:
    """Return JSON in ASCII: what a terminal would obey is escaped."""
    return json.dumps(document).replace("\x7f", "\\u007f")


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = "; ".join(_in_list(item) for item in value)
    text = printable("" if value is None else str(value), _LONGEST_CELL)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, (int, float)) else text


def _in_list(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    return f"{item['label']} ({item['drops']})" if "drops" in item else str(item["name"])
