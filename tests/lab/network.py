# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""A network namespace with a tun or tap device, and the packets that go into it."""

import ctypes
import fcntl
import os
import socket
import stat
import struct
import subprocess
import tempfile
from pathlib import Path

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_TAP, IFF_NO_PI = 1, 2, 0x1000
ETHERTYPE_IPV4, ETHERTYPE_IPV6 = 0x0800, 0x86DD
HERE, PEER, ELSEWHERE = "10.9.0.1", "10.9.0.2", "10.8.0.2"
OWN_MAC = bytes.fromhex("020000000001")
OTHER_MAC = bytes.fromhex("020000000002")


def enter_namespace() -> None:
    """Leave the network of the machine: all that follows ends with this process."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "a network namespace needs root")
    ip("link set lo up")


def ip(command: str) -> None:
    """Run iproute2."""
    subprocess.run(["ip", *command.split()], check=True)


def device(kind: int, *, queue_length: int = 500) -> int:
    """Open the device lab0 at 10.9.0.1/24; what is written to it arrives, what is sent through it can be read."""
    opened = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(opened, TUNSETIFF, struct.pack("16sH22x", b"lab0", kind | IFF_NO_PI))
    if kind == IFF_TAP:
        ip(f"link set lab0 address {OWN_MAC.hex(':')}")
    ip(f"link set lab0 txqueuelen {queue_length} up")
    ip(f"address add {HERE}/24 dev lab0")
    return opened


def macvtap() -> int:
    """Open the macvtap device lab1 on lab0, through a node of its own, and leave nothing of it in the file system."""
    ip("link add link lab0 name lab1 type macvtap")
    ip("link set lab1 up")
    folder = tempfile.mkdtemp()
    # A fresh sysfs, as /sys shows the devices of the namespace it was mounted in.
    subprocess.run(["mount", "-t", "sysfs", "nodev", folder], check=True)
    try:
        index = socket.if_nametoindex("lab1")
        major, minor = Path(folder, f"class/net/lab1/tap{index}/dev").read_text(encoding="ascii").split(":")
    finally:
        subprocess.run(["umount", folder], check=True)
    node = Path(folder, "lab1")
    os.mknod(node, stat.S_IFCHR | 0o600, os.makedev(int(major), int(minor)))
    try:
        return os.open(node, os.O_RDWR | os.O_NONBLOCK)
    finally:
        node.unlink()
        Path(folder).rmdir()


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(
    protocol: int, payload: bytes, *, source: str = PEER, target: str = HERE, broken: bool = False, whole: bool = False
) -> bytes:
    """Return an IPv4 packet; a broken one has a wrong header checksum, a whole one must not be fragmented."""
    addresses = socket.inet_aton(source) + socket.inet_aton(target)
    first = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(payload), 1, 0x4000 if whole else 0, 64, protocol)
    right = checksum(first + b"\0\0" + addresses)
    return first + struct.pack("!H", right ^ (0x5555 if broken else 0)) + addresses + payload


def udp(port: int, payload: bytes = b"lab", *, total: int | None = None, check: int = 0) -> bytes:
    """Return a UDP datagram; 0 as checksum means that there is none."""
    return struct.pack("!HHHH", 40000, port, 8 + len(payload) if total is None else total, check) + payload


def ethernet(target: bytes, ethertype: int, payload: bytes) -> bytes:
    """Return an Ethernet frame from the peer."""
    return target + OTHER_MAC + struct.pack("!H", ethertype) + payload


def receiver(kind: int, address: str, *, buffer: int = 0) -> socket.socket:
    """Return a bound socket, listening if it is TCP, with a receive buffer of that many bytes if given."""
    opened = socket.socket(socket.AF_INET, kind)
    if buffer:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    opened.bind((address, 7777))
    if kind == socket.SOCK_STREAM:
        opened.listen()
    return opened


BROADCAST = ethernet(b"\xff" * 6, ETHERTYPE_IPV4, ipv4(17, udp(7777)))


def send(name: str, frame: bytes) -> None:
    """Send a whole frame out of a device."""
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind((name, 0))
    sender.send(frame)
