# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Experiments that let TCP segments arrive."""

import contextlib
import os
import socket
import threading
import time

from lab.network import HERE, IFF_TUN, device, receiver
from lab.registry import raises
from lab.transport import ACK, FIN, RST, SYN, connected, segment

SO_SNDBUFFORCE = 32
MUCH = 1 << 27


@raises("TCP_CSUM")
def tcp_csum() -> None:
    """Let a segment with a wrong checksum arrive for a listening socket."""
    opened = device(IFF_TUN)
    held = receiver(socket.SOCK_STREAM, HERE)
    os.write(opened, segment(SYN, sequence=1, damage=0x5555))
    held.close()


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


@raises("TCP_OLD_SEQUENCE", freed_by="tcp_validate_incoming", formerly="TCP_INVALID_SEQUENCE")
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


@raises("TCP_CLOSE")
def tcp_close() -> None:
    """Let a reset and a segment arrive while the program is busy sending: the second finds the socket closed."""
    opened = device(IFF_TUN)
    connection, answer = connected(opened)
    connection.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, MUCH)
    late = [segment(flags, sequence=2, acknowledged=answer, payload=b"lab") for flags in (RST | ACK, ACK)]

    def arrive() -> None:
        time.sleep(0.01)
        for packet in late:
            os.write(opened, packet)

    arriving = threading.Thread(target=arrive)
    arriving.start()
    with contextlib.suppress(OSError):
        connection.send(bytes(MUCH))
    arriving.join()


def _send_on_a_connection(*, sequence: int = 2, ahead: int = 0, times: int = 1) -> None:
    """Let the peer of a new connection send three bytes, acknowledging so many bytes too many."""
    opened = device(IFF_TUN)
    connection, answer = connected(opened)
    for _ in range(times):
        os.write(opened, segment(ACK, sequence=sequence, acknowledged=answer + ahead, payload=b"lab"))
    connection.close()
