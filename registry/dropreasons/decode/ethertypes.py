# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Names the protocol of a packet by the EtherType that tools print for it."""

_NAMES = {0x0800: "ipv4", 0x0806: "arp", 0x86DD: "ipv6"}


def protocol_name(ethertype: int) -> str:
    """Return ipv4, ipv6 or arp, 0x0004 for any other, and nothing for the 0 of a packet without one."""
    return _NAMES.get(ethertype) or (f"{ethertype:#06x}" if ethertype else "")
