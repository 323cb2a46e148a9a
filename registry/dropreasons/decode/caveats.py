# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says what a name does not tell, though the kernel printed it: the limits of drop_monitor and of QDISC_DROP."""

from dropreasons.kernelrelease import KernelRelease

#: Formats whose names drop_monitor made, the kernel's netlink interface for drops.
DROP_MONITOR = frozenset({"dropwatch", "tshark", "tshark-json"})

# Distributions whose version numbers are those of the upstream kernel they build.
_UPSTREAM_NUMBERS = {"upstream", "local", "arch", "fedora", "debian"}

_NAMELESS = (
    "drop_monitor also prints NOT_SPECIFIED for a reason it has no name for, such as one of a sub-system that"
    " registered none; another tool on that machine would tell"
)
_MAY_BE_SHIFTED = (
    "drop_monitor of 6.6.0 to 6.6.47 and of 6.7 to 6.10.6 prints the next name for every Open vSwitch reason;"
    " if this is such a kernel, the true one is that before it in the kernel's list"
)
_QDISC = (
    "from 7.1 on QDISC_DROP is all that kfree_skb shows of a queueing discipline's drop;"
    " its detail is in the tracepoint qdisc:qdisc_drop, at the same skb address"
)


def caveats(name: str | None, format_name: str, release: KernelRelease | None) -> tuple[str, ...]:
    """Return what must be said beside a name, for the format it was printed in and the kernel, None if not known."""
    if name == "NOT_SPECIFIED" and format_name in DROP_MONITOR:
        return (_NAMELESS,)
    if name == "QDISC_DROP" and (release is None or release.version >= (7, 1, 0)):
        return (_QDISC,)
    if name and name.startswith("OVS_DROP_") and format_name in DROP_MONITOR and names_shifted(release) is None:
        return (_MAY_BE_SHIFTED,)
    return ()


def names_shifted(release: KernelRelease | None) -> bool | None:
    """Tell whether drop_monitor of a kernel prints the next name for an Open vSwitch reason, None if not known.

    net/openvswitch/datapath.c listed the names from index 0, while the reasons count from 1 (commit 57fb67783c40).
    """
    if release is None:
        return None
    line, patch = release.version[:2], release.version[2]
    if release.family not in _UPSTREAM_NUMBERS:
        return None if line < (6, 11) else False
    if line in {(6, 6), (6, 10)} and (release.whole_line or (patch == 0 and release.family != "upstream")):
        return None
    return (6, 6) <= line <= (6, 10) and not (line == (6, 6) and patch >= 48) and not (line == (6, 10) and patch >= 7)
