# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Imports a Debian package of kernel headers or sources, read in place."""

import hashlib
import io
import re
import tarfile
from pathlib import Path
from typing import IO

import zstandard

from dropreasons.importers.header import HEADERS, import_headers
from dropreasons.importers.reading import Imported, NotImported, Provenance
from dropreasons.importers.tree import ImportedTree, import_tarball, open_tarball

MAGIC = b"!<arch>\n"
_HEADER = 60
_CONTROL = re.compile(r"^(Package|Version): (.+)$", re.MULTILINE)
_SOURCE = re.compile(r"\./usr/src/linux-source-[\w.+~-]+\.tar\.\w+")
_HEADERS = re.compile(r"\./usr/src/linux-headers-[^/]+/(.+)")


def import_package(path: Path) -> Imported | ImportedTree:
    """Import a linux-headers or linux-source package.

    Raises:
        NotImported: it is no Debian package, or holds neither.
    """
    with path.open("rb") as stream:
        members = _members(stream)
        control = _control(members)
        source: Provenance = {
            "type": "Debian package",
            "package": f"{control.get('Package', '?')} {control.get('Version', '?')}",
            "package_sha256": _digest(path),
        }
        name = next((name for name in members if name.startswith("data.tar")), None)
        if name is None:
            raise NotImported(f"{path.name}: a package without content")
        try:
            with _opened(members[name], name) as content:
                return _content(content, control, source)
        except (tarfile.TarError, EOFError, OSError, zstandard.ZstdError) as error:
            raise NotImported(f"{path.name}: its content cannot be read: {error}") from error


class _Part(io.RawIOBase):
    """A part of a file, read as a file of its own."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        super().__init__()
        self._stream, self._at, self._end = stream, start, start + size

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer from the part."""
        view = memoryview(buffer)  # type: ignore[arg-type]  # whatever io hands over has the buffer protocol
        self._stream.seek(self._at)
        data = self._stream.read(min(len(view), self._end - self._at))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def _members(stream: IO[bytes]) -> dict[str, IO[bytes]]:
    """Return the members of an ar archive."""
    if stream.read(len(MAGIC)) != MAGIC:
        raise NotImported("not a Debian package (no ar archive)")
    whole = stream.seek(0, io.SEEK_END)
    stream.seek(len(MAGIC))
    members: dict[str, IO[bytes]] = {}
    while header := stream.read(_HEADER):
        size = header[48:58].strip()
        if len(header) < _HEADER or header[58:] != b"`\n" or not size.isdigit():
            raise NotImported("a damaged package: its ar archive is cut off")
        if stream.tell() + int(size) > whole:
            raise NotImported("a damaged package: its last part is cut off")
        name, start = header[:16].decode("ascii", "replace").strip().rstrip("/"), stream.tell()
        members[name] = io.BufferedReader(_Part(stream, start, int(size)))
        stream.seek(start + int(size) + int(size) % 2)
    return members


def _control(members: dict[str, IO[bytes]]) -> dict[str, str]:
    """Return name and version of the package."""
    name = next((name for name in members if name.startswith("control.tar")), None)
    if name is None:
        raise NotImported("not a Debian package (no control part)")
    try:
        with _opened(members[name], name) as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.name.endswith("control") else None
                if stream is not None:
                    return dict(_CONTROL.findall(stream.read(1 << 16).decode("utf-8", "replace")))
    except (tarfile.TarError, EOFError, OSError, zstandard.ZstdError) as error:
        raise NotImported(f"a damaged package: {error}") from error
    return {}


def _opened(stream: IO[bytes], name: str) -> tarfile.TarFile:
    """Open a part of a package; Ubuntu's are compressed with zstd, which tarfile of this Python does not know."""
    if name.endswith(".zst"):
        return tarfile.open(fileobj=zstandard.ZstdDecompressor().stream_reader(stream), mode="r|")
    return open_tarball(stream)


def _content(content: tarfile.TarFile, control: dict[str, str], source: Provenance) -> Imported | ImportedTree:
    """Read the headers, or the tarball of the sources, out of a package."""
    headers: dict[str, bytes] = {}
    for member in content:
        if member.isreg() and _SOURCE.fullmatch(member.name):
            inner = content.extractfile(member)
            assert inner is not None, "a regular member has content"
            return import_tarball(inner, source)
        found = _HEADERS.fullmatch(member.name)
        if found and member.isreg() and found[1] in HEADERS:
            stream = content.extractfile(member)
            assert stream is not None, "a regular member has content"
            headers[found[1]] = stream.read()
    kernel = control.get("Package", "").removeprefix("linux-headers-").removesuffix("-common")
    if not headers:
        raise NotImported(f"{control.get('Package', 'this package')} holds neither kernel headers nor kernel sources")
    return import_headers(headers.get, kernel, source, f"package version {control.get('Version', '?')}")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
