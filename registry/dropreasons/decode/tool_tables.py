# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Knows the fixed tables that some tools carry, by the upstream kernels whose lists they equal.

Each was compared number by number with the tables of the registry, in every commit that changed it up to:

- bcc: tools/tcpdrop.py of iovisor/bcc at 6d0a964c2cda, unchanged since 88d621954655 brought it.
- ebpf_exporter: examples/kfree_skb.yaml of cloudflare/ebpf_exporter at 3b8f4d739748; it has the end marker as a reason.
- lmp: net_watcher/dropreason.h of linuxkerneltravel/lmp at 05a715f7f1e6; it has both markers as reasons.
- netobserv: pkg/decode/decode_protobuf.go of netobserv/netobserv-ebpf-agent at 56a7d35f5e5c.  Five names, from commits
  after 8c6c4c91c326 on, have the numbers that followed its list, which they have on no kernel.
"""

from collections.abc import Mapping
from typing import NamedTuple

from dropreasons.enums import CORE
from dropreasons.lookup import Registry
from dropreasons.resolve import resolve


class ToolTable(NamedTuple):
    """A tool's own table: the lists of upstream releases that it equals, and what it has beside them."""

    lists: Mapping[str, str]
    beside: Mapping[int, str]

    @property
    def described(self) -> str:
        """Say whose table it is."""
        line = self.lists[CORE].removesuffix(".0")
        return f"that of upstream {line}" + (", with additions of its own" if self.beside else "")


TOOL_TABLES = {
    "bcc": ToolTable({CORE: "6.14.0"}, {}),
    "ebpf_exporter": ToolTable({CORE: "6.5.0"}, {}),
    "lmp": ToolTable({CORE: "6.5.0"}, {}),
    "netobserv": ToolTable(
        {CORE: "6.5.0", "openvswitch": "6.10.0"},
        {
            76: "QUEUE_PURGE",
            77: "TC_COOKIE_ERROR",
            78: "PACKET_SOCK_ERROR",
            79: "TC_CHAIN_NOTFOUND",
            80: "TC_RECLASSIFY_LOOP",
        },
    ),
}


def tool_names(registry: Registry, tool: str) -> dict[int, str]:
    """Return the names by value that a tool prints, none for a tool without a table of its own."""
    table = TOOL_TABLES.get(tool)
    if table is None:
        return {}
    names: dict[int, str] = {}
    for subsystem, release in table.lists.items():
        kernel = resolve(registry.database, release).candidates[0].table
        names |= registry.database.execute(
            "select value, name from value where table_id = ? and subsystem = ? and in_subsystem = 1",
            (kernel, subsystem),
        ).fetchall()
    return names | dict(table.beside)


def tool_value(registry: Registry, tool: str, name: str) -> int | None:
    """Return the number for which a tool prints a name."""
    return next((value for value, printed in tool_names(registry, tool).items() if printed == name), None)
