# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Imports a kernel source tree: its table from the headers, and the callers of every reason from the code."""

import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from dropreasons.c_source import Macro, bare, macros
from dropreasons.enums import is_marker
from dropreasons.importers.callers import Site, Tokens, callers_in
from dropreasons.importers.header import HEADERS, import_headers
from dropreasons.importers.reading import Imported, NotImported, Provenance

#: Where reasons are raised; in the trees read, nothing outside these folders names one.
FOLDERS = ("net", "drivers/net", "drivers/vhost", "include", "kernel/bpf")
COUNTERS = ("include/uapi/linux/snmp.h", "net/mptcp/mib.h")
_MARKS = (b"SKB_DR", b"SKB_CONSUMED", b"SKB_NOT_DROPPED_YET", b"RX_DROP", b"OVS_DROP_", b"QDISC_DROP_")
_KEPT = frozenset((*HEADERS, *COUNTERS, "Makefile"))
_LARGEST_SOURCE = 16 * 1024 * 1024
_VERSION = re.compile(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*=[ \t]*(\S*)[ \t]*$", re.MULTILINE)
_COUNTER = re.compile(r"^\s*([A-Z][A-Z0-9]*_MIB_\w+)\s*[,=]", re.MULTILINE)
_OBJECT_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Z]\w+)(?!\()\b", re.MULTILINE)


class ImportedTree(NamedTuple):
    """What a tree shows: the table, the sites that raise reasons, counters, and what could not be understood."""

    kernel: str
    imported: Imported
    sites: tuple[Site, ...]
    counters: tuple[str, ...]
    unclear: tuple[str, ...]
    scanned: int


def import_folder(folder: Path) -> ImportedTree:
    """Import an unpacked tree.

    Raises:
        NotImported: it is no kernel tree, or its reasons cannot be read.
    """
    if not (folder / "Makefile").is_file():
        raise NotImported(f"{folder}: no Makefile, so this is no kernel tree")
    return _import(_walk(folder), {"type": "source tree"})


def import_tarball(stream: IO[bytes], source: Provenance) -> ImportedTree:
    """Import a tarball as a stream, without unpacking it.

    Raises:
        NotImported: it is damaged, holds a path or link that leaves it, or is no kernel tree.
    """
    try:
        with open_tarball(stream) as archive:
            return _import(_members(archive), source)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise NotImported(f"not a whole tarball: {error}") from error


def open_tarball(stream: IO[bytes]) -> tarfile.TarFile:
    """Open a tarball as a stream, whatever it is compressed with.

    Raises:
        tarfile.TarError: it is none; where the head of a gzip file ends early, tarfile itself raises a TypeError.
    """
    try:
        return tarfile.open(fileobj=stream, mode="r|*")
    except TypeError as error:
        raise tarfile.ReadError("the head of the compressed file ends early") from error


def _walk(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file that may matter."""
    for name in sorted(_KEPT):
        if (folder / name).is_file():
            yield name, (folder / name).read_bytes()
    for top in FOLDERS:
        for here, folders, files in os.walk(folder / top):
            folders.sort()
            relative = os.path.relpath(here, folder)
            for file in sorted(files):
                path = os.path.join(here, file)
                name = f"{relative}/{file}"
                if file.endswith((".c", ".h")) and name not in _KEPT and not os.path.islink(path):
                    with open(path, "rb") as stream:
                        yield name, stream.read(_LARGEST_SOURCE)


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of the members that may matter, refusing what leaves the archive."""
    for member in archive:
        parts = member.name.removeprefix("./").split("/")
        if member.name.startswith("/") or ".." in parts:
            raise NotImported(f"{member.name!r} leaves the archive; refused")
        name = "/".join(parts[1:])
        if not member.isreg() or member.size > _LARGEST_SOURCE:
            continue
        if name in _KEPT or (name.startswith(tuple(f"{top}/" for top in FOLDERS)) and name.endswith((".c", ".h"))):
            stream = archive.extractfile(member)
            assert stream is not None, "a regular member has content"
            yield name, stream.read()


def _import(files: Iterable[tuple[str, bytes]], source: Provenance) -> ImportedTree:
    """Import the files of a tree; only those that name a reason are kept."""
    kept: dict[str, bytes] = {}
    code: dict[str, str] = {}
    scanned = 0
    for name, data in files:
        if name in _KEPT:
            kept[name] = data
        if name.endswith((".c", ".h")):
            scanned += 1
            if any(mark in data for mark in _MARKS):
                code[name] = data.decode("utf-8", "replace")
    kernel = _version(kept.get("Makefile"))
    evidence = f"VERSION, PATCHLEVEL and SUBLEVEL of the top Makefile: {kernel}"
    table = import_headers(kept.get, kernel, source, evidence)
    symbols = {symbol for values in table.lists.values() for symbol in values if not is_marker(symbol)}
    tokens = Tokens(symbols, table.spellings).learn(
        {k: m for name in HEADERS if name in kept for k, m in _macros(kept[name]).items()}
    )
    shadowed = _shadowed(code, symbols)
    sites: list[Site] = []
    unclear: list[str] = []
    for name, text in code.items():
        if "/tests/" in name:
            continue
        found, missed = callers_in(text, name, tokens, shadowed.get(os.path.dirname(name), ()))
        sites += found
        unclear += missed
    counters = [c for name in COUNTERS for c in _COUNTER.findall(kept.get(name, b"").decode("utf-8", "replace"))]
    return ImportedTree(kernel, table, tuple(sites), tuple(counters), tuple(unclear), scanned)


def _macros(data: bytes) -> dict[str, Macro]:
    return macros(bare(data.decode("utf-8", "replace")))


def _version(makefile: bytes | None) -> str:
    """Return the version the top Makefile states."""
    if makefile is None:
        raise NotImported("no Makefile, so this is no kernel tree")
    stated = dict(_VERSION.findall(makefile[:4096].decode("utf-8", "replace")))
    if "VERSION" not in stated or "PATCHLEVEL" not in stated:
        raise NotImported("its Makefile states no VERSION and PATCHLEVEL, so this is no kernel tree")
    extra = stated.get("EXTRAVERSION", "")
    return f"{stated['VERSION']}.{stated['PATCHLEVEL']}.{stated.get('SUBLEVEL') or 0}" + (
        extra if "rc" in extra else ""
    )


def _shadowed(code: dict[str, str], symbols: set[str]) -> dict[str, set[str]]:
    """Return, by folder, the names that a header there defines as something else."""
    found: dict[str, set[str]] = {}
    for name, text in code.items():
        if name.endswith(".h"):
            defined = symbols & set(_OBJECT_MACRO.findall(text))
            if defined:
                found.setdefault(os.path.dirname(name), set()).update(defined)
    return found
