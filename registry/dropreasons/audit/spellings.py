# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Leads a name, however another tool spells it, to its entry: NO_SOCKET, SkbDropReasonNoSocket and "no socket"."""

from dropreasons.enums import CORE_PREFIX, is_marker, reason_name
from dropreasons.lookup import Registry

_PREFIXES = (CORE_PREFIX, "OVS_DROP_", "RX_DROP_", "QDISC_DROP_")
_SUBSYSTEM_IDS = "SKB_DROP_REASON_SUBSYS_"
_WITHOUT = str.maketrans("", "", "_- ")


class Spellings:
    """Every spelling of every name, without case and without what joins words."""

    def __init__(self, registry: Registry) -> None:
        # A name wins over an alias that differs from it by an underscore only.
        rows = registry.database.execute("select spelling, name from spelling order by kind = 'name'")
        self._entries = {_squashed(spelling): str(name) for spelling, name in rows}
        self._meant: dict[str, bool] = {}

    def entry(self, text: str) -> str | None:
        """Return the entry a text stands for, None where it is no reason that any kernel had."""
        return self._entries.get(_squashed(text))

    @staticmethod
    def same(one: str, other: str) -> bool:
        """Tell whether two texts are the same name, however written."""
        return _squashed(one) == _squashed(other)

    def means_a_reason(self, text: str) -> bool:
        """Tell whether a text is a reason, or has at least the form of one."""
        if text not in self._meant:
            formed = text.startswith(_PREFIXES) and (is_marker(text) or not text.startswith(_SUBSYSTEM_IDS))
            self._meant[text] = formed or self.entry(text) is not None
        return self._meant[text]


def marks_an_end(text: str) -> bool:
    """Tell whether a name is MAX or SUBSYS_MASK, which no trace shows as a reason."""
    return is_marker(text) or reason_name(text) in {"MAX", "SUBSYS_MASK"}


def _squashed(text: str) -> str:
    return text.translate(_WITHOUT).upper().removeprefix("SKBDROPREASON")
