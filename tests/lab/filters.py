# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Filters and programs for the kernel to run, which let nothing through."""

import ctypes
import struct

SYS_BPF = 321  # the number of the call on x86-64
BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
SOCKET_FILTER, XDP = 1, 6
ATTACH_XDP, XDP_FLAGS_SKB_MODE = 37, 2
BPF_REDIRECT = 23


def filter_that_refuses_all() -> tuple[bytes, object]:
    """Return a struct sock_fprog of one instruction, `ret #0`, and the memory it points to."""
    code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    return struct.pack("HxxxxxxP", 1, ctypes.addressof(code)), code


def program_that_refuses_all() -> int:
    """Load the eBPF program `r0 = 0; exit` as a socket filter and return its descriptor."""
    return _load(SOCKET_FILTER, [(0xB7, 0, 0), (0x95, 0, 0)])


def program_that_redirects_to(index: int) -> int:
    """Load the eBPF program `r1 = index; r2 = 0; call bpf_redirect; exit` for XDP and return its descriptor."""
    return _load(XDP, [(0xB7, 1, index), (0xB7, 2, 0), (0x85, 0, BPF_REDIRECT), (0x95, 0, 0)])


def attach_generic_xdp(program: int, index: int) -> None:
    """Let a program see the packets that a device receives, by the generic way, until this process ends."""
    _bpf(BPF_LINK_CREATE, struct.pack("IIII", program, index, ATTACH_XDP, XDP_FLAGS_SKB_MODE))


def _load(kind: int, instructions: list[tuple[int, int, int]]) -> int:
    """Load a program of instructions, each an operation, its target register and a number."""
    packed = [struct.pack("<BBhi", operation, register, 0, value) for operation, register, value in instructions]
    code = ctypes.create_string_buffer(b"".join(packed))
    licence = ctypes.create_string_buffer(b"GPL")
    count = len(instructions)
    addresses = ctypes.addressof(code), ctypes.addressof(licence)
    return _bpf(BPF_PROG_LOAD, struct.pack("IIQQIIQ", kind, count, *addresses, 0, 0, 0))


def _bpf(command: int, attributes: bytes) -> int:
    """Make the call bpf(2) and return the descriptor it gives."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.syscall(SYS_BPF, command, attributes, len(attributes)))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), f"bpf(2) refused command {command}")
    return descriptor
