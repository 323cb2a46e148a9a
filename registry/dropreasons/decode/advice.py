# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says which reasons to look at first, why, and what the first step is; what is normal is only named."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from dropreasons.decode.rows import Row
from dropreasons.lookup import Registry

_SERIOUS = ("investigate", "depends")


class Look(NamedTuple):
    """A reason to look at: a command that confirms it, what that shows, and a remedy; None where none is known."""

    row: Row
    run: str | None
    look: str | None
    remedy: str | None


class Advice(NamedTuple):
    """Reasons to look at, the most pressing first; those that are normal; and those that were not decoded."""

    first: tuple[Look, ...]
    benign: tuple[Row, ...]
    open: tuple[Row, ...]


def advice(registry: Registry, rows: Sequence[Row]) -> Advice:
    """Return what to look at, given the rows by reason, the most frequent first."""
    serious = [row for severity in _SERIOUS for row in rows if row.severity == severity]
    return Advice(
        tuple(_look(registry, row) for row in serious),
        tuple(row for row in rows if row.severity == "benign"),
        tuple(row for row in rows if row.severity == "unknown"),
    )


def _look(registry: Registry, row: Row) -> Look:
    document = json.loads(registry.body(row.entry)) if row.entry else {}
    confirm: dict[str, str] = next(iter(document.get("confirm", ())), {})
    return Look(row, confirm.get("run"), confirm.get("look"), next(iter(document.get("remedies", ())), None))
