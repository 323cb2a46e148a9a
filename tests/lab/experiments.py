# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""One function for each experiment; its docstring says what it does, and `raises` which reason must come of it."""

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lab.network import (
    ELSEWHERE,
    ETHERTYPE_IPV4,
    ETHERTYPE_IPV6,
    HERE,
    IFF_TAP,
    IFF_TUN,
    OTHER_MAC,
    OWN_MAC,
    PEER,
    device,
    ethernet,
    ipv4,
    receiver,
    udp,
)
from lab.transport import ACK, FIN, SYN, connected, segment

TUNATTACHFILTER, TUNSETTXFILTER, TUNSETFILTEREBPF = 0x401054D5, 0x400454D1, 0x800454E1
SYS_BPF, BPF_PROG_LOAD = 321, 5  # the number of the call on x86-64
SO_ATTACH_FILTER = 26
LOCAL = "127.0.0.1"
BROADCAST = ethernet(b"\xff" * 6, ETHERTYPE_IPV4, ipv4(17, udp(7777)))


class Experiment(NamedTuple):
    """What must come of an experiment; `freed_by` where the trace names another function than the source does.

    A function that says the reason may leave the free to its caller, and a compiler puts small functions into others.
    """

    act: Callable[[], None]
    reason: str
    freed_by: str | None


EXPERIMENTS: dict[str, Experiment] = {}


