# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Makes a kernel's lists of reasons from the C enums that define them, wherever those were read."""

from collections.abc import Mapping
from typing import NamedTuple

CORE = "core"
CORE_PREFIX = "SKB_DROP_REASON_"
SUBSYSTEM_SHIFT = 16
#: Present from v6.4 on: it tells that a kernel has sub-systems.
SUBSYSTEM_MASK_SYMBOL = "SKB_DROP_REASON_SUBSYS_MASK"

CORE_ENUM = "skb_drop_reason"
SUBSYSTEM_ENUM = "skb_drop_reason_subsys"
#: Every enum that holds reasons.  Sparse cannot check mac80211's own, so it keeps a twin with a prefix.
REASON_ENUMS = (CORE_ENUM, SUBSYSTEM_ENUM, "___mac80211_drop_reason", "mac80211_drop_reason", "ovs_drop_reason",
                "qdisc_drop_reason")  # fmt: skip

_SUBSYSTEM_PREFIX = "SKB_DROP_REASON_SUBSYS_"
_TWIN = "___"
# Kernel modules whose own BTF holds a list, and the enum it is in.
MODULES = {"mac80211": "mac80211_drop_reason", "openvswitch": "ovs_drop_reason"}


class Lists(NamedTuple):
    """The lists of one kernel.

    `subsystems` is empty for a kernel without sub-systems (before v6.4), None where they were not shown;
    `unknown` names sub-systems that have an id but whose list the source does not hold.
    """

    subsystems: dict[int, str] | None
    lists: dict[str, dict[str, int]]
    unknown: tuple[str, ...]


def lists_from_enums(enums: Mapping[str, Mapping[str, int]]) -> Lists:
    """Sort the enumerators of a kernel's enums into its lists."""
    core = dict(enums[CORE_ENUM])
    if SUBSYSTEM_ENUM in enums:
        ids = {s.removeprefix(_SUBSYSTEM_PREFIX).lower(): n for s, n in enums[SUBSYSTEM_ENUM].items()}
        ids.pop("num", None)
        subsystems: dict[int, str] | None = {number: name for name, number in ids.items()}
    else:
        subsystems = None if SUBSYSTEM_MASK_SYMBOL in core else {}
    lists = {CORE: core}
    named = subsystems or {}
    for symbol, value in _wireless(enums).items():
        if symbol.startswith("RX_DROP_") and value >> SUBSYSTEM_SHIFT in named:
            lists.setdefault(named[value >> SUBSYSTEM_SHIFT], {})[symbol] = value
    openvswitch = {
        s: v for s, v in enums.get("ovs_drop_reason", {}).items() if s.startswith("OVS_") and s != "OVS_DROP_MAX"
    }
    if openvswitch:
        lists["openvswitch"] = openvswitch
    if "qdisc_drop_reason" in enums:
        lists["qdisc"] = dict(enums["qdisc_drop_reason"])
    order = list(named.values())
    lists = {name: lists[name] for name in sorted(lists, key=lambda n: order.index(n) if n in order else -1)}
    return Lists(subsystems, lists, tuple(name for name in order if name not in lists))


def _wireless(enums: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return mac80211's reasons, from the twin where there is one: it alone has the base of the list."""
    twin = {symbol.removeprefix(_TWIN): value for symbol, value in enums.get("___mac80211_drop_reason", {}).items()}
    own = dict(enums.get("mac80211_drop_reason", {}))
    return dict(sorted((twin or own).items(), key=lambda pair: pair[1]))


def reason_name(symbol: str) -> str:
    """Return the name of a reason: its C enumerator without the core's prefix."""
    return symbol.removeprefix(CORE_PREFIX)


def is_marker(symbol: str) -> bool:
    """Tell whether an enumerator only marks an end, a mask or a base, and is never a reason."""
    return symbol.startswith("__") or symbol.endswith(("_MAX", "_SUBSYS_MASK"))
