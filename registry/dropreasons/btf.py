# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads enums from BTF, the kernel's own description of its types (Documentation/bpf/btf.rst)."""

import struct
from collections.abc import Callable, Collection

_MAGIC = 0xEB9F
_ENUM, _ENUM64 = 6, 19
# Bytes that follow a type's 12-byte head, by kind: fixed, and for each of its members.
_FIXED = {1: 4, 3: 12, 14: 4, 17: 4}
_EACH = {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}
_LAST_KIND = 19


class BTFError(ValueError):
    """Bytes that are no whole BTF."""


def read_enums(data: bytes, names: Collection[str], base: bytes | None = None) -> dict[str, dict[str, int]]:
    """Return the enumerators and values of the named enums, in their order.

    Args:
        data: raw BTF, as in /sys/kernel/btf/vmlinux.
        names: the enums wanted.
        base: the BTF of vmlinux, when `data` is of a module (split BTF shares its strings).

    Raises:
        BTFError: the bytes are truncated, or not BTF.
    """
    try:
        return _read(data, names, _strings(base) if base else b"")
    except (struct.error, IndexError) as error:
        raise BTFError("truncated BTF") from error


def _order(data: bytes) -> str:
    """Return the byte order of some BTF."""
    for order in "<>":
        if len(data) >= 2 and struct.unpack_from(f"{order}H", data)[0] == _MAGIC:
            return order
    raise BTFError("not BTF: it does not begin with the magic number 0xeb9f")


def _sections(data: bytes) -> tuple[str, int, int, int, int]:
    """Return byte order, start and end of the types, start and end of the strings."""
    order = _order(data)
    head, type_off, type_len, str_off, str_len = struct.unpack_from(f"{order}IIIII", data, 4)
    types, strings = head + type_off, head + str_off
    if types + type_len > len(data) or strings + str_len > len(data):
        raise BTFError("truncated BTF")
    return order, types, types + type_len, strings, strings + str_len


def _strings(data: bytes) -> bytes:
    _, _, _, start, end = _sections(data)
    return data[start:end]


def _read(data: bytes, names: Collection[str], shared: bytes) -> dict[str, dict[str, int]]:
    order, at, end, strings, strings_end = _sections(data)
    heads = struct.Struct(f"{order}III")
    members = {_ENUM: struct.Struct(f"{order}II"), _ENUM64: heads}
    own = data[strings:strings_end]

    def text(offset: int) -> str:
        section, start = (shared, offset) if offset < len(shared) else (own, offset - len(shared))
        stop = section.find(b"\0", start)
        if stop < 0:
            raise BTFError("truncated BTF")
        return section[start:stop].decode("utf-8", "replace")

    found: dict[str, dict[str, int]] = {}
    while at < end:
        name_off, info, _ = heads.unpack_from(data, at)
        kind, count = info >> 24 & 0x1F, info & 0xFFFF
        if kind > _LAST_KIND:
            raise BTFError(f"unknown kind {kind} of type at byte {at}")
        at += heads.size
        if kind in (_ENUM, _ENUM64) and name_off and (name := text(name_off)) in names:
            found[name] = _enumerators(members[kind], data, at, count, text)
        at += _FIXED.get(kind, 0) + _EACH.get(kind, 0) * count
    return found


def _enumerators(member: struct.Struct, data: bytes, at: int, count: int, text: Callable[[int], str]) -> dict[str, int]:
    """Return the members of one enum as unsigned 32-bit values, as a trace shows them."""
    rows = (member.unpack_from(data, at + i * member.size) for i in range(count))
    return {text(row[0]): int(row[1]) for row in rows}
