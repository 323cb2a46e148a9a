# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Experiments with the sockets of this machine alone."""

import contextlib
import socket
import subprocess

from lab.filters import filter_that_refuses_all
from lab.network import ethernet, receiver, send
from lab.registry import raises

SO_ATTACH_FILTER = 26
LOCAL = "127.0.0.1"


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
    program, _keep = filter_that_refuses_all()
    held.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"lab", held.getsockname())


@raises("QUEUE_PURGE", freed_by="skb_queue_purge_reason", formerly="NOT_SPECIFIED")
def queue_purge() -> None:
    """Close a packet socket whose frame nobody has read."""
    held = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88B5))
    send("lo", ethernet(b"\xff" * 6, 0x88B5, b"lab" * 20))
    held.close()
