# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What an importer brings back: one kernel's table as its source shows it, and what the source cannot tell."""

from typing import TYPE_CHECKING, Any, NamedTuple

from dropreasons.enums import CORE_ENUM, is_marker, lists_from_enums
from dropreasons.yamltext import dump

if TYPE_CHECKING:
    from dropreasons.model.table import Table

Provenance = dict[str, str | list[str]]
HEAD = """\
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Made by `dropreasons import` from the sources named below; edit nothing by hand.
"""


class NotImported(ValueError):
    """A source that cannot be imported; the message says why in one line."""


class Imported(NamedTuple):
    """One table as a source shows it, in plain data: printing it needs no model.

    `silent` says what the source cannot tell; `spellings` are further enumerators for a reason of the table
    (mac80211's RX_DROP for RX_DROP_UNUSABLE).
    """

    name: str
    read: dict[str, Any]
    subsystems: dict[int, str] | None
    lists: dict[str, dict[str, int]]
    silent: tuple[str, ...]
    spellings: dict[str, str]

    @property
    def table(self) -> "Table":
        """The validated table, for comparing and keeping it."""
        from dropreasons.model.table import Table  # noqa: PLC0415  pydantic takes longer than a whole import

        return Table.model_validate(self._plain())

    def as_text(self) -> str:
        """Return the table as its file in kernels/ has it."""
        return HEAD + dump(self._plain())

    def _plain(self) -> dict[str, Any]:
        return {"table": self.name, "reads": [self.read], "subsystems": self.subsystems, "lists": self.lists}


def imported(enums: dict[str, dict[str, int]], kernel: str, source: Provenance, **read: Any) -> Imported:
    """Make a table of the enums a source shows.

    Args:
        enums: enumerators and values by enum.
        kernel: the kernel's release, or what is known of it.
        source: where the enums were read: kind, file or package, digest.
        read: further facts of the reading (header, tracepoint_fields, note, version_evidence).

    Raises:
        NotImported: the source has no drop reasons.
    """
    if CORE_ENUM not in enums or not enums[CORE_ENUM]:
        raise NotImported(f"holds no enum {CORE_ENUM}: this kernel gives no drop reasons, or it is another file")
    lists = lists_from_enums(enums)
    reading = {
        "kernel": kernel,
        "name": kernel,
        "kind": "imported",
        "shows": (["subsystems"] if lists.subsystems is not None else []) + list(lists.lists),
        "status": "read",
        "version_evidence": read.pop("version_evidence", "named by who imported it"),
        "source": source,
        **{key: value for key, value in read.items() if value is not None},
    }
    silent = [f"the list of {name} is not in this source" for name in lists.unknown]
    if lists.subsystems is None:
        silent.append("the ids of the sub-systems are not in this source")
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in kernel.lower()).strip("-._") or "imported"
    spellings = _spellings(enums, lists.lists)
    return Imported(name, reading, lists.subsystems, lists.lists, tuple(silent), spellings)


def _spellings(enums: dict[str, dict[str, int]], lists: dict[str, dict[str, int]]) -> dict[str, str]:
    """Return enumerators of a sub-system that have the value of a reason, but another name."""
    names = {symbol for values in lists.values() for symbol in values}
    by_value = {value: symbol for values in lists.values() for symbol, value in values.items() if value >> 16}
    return {
        symbol: by_value[value]
        for values in enums.values()
        for symbol, value in values.items()
        if value in by_value and symbol not in names and not is_marker(symbol)
    }
