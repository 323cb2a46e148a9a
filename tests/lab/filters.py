# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Filters that let nothing through, for the kernel to run."""

import ctypes
import struct

SYS_BPF, BPF_PROG_LOAD = 321, 5  # the number of the call on x86-64


def filter_that_refuses_all() -> tuple[bytes, object]:
    """Return a struct sock_fprog of one instruction, `ret #0`, and the memory it points to."""
    code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    return struct.pack("HxxxxxxP", 1, ctypes.addressof(code)), code


def program_that_refuses_all() -> int:
    """Load the eBPF program `r0 = 0; exit` as a socket filter and return its descriptor."""
    code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xB7, 0, 0, 0, 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"GPL")
    attributes = struct.pack("IIQQIIQ", 1, 2, ctypes.addressof(code), ctypes.addressof(licence), 0, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.syscall(SYS_BPF, BPF_PROG_LOAD, attributes, len(attributes)))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "the eBPF program was not loaded")
    return descriptor
