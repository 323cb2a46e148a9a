# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The far end of a TCP connection, played by the experiment through a tun device."""

import os
import select
import socket
import struct

from lab.network import HERE, PEER, checksum, ipv4, receiver

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


def segment(flags: int, *, sequence: int, acknowledged: int = 0, payload: bytes = b"", damage: int = 0) -> bytes:
    """Return an IPv4 packet with a segment from the peer to port 7777; its checksum is right unless damaged."""
    head = struct.pack("!HHIIBBH", 40000, 7777, sequence, acknowledged, 0x50, flags, 1024)
    pseudo = socket.inet_aton(PEER) + socket.inet_aton(HERE) + struct.pack("!HH", 6, 20 + len(payload))
    right = checksum(pseudo + head + bytes(4) + payload)
    return ipv4(6, head + struct.pack("!HH", right ^ damage, 0) + payload)


def connected(device: int) -> tuple[socket.socket, int]:
    """Return an accepted connection from the peer, whose next sequence number is 2, and the number to acknowledge."""
    listening = receiver(socket.SOCK_STREAM, HERE)
    os.write(device, segment(SYN, sequence=1))
    answer = _synack(device)
    os.write(device, segment(ACK, sequence=2, acknowledged=answer))
    connection, _ = listening.accept()
    return connection, answer


def _synack(device: int) -> int:
    """Return the number that acknowledges the SYN of the machine; other traffic, such as IPv6's, is passed over."""
    while select.select([device], [], [], 5)[0]:
        packet = os.read(device, 2048)
        if packet[0] == 0x45 and packet[9] == 6 and packet[33] == SYN | ACK:
            return int.from_bytes(packet[24:28], "big") + 1
    raise TimeoutError("the machine did not answer the SYN")
