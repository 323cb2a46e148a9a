# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Experiments that send into a tun or tap device."""

import contextlib
import fcntl
import socket
import struct
from pathlib import Path

from lab.filters import filter_that_refuses_all, program_that_refuses_all
from lab.network import BROADCAST, IFF_TAP, IFF_TUN, OTHER_MAC, PEER, device, send
from lab.registry import raises

TUNATTACHFILTER, TUNSETTXFILTER, TUNSETFILTEREBPF = 0x401054D5, 0x400454D1, 0x800454E1


@raises("FULL_RING")
def full_ring() -> None:
    """Send more packets into a tun device than its ring holds, while its program reads none."""
    _opened = device(IFF_TUN, queue_length=2)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(20):
        with contextlib.suppress(OSError):
            sender.sendto(b"lab", (PEER, 7777))


@raises("NEIGH_FAILED")
def neigh_failed() -> None:
    """Send to a neighbour whose hardware address is not known, where asking for it is turned off."""
    _opened = device(IFF_TAP)
    Path("/proc/sys/net/ipv4/neigh/lab0/mcast_solicit").write_text("0", encoding="ascii")
    with contextlib.suppress(OSError):
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"lab", (PEER, 7777))


@raises("TAP_FILTER")
def tap_filter() -> None:
    """Send into a tap device whose attached eBPF program lets nothing through."""
    opened = device(IFF_TAP)
    fcntl.ioctl(opened, TUNSETFILTEREBPF, struct.pack("i", program_that_refuses_all()))
    send("lab0", BROADCAST)


@raises("SOCKET_FILTER")
def tap_socket_filter() -> None:
    """Send into a tap device whose attached classic filter accepts nothing."""
    opened = device(IFF_TAP)
    program, _keep = filter_that_refuses_all()
    fcntl.ioctl(opened, TUNATTACHFILTER, program)
    send("lab0", BROADCAST)


@raises("TAP_TXFILTER")
def tap_txfilter() -> None:
    """Send a broadcast into a tap device whose address list holds one other address."""
    opened = device(IFF_TAP)
    fcntl.ioctl(opened, TUNSETTXFILTER, struct.pack("HH", 0, 1) + OTHER_MAC)
    send("lab0", BROADCAST)
