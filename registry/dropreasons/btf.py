# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads enums from BTF, the kernel's own description of its types (Documentation/bpf/btf.rst)."""

import re
import struct
from collections.abc import Collection, Iterator

_MAGIC = 0xEB9F
_HEAD = 12
_SIZES = (1, 2, 4, 8)
_MEMBERS = {6: 8, 19: 12}  # bytes of a member of ENUM and of ENUM64
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)


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
    """Find the enums by their names: a kernel has 100,000 types, and walking them all takes 50 times as long."""
    order, start, end, strings, strings_end = _sections(data)
    own = data[strings:strings_end]

    def text(offset: int) -> str:
        section, begin = (shared, offset) if offset < len(shared) else (own, offset - len(shared))
        stop = section.find(b"\0", begin)
        if stop < 0:
            raise BTFError("truncated BTF")
        return section[begin:stop].decode("utf-8", "replace")

    found = {}
    for name in names:
        for offset in _offsets(name, shared, 0) + _offsets(name, own, len(shared)):
            for at in _words(data, start, end, struct.pack(f"{order}I", offset)):
                members = _members(data, at, end, order)
                named = {text(name_off): value for name_off, value in members}
                if named and all(_IDENTIFIER.fullmatch(member) for member in named):
                    found[name] = named
    return found


def _offsets(name: str, strings: bytes, base: int) -> list[int]:
    """Return where a name stands as a whole string."""
    wanted, at, offsets = b"\0" + name.encode() + b"\0", -1, []
    while (at := strings.find(wanted, at + 1)) >= 0:
        offsets.append(base + at + 1)
    return offsets


def _words(data: bytes, start: int, end: int, word: bytes) -> Iterator[int]:
    """Yield where a word stands among the types, at a place where a type can begin."""
    at = start - 1
    while (at := data.find(word, at + 1, end)) >= 0:
        if (at - start) % len(word) == 0:
            yield at


def _members(data: bytes, at: int, end: int, order: str) -> list[tuple[int, int]]:
    """Return name and unsigned value of the members of an enum that may begin at a place, none if none does."""
    if at + _HEAD > end:
        return []
    info, size = struct.unpack_from(f"{order}II", data, at + 4)
    member = _MEMBERS.get(info >> 24 & 0x1F)
    count = info & 0xFFFF
    if member is None or size not in _SIZES or at + _HEAD + count * member > end:
        return []
    places = range(at + _HEAD, at + _HEAD + count * member, member)
    return [struct.unpack_from(f"{order}II", data, place) for place in places]
