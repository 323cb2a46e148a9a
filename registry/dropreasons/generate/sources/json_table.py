# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a table as a JSON document, for languages that have no format of their own here."""

import json

from dropreasons.generate.sources import SPDX, Contents, source_format
from dropreasons.numbers import SCHEMA_VERSION


@source_format("json", ".json", "A document with the table, its kernel and its values.")
def json_table(contents: Contents) -> str:
    """Return a JSON document."""
    resolution = contents.resolution
    document = {
        "$comment": SPDX,
        "schema_version": SCHEMA_VERSION,
        "about": list(contents.about),
        "table": contents.table,
        "kernel": resolution.release.text if resolution else None,
        "confidence": resolution.confidence if resolution else None,
        "subsystems": [{"id": s.number, "name": s.name, "known": s.known} for s in contents.subsystems],
        "values": [
            {
                "value": value.number,
                "value_hex": f"{value.number:#x}",
                "name": value.name,
                "symbol": value.symbol,
                "subsystem": value.subsystem,
                "summary": value.summary,
            }
            for value in contents.values
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
