# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Recognises what it is given to import, by its content, and hands it to the importer of that kind."""

from pathlib import Path
from typing import TYPE_CHECKING

from dropreasons.importers.btf import base_for, import_btf, is_btf
from dropreasons.importers.reading import Imported, NotImported

if TYPE_CHECKING:
    from dropreasons.importers.tree import ImportedTree

_PACKAGE = b"!<arch>\n"
_COMPRESSED = (b"\xfd7zXZ\0", b"\x1f\x8b", b"BZh")
_HEAD = 4096
_LARGEST_TEXT = 64 * 1024 * 1024


def import_source(path: Path, kernel: str = "unknown", base: Path | None = None) -> "Imported | ImportedTree":
    """Import a header, tree, tarball, package, BTF, tracefs format, vmlinux.h or drdump dump.

    Args:
        path: the file or folder.
        kernel: the release it is of, where the source does not say.
        base: the BTF of vmlinux, for that of a module; one that lies beside it is found.

    Raises:
        NotImported: it is none of these, damaged, or without drop reasons.
    """
    if path.is_dir():
        from dropreasons.importers.tree import import_folder  # noqa: PLC0415  a table alone needs no tarfile

        return import_folder(path)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(_PACKAGE):
        from dropreasons.importers.package import import_package  # noqa: PLC0415  see above

        return import_package(path)
    if head.startswith(_COMPRESSED) or head[257:262] == b"ustar":
        from dropreasons.importers.tree import import_tarball  # noqa: PLC0415  see above

        with path.open("rb") as stream:
            return import_tarball(stream, {"type": "tarball", "path": path.name})
    if is_btf(head):
        return import_btf(path, base or base_for(path), kernel)
    return _import_text(path, kernel)


def _import_text(path: Path, kernel: str) -> Imported:
    """Import one of the kinds that are text."""
    from dropreasons.importers import header, texts  # noqa: PLC0415  BTF needs neither

    if path.stat().st_size > _LARGEST_TEXT:
        raise NotImported(f"{path.name}: {path.stat().st_size} bytes of nothing this tool knows")
    data = path.read_bytes()
    if b"\0" in data:
        raise NotImported(f"{path.name}: binary data of no kind this tool knows")
    text = data.decode("utf-8", "replace")
    if texts.is_tracefs_format(text):
        return texts.import_tracefs(text, kernel, path.name)
    if "__VMLINUX_H__" in text[:_HEAD] or len(data) > header.LARGEST_HEADER:
        return texts.import_vmlinux_h(text, kernel, path.name)
    if texts.is_drdump(text):
        return texts.import_drdump(text, kernel, path.name)
    return header.import_header_file(path)
