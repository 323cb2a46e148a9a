# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Takes over a folder of tables that were read elsewhere (kernels/*.json, lines, Debian and Ubuntu ABIs)."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dropreasons.enums import SUBSYSTEM_MASK_SYMBOL
from dropreasons.findings import Finding, FindingsError, Location
from dropreasons.importers.distinct import Reading, distinct_tables
from dropreasons.importers.handover_spans import all_spans
from dropreasons.model.table import Inferred, Read, Spans
from dropreasons.source import read_source
from dropreasons.tables import Kernels, check_spans, check_table

_SUBSYSTEM_PREFIX = "SKB_DROP_REASON_SUBSYS_"


def import_handover(folder: Path) -> Kernels:
    """Read and check a folder of handed-over facts.

    Raises:
        FindingsError: a file is missing or malformed, or a table or span says what cannot be true.
    """
    readings = [_reading(path) for path in sorted(folder.glob("kernels/*.json"))]
    if not readings:
        raise FindingsError([Finding("DK000", "error", "holds no kernels/*.json", Location(str(folder)))])
    tables, names = distinct_tables(readings)
    data = {name: read_source(folder / f"{name}.yaml").data for name in ("lines", "debian", "ubuntu")}
    spans = all_spans(data, names, [r.read for r in readings])
    findings: list[Finding] = []
    for table in tables:
        findings += check_table(table, Location(f"{folder.name}/kernels"))
    for family, rows in spans.items():
        findings += check_spans(Spans(family=family, spans=rows), {t.table for t in tables}, Location(folder.name))
    if findings:
        raise FindingsError(findings)
    return Kernels({t.table: t for t in tables}, spans)


def _reading(path: Path) -> Reading:
    """Take one handed-over table apart."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        lists = {subsystem: _values(pairs, path) for subsystem, pairs in raw["subsystems"].items()}
        why = raw.get("subsystems_inferred_why", "")
        inferred = {
            subsystem: Inferred(why=why, values=_values(pairs, path))
            for subsystem, pairs in (raw.get("subsystems_inferred") or {}).items()
        }
        subsystems = _subsystems(raw["subsys_enum"], lists)
        shows = (["subsystems"] if raw["subsys_enum"] is not None or subsystems == {} else []) + list(lists)
        read = Read(
            kernel=raw["kernel"],
            name=path.stem,
            kind=raw["kind"],
            shows=tuple(shows),
            status=raw["status"],
            version_evidence=raw["how_version_known"],
            source=_provenance(raw["source"]) | _lists_source(raw.get("subsystems_source")),
            header=raw.get("core_path"),
            tracepoint_fields=raw.get("tracepoint_kfree_skb_fields"),
            also_read_in=tuple(raw.get("also_verified_in", ())),
            openvswitch_names=raw.get("ovs_name_table"),
            note=" ".join(filter(None, (raw.get("note"), raw.get("subsystems_note")))) or None,
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"not a table handed over: {type(error).__name__} {error}"
        raise FindingsError([Finding("DK000", "error", message, Location(str(path)))]) from error
    return Reading(read, subsystems, lists, inferred)


def _values(pairs: Iterable[tuple[int, str]], path: Path) -> dict[str, int]:
    """Turn number and name pairs into a list by name, refusing a name that stands twice."""
    values: dict[str, int] = {}
    for number, symbol in pairs:
        if symbol in values:
            raise FindingsError([Finding("DK001", "error", f"{symbol} stands twice", Location(str(path)))])
        values[symbol] = number
    return values


def _subsystems(enum: list[tuple[int, str]] | None, lists: dict[str, dict[str, int]]) -> dict[int, str] | None:
    """Return the sub-systems by id: none before v6.4, None where the source does not show them."""
    if enum is None:
        return None if SUBSYSTEM_MASK_SYMBOL in lists["core"] else {}
    return {n: s.removeprefix(_SUBSYSTEM_PREFIX).lower() for n, s in enum if s != f"{_SUBSYSTEM_PREFIX}NUM"}


def _provenance(source: dict[str, Any]) -> dict[str, str | list[str]]:
    """Return where a table was read, without what only tells of the reader's own disk."""
    return {key: value for key, value in source.items() if value and key not in {"dir", "prefix"}}


def _lists_source(source: dict[str, Any] | None) -> dict[str, str | list[str]]:
    """Return where the sub-systems' lists were read, if not with the core list."""
    return {f"lists_{key}": value for key, value in _provenance(source or {}).items()}
