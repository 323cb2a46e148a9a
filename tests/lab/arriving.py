# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Experiments that let a packet arrive through a tun or tap device."""

import contextlib
import ctypes
import os
import socket
import struct
from pathlib import Path

from lab.filters import attach_generic_xdp, program_that_redirects_to
from lab.network import (
    BROADCAST,
    ELSEWHERE,
    ETHERTYPE_IPV4,
    ETHERTYPE_IPV6,
    HERE,
    IFF_TAP,
    IFF_TUN,
    OTHER_MAC,
    OWN_MAC,
    device,
    ethernet,
    ip,
    ipv4,
    macvtap,
    receiver,
    udp,
)
from lab.registry import raises


@raises("IP_CSUM")
def ip_csum() -> None:
    """Let an IPv4 packet with a wrong header checksum arrive."""
    os.write(device(IFF_TUN), ipv4(17, udp(7777), broken=True))


@raises("IP_INHDR")
def ip_inhdr() -> None:
    """Let an IPv4 packet arrive whose header claims to be shorter than it must be."""
    packet = bytearray(ipv4(17, udp(7777)))
    packet[0] = 0x44
    os.write(device(IFF_TUN), packet)


@raises("IP_NOPROTO", freed_by="ip_local_deliver_finish")
def ip_noproto() -> None:
    """Let an IPv4 packet of a protocol arrive that nothing here speaks (253, for experiments)."""
    os.write(device(IFF_TUN), ipv4(253, b"lab"))


@raises("IP_RPFILTER")
def ip_rpfilter() -> None:
    """Let a packet arrive from an address that is reached another way, under strict reverse-path filtering."""
    opened = device(IFF_TUN)
    Path("/proc/sys/net/ipv4/conf/lab0/rp_filter").write_text("1", encoding="ascii")
    os.write(opened, ipv4(17, udp(7777), source=ELSEWHERE))


@raises("IP_INNOROUTES")
def ip_innoroutes() -> None:
    """Let a packet arrive that a router should send on, but has no route for."""
    opened = device(IFF_TUN)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
    os.write(opened, ipv4(17, udp(7777), target=ELSEWHERE))


@raises("PKT_TOO_BIG")
def pkt_too_big() -> None:
    """Let a packet arrive that must not be cut, for a next hop whose packets must be smaller."""
    opened = device(IFF_TUN)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
    ip("route add 10.8.0.0/24 dev lab0 mtu lock 600")
    os.write(opened, ipv4(17, udp(7777, bytes(1000)), target=ELSEWHERE, whole=True))


@raises("ICMP_CSUM")
def icmp_csum() -> None:
    """Let an echo request with a wrong checksum arrive."""
    os.write(device(IFF_TUN), ipv4(1, struct.pack("!BBHHH", 8, 0, 0x1234, 1, 1)))


@raises("UDP_CSUM")
def udp_csum() -> None:
    """Let a datagram with a wrong checksum arrive for a socket."""
    opened = device(IFF_TUN)
    held = receiver(socket.SOCK_DGRAM, HERE)
    os.write(opened, ipv4(17, udp(7777, check=0x1234)))
    held.close()


@raises("PKT_TOO_SMALL")
def pkt_too_small() -> None:
    """Let a datagram arrive whose UDP header claims more bytes than came."""
    os.write(device(IFF_TUN), ipv4(17, udp(7777, total=500)))


@raises("UNICAST_IN_L2_MULTICAST")
def unicast_in_l2_multicast() -> None:
    """Let a packet for this machine arrive in a broadcast frame, while drop_unicast_in_l2_multicast is on."""
    opened = device(IFF_TAP)
    Path("/proc/sys/net/ipv4/conf/lab0/drop_unicast_in_l2_multicast").write_text("1", encoding="ascii")
    os.write(opened, BROADCAST)


@raises("OTHERHOST")
def otherhost() -> None:
    """Let a frame for another station's address arrive."""
    os.write(device(IFF_TAP), ethernet(OTHER_MAC, ETHERTYPE_IPV4, ipv4(17, udp(7777))))


@raises("UNHANDLED_PROTO")
def unhandled_proto() -> None:
    """Let a frame of an Ethernet type arrive that nothing here takes (0x88b5, for experiments)."""
    os.write(device(IFF_TAP), ethernet(OWN_MAC, 0x88B5, b"lab" * 20))


@raises("IPV6DISABLED")
def ipv6disabled() -> None:
    """Let an IPv6 packet arrive on a device on which IPv6 is off."""
    opened = device(IFF_TAP)
    Path("/proc/sys/net/ipv6/conf/lab0/disable_ipv6").write_text("1", encoding="ascii")
    header = struct.pack("!IHBB", 0x60000000, 0, 59, 64)
    addresses = socket.inet_pton(socket.AF_INET6, "fd00::2") + socket.inet_pton(socket.AF_INET6, "fd00::1")
    os.write(opened, ethernet(OWN_MAC, ETHERTYPE_IPV6, header + addresses))


@raises("XDP")
def xdp() -> None:
    """Let a frame arrive that an XDP program redirects to a device that does not exist."""
    opened = device(IFF_TAP)
    attach_generic_xdp(program_that_redirects_to(9999), socket.if_nametoindex("lab0"))
    os.write(opened, BROADCAST)


@raises("SKB_UCOPY_FAULT")
def skb_ucopy_fault() -> None:
    """Write to a tun device from an address at which this process has no memory."""
    ctypes.CDLL(None).write(device(IFF_TUN), 1, 100)


@raises("DEV_HDR")
def dev_hdr() -> None:
    """Write a frame to a macvtap device, behind a virtio-net header that names no kind of offload there is."""
    _below = device(IFF_TAP)
    opened = macvtap()
    with contextlib.suppress(OSError):
        os.write(opened, struct.pack("=BBHHHH", 0, 0x7F, 0, 0, 0, 0) + BROADCAST)
