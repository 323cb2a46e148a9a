# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The published form of a reason: every key present, numbers and life derived from the kernels."""

from collections.abc import Mapping, Sequence
from typing import Any

from dropreasons.catalogue import Catalogue
from dropreasons.derive import Appearance, UpstreamSpan
from dropreasons.enums import CORE, CORE_PREFIX
from dropreasons.grades import grades
from dropreasons.model.reason import Reason
from dropreasons.model.table import Span
from dropreasons.ranges import Stretch, merged, point

SCHEMA_VERSION = "1.0"


def reason_document(
    name: str, entry: Reason, life: Appearance | None, catalogue: Catalogue, upstream: Sequence[UpstreamSpan]
) -> dict[str, Any]:
    """Return everything known of a reason as plain data."""
    values = life.values if life else {}
    written = entry.model_dump(by_alias=True, mode="json")
    written.pop("waive")
    return {
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "symbol": life.symbol if life else CORE_PREFIX + name,
        "subsystem": life.subsystem if life else CORE,
        "overlay": None,
        **written,
        "since": life.since if life else None,
        "until": life.until if life else None,
        "backports": list(life.backports) if life else [],
        "numbers": {
            "upstream": upstream_numbers(values, upstream),
            "distributions": distribution_numbers(values, catalogue.kernels.spans),
        },
        "evidence": grades(entry, life, catalogue.kernels.tables, catalogue.evidence),
    }


def upstream_numbers(values: Mapping[str, int], upstream: Sequence[UpstreamSpan]) -> list[dict[str, Any]]:
    """Return the numbers of a name on upstream kernels, newest first, neighbours with one number joined."""
    said = [values.get(span.table.table) if span.table else None for span in upstream]
    return number_ranges([span.stretch for span in upstream], said)


def number_ranges(stretches: Sequence[Stretch], said: Sequence[int | None]) -> list[dict[str, Any]]:
    """Return the number said of each stretch of kernels, newest first, neighbours with one number joined."""
    return [
        {"kernels": str(run), "first": run.first, "last": run.last, **number(run.said)}
        for run in merged(stretches, said)
    ]


def distribution_numbers(values: Mapping[str, int], spans: Mapping[str, Sequence[Span]]) -> list[dict[str, Any]]:
    """Return the numbers of a name on distributions' kernels, the flavours of one line joined where they agree."""
    found: dict[tuple[str, str, int], list[Span]] = {}
    for family, rows in spans.items():
        for span in rows:
            if family != "upstream" and span.table is not None and span.table in values:
                found.setdefault((family, span.line, values[span.table]), []).append(span)
    return [
        {"family": family, "line": line, "kernels": _kernels(rows), **number(value)}
        for (family, line, value), rows in sorted(found.items(), key=lambda item: _newest_first(item[0]))
    ]


def _newest_first(key: tuple[str, str, int]) -> tuple[str, list[int], int]:
    digits = "".join(c if c.isdigit() else " " for c in key[1]).split()
    return key[0], [-int(d) for d in digits], key[2]


def _kernels(rows: Sequence[Span]) -> list[str]:
    """Name the kernels of some spans: releases, ABI ranges by flavour, or just the line."""
    named: dict[tuple[str, str | None, str | None], list[str]] = {}
    for span in rows:
        key = (span.first, span.last, span.release)
        if span.evidence == "family":
            key = ("", None, None)
        named.setdefault(key, []).append(span.flavour)
    texts = []
    for (first, last, release), flavours in sorted(named.items(), key=lambda n: point(n[0][0] or "0")):
        where = release or (first if first == last else f"{first} to {last or 'now'}")
        shown = " ".join(sorted(filter(None, flavours))) if not release else ""
        texts.append(f"{where} {shown}".strip() if first else "release not known")
    return texts


def number(value: int) -> dict[str, Any]:
    """Return a value in both spellings."""
    return {"value": value, "value_hex": f"{value:#x}"}
