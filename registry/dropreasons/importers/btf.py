# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Imports BTF: raw, in a `.BTF` section of a vmlinux, inside a compressed vmlinuz, or of the running kernel."""

import hashlib
import os
import struct
from pathlib import Path

from dropreasons.btf import BTFError, read_enums
from dropreasons.enums import MODULES, REASON_ENUMS
from dropreasons.importers.reading import Imported, NotImported, Provenance, imported

RUNNING = Path("/sys/kernel/btf/vmlinux")
_ELF = b"\x7fELF"
_RAW = (b"\x9f\xeb", b"\xeb\x9f")
_BOOT_MAGIC, _BOOT_MAGIC_AT = b"HdrS", 0x202
# Documentation/arch/x86/boot.rst: sectors of set-up code, and where the compressed kernel lies behind it.
_SETUP_SECTORS_AT, _PAYLOAD_AT = 0x1F1, 0x248
_LARGEST = 1 << 30


def import_btf(path: Path, base: Path | None = None, kernel: str = "unknown") -> Imported:
    """Import the BTF of a kernel or of a module.

    Args:
        path: raw BTF, a vmlinux or a vmlinuz.
        base: the BTF of vmlinux, for that of a module.
        kernel: the release it is of; BTF does not say.

    Raises:
        NotImported: it is none of these, truncated, or without reasons.
    """
    if path.stat().st_size > _LARGEST:
        raise NotImported(f"{path.name}: {path.stat().st_size} bytes; a kernel has less than {_LARGEST}")
    data = path.read_bytes()
    source: Provenance = {"type": "BTF", "path": path.name, "sha256": hashlib.sha256(data).hexdigest()}
    try:
        enums = read_enums(raw_btf(data), REASON_ENUMS, raw_btf(base.read_bytes()) if base else None)
    except BTFError as error:
        raise NotImported(f"{path.name}: {error}") from error
    if base is not None and "skb_drop_reason" not in enums:
        enums = {**read_enums(raw_btf(base.read_bytes()), REASON_ENUMS), **enums}
    return imported(enums, kernel, source, version_evidence="BTF does not say; as given by who imported it")


def import_running() -> Imported:
    """Import the running kernel and its loaded modules: a table ready to be contributed.

    Raises:
        NotImported: this kernel shows no BTF.
    """
    if not RUNNING.is_file():
        raise NotImported(f"{RUNNING} is not there: this kernel was built without BTF; try tracefs' kfree_skb/format")
    data = RUNNING.read_bytes()
    enums = read_enums(data, REASON_ENUMS)
    digests = [f"vmlinux {hashlib.sha256(data).hexdigest()}"]
    for module, enum in MODULES.items():
        own = RUNNING.with_name(module)
        if own.is_file():
            part = own.read_bytes()
            enums |= read_enums(part, (enum, f"___{enum}"), data)
            digests.append(f"{module} {hashlib.sha256(part).hexdigest()}")
    source: Provenance = {"type": "BTF of the running kernel", "path": str(RUNNING), "sha256": digests}
    system = os.uname()
    source |= {"uname": f"{system.release} {system.version}", "distribution": _distribution()}
    return imported(enums, system.release, source, version_evidence="uname -r of the kernel that was read")


def _distribution() -> str:
    """Return the name of the distribution from os-release(5)."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((line.partition("=")[2].strip("\"'") for line in lines if line.startswith("PRETTY_NAME=")), "unknown")


def is_btf(head: bytes) -> bool:
    """Tell whether a file that begins like this may hold BTF."""
    boot = head[_BOOT_MAGIC_AT : _BOOT_MAGIC_AT + len(_BOOT_MAGIC)] == _BOOT_MAGIC
    return head.startswith((*_RAW, _ELF)) or boot


def raw_btf(data: bytes) -> bytes:
    """Return the raw BTF in some bytes.

    Raises:
        BTFError: there is none.
    """
    if data.startswith(_RAW):
        return data
    if data.startswith(_ELF):
        return _section(data, b".BTF")
    if data[_BOOT_MAGIC_AT : _BOOT_MAGIC_AT + len(_BOOT_MAGIC)] == _BOOT_MAGIC:
        return _section(_unpacked(data), b".BTF")
    raise BTFError("neither BTF, nor an ELF file, nor a compressed kernel")


def _unpacked(data: bytes) -> bytes:
    """Return the vmlinux inside a vmlinuz."""
    import lzma  # noqa: PLC0415  raw BTF, the common case, needs no decompression
    import zlib  # noqa: PLC0415

    import zstandard  # noqa: PLC0415

    try:
        offset, size = struct.unpack_from("<II", data, _PAYLOAD_AT)
        start = ((data[_SETUP_SECTORS_AT] or 4) + 1) * 512 + offset
        payload = data[start : start + size]
        if payload.startswith(b"\xfd7zXZ\0"):
            return lzma.LZMADecompressor(memlimit=_LARGEST).decompress(payload, _LARGEST)
        if payload.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(31).decompress(payload, _LARGEST)
        if payload.startswith(b"\x28\xb5\x2f\xfd"):
            return zstandard.ZstdDecompressor().decompressobj().decompress(payload)
    except (struct.error, IndexError, lzma.LZMAError, zlib.error, zstandard.ZstdError) as error:
        raise BTFError(f"a damaged vmlinuz: {error}") from error
    raise BTFError("a vmlinuz compressed by none of xz, gzip and zstd; unpack it with the kernel's extract-vmlinux")


def _section(data: bytes, wanted: bytes) -> bytes:
    """Return a section of a 64-bit ELF file."""
    try:
        order = "<" if data[5] == 1 else ">"
        if data[4] != 2:
            raise BTFError("a 32-bit ELF file, which kernels with BTF are not")
        table = struct.unpack_from(f"{order}Q", data, 0x28)[0]
        size, count, names = struct.unpack_from(f"{order}HHH", data, 0x3A)
        rows = [struct.unpack_from(f"{order}IIQQQQ", data, table + i * size) for i in range(count)]
        strings = rows[names][4]
        for name, _, _, _, offset, length in rows:
            start = strings + name
            if data[start : data.index(b"\0", start)] == wanted:
                return data[offset : offset + length]
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise BTFError("a truncated ELF file") from error
    raise BTFError(f"an ELF file without a {wanted.decode()} section: a kernel built without BTF")


def base_for(path: Path) -> Path | None:
    """Return the BTF of vmlinux that lies beside the BTF of a module, as in /sys/kernel/btf."""
    beside = path.with_name("vmlinux")
    return beside if path.name != "vmlinux" and beside.is_file() and os.access(beside, os.R_OK) else None