def raises(reason: str, *, freed_by: str | None = None) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Enter an experiment under its name, with the reason it must raise."""

    def enter(act: Callable[[], None]) -> Callable[[], None]:
        EXPERIMENTS[act.__name__] = Experiment(act, reason, freed_by)
        return act

    return enter


@raises("NO_SOCKET")
def no_socket() -> None:
    """Send a datagram to a port on which nobody listens."""
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"lab", (LOCAL, 7777))


@raises("NO_SOCKET")
def tcp_no_socket() -> None:
    """Connect to a port on which nobody listens."""
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection((LOCAL, 7777), timeout=2)


@raises("NETFILTER_DROP")
def netfilter_drop() -> None:
    """Send a datagram through a chain whose policy is to drop."""
    rules = "add table ip lab\nadd chain ip lab input { type filter hook input priority 0; policy drop; }\n"
    subprocess.run(["nft", "--file", "-"], input=rules, text=True, check=True)
    no_socket()


@raises("SOCKET_RCVBUFF", freed_by="udp_queue_rcv_one_skb")
def socket_rcvbuff() -> None:
    """Send more datagrams than the receive buffer of a sleeping program holds."""
    held = receiver(socket.SOCK_DGRAM, LOCAL, buffer=1)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(50):
        sender.sendto(b"x" * 1000, held.getsockname())


@raises("SOCKET_FILTER")
def socket_filter() -> None:
    """Send a datagram to a socket whose filter accepts none."""
    held = receiver(socket.SOCK_DGRAM, LOCAL)
    program, _keep = _filter_that_refuses_all()
    held.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"lab", held.getsockname())


@raises("QUEUE_PURGE", freed_by="skb_queue_purge_reason")
def queue_purge() -> None:
    """Close a packet socket whose frame nobody has read."""
    held = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88B5))
    _send("lo", ethernet(b"\xff" * 6, 0x88B5, b"lab" * 20))
    held.close()


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


@raises("UDP_CSUM")
def udp_csum() -> None:
    """Let a datagram with a wrong checksum arrive for a socket."""
    opened = device(IFF_TUN)
    held = receiver(socket.SOCK_DGRAM, HERE)
    os.write(opened, ipv4(17, udp(7777, check=0x1234)))
    held.close()


@raises("TCP_CSUM")
def tcp_csum() -> None:
    """Let a segment with a wrong checksum arrive for a listening socket."""
    opened = device(IFF_TUN)
    held = receiver(socket.SOCK_STREAM, HERE)
    os.write(opened, segment(SYN, sequence=1, damage=0x5555))
    held.close()


@raises("PKT_TOO_SMALL")
def pkt_too_small() -> None:
    """Let a datagram arrive whose UDP header claims more bytes than came."""
    os.write(device(IFF_TUN), ipv4(17, udp(7777, total=500)))


@raises("ICMP_CSUM")
def icmp_csum() -> None:
    """Let an echo request with a wrong checksum arrive."""
    os.write(device(IFF_TUN), ipv4(1, struct.pack("!BBHHH", 8, 0, 0x1234, 1, 1)))


@raises("IP_INNOROUTES")
def ip_innoroutes() -> None:
    """Let a packet arrive that a router should send on, but has no route for."""
    opened = device(IFF_TUN)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
    os.write(opened, ipv4(17, udp(7777), target=ELSEWHERE))


@raises("UNICAST_IN_L2_MULTICAST")
def unicast_in_l2_multicast() -> None:
    """Let a packet for this machine arrive in a broadcast frame, while drop_unicast_in_l2_multicast is on."""
    opened = device(IFF_TAP)
    Path("/proc/sys/net/ipv4/conf/lab0/drop_unicast_in_l2_multicast").write_text("1", encoding="ascii")
    os.write(opened, BROADCAST)


@raises("TCP_FLAGS")
def tcp_flags() -> None:
    """Let a segment with SYN and FIN arrive at a listening socket."""
    opened = device(IFF_TUN)
    held = receiver(socket.SOCK_STREAM, HERE)
    os.write(opened, segment(SYN | FIN, sequence=1))
    held.close()


@raises("TCP_INVALID_SEQUENCE")
def tcp_invalid_sequence() -> None:
    """Let a segment arrive far beyond the window of a connection."""
    _send_on_a_connection(sequence=1_000_000_000)


@raises("TCP_OLD_SEQUENCE", freed_by="tcp_validate_incoming")
def tcp_old_sequence() -> None:
    """Let a segment arrive far before the window of a connection."""
    _send_on_a_connection(sequence=3_000_000_000)


@raises("TCP_OLD_DATA", freed_by="tcp_rcv_established")
def tcp_old_data() -> None:
    """Let a segment arrive twice."""
    _send_on_a_connection(times=2)


@raises("TCP_ACK_UNSENT_DATA", freed_by="tcp_v4_do_rcv")
def tcp_ack_unsent_data() -> None:
    """Let a segment arrive that acknowledges what was never sent."""
    _send_on_a_connection(ahead=5000)


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


@raises("FULL_RING")
def full_ring() -> None:
    """Send more packets into a tun device than its ring holds, while its program reads none."""
    _opened = device(IFF_TUN, queue_length=2)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(20):
        with contextlib.suppress(OSError):
            sender.sendto(b"lab", (PEER, 7777))


@raises("TAP_FILTER")
def tap_filter() -> None:
    """Send into a tap device whose attached eBPF program lets nothing through."""
    opened = device(IFF_TAP)
    fcntl.ioctl(opened, TUNSETFILTEREBPF, struct.pack("i", _program_that_refuses_all()))
    _send("lab0", BROADCAST)


@raises("SOCKET_FILTER")
def tap_socket_filter() -> None:
    """Send into a tap device whose attached classic filter accepts nothing."""
    opened = device(IFF_TAP)
    program, _keep = _filter_that_refuses_all()
    fcntl.ioctl(opened, TUNATTACHFILTER, program)
    _send("lab0", BROADCAST)


@raises("TAP_TXFILTER")
def tap_txfilter() -> None:
    """Send a broadcast into a tap device whose address list holds one other address."""
    opened = device(IFF_TAP)
    fcntl.ioctl(opened, TUNSETTXFILTER, struct.pack("HH", 0, 1) + OTHER_MAC)
    _send("lab0", BROADCAST)


def _send_on_a_connection(*, sequence: int = 2, ahead: int = 0, times: int = 1) -> None:
    """Let the peer of a new connection send three bytes, acknowledging so many bytes too many."""
    opened = device(IFF_TUN)
    connection, answer = connected(opened)
    for _ in range(times):
        os.write(opened, segment(ACK, sequence=sequence, acknowledged=answer + ahead, payload=b"lab"))
    connection.close()


def _send(name: str, frame: bytes) -> None:
    """Send a whole frame out of a device."""
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind((name, 0))
    sender.send(frame)


def _filter_that_refuses_all() -> tuple[bytes, object]:
    """Return a struct sock_fprog of one instruction, `ret #0`, and the memory it points to."""
    code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    return struct.pack("HxxxxxxP", 1, ctypes.addressof(code)), code


def _program_that_refuses_all() -> int:
    """Load the eBPF program `r0 = 0; exit` as a socket filter and return its descriptor."""
    code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xB7, 0, 0, 0, 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"GPL")
    attributes = struct.pack("IIQQIIQ", 1, 2, ctypes.addressof(code), ctypes.addressof(licence), 0, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.syscall(SYS_BPF, BPF_PROG_LOAD, attributes, len(attributes)))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "the eBPF program was not loaded")
    return descriptor
