# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Opens what people give to be decoded: files, pipes, compressed ones, and recordings of perf and trace-cmd."""

import gzip
import io
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

STANDARD_INPUT = "-"
_GZIP, _ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
#: What a recording begins with, and the command that prints it.
_RECORDINGS = {
    b"PERFILE2": ("perf", "script", "--force", "--header", "-i"),
    b"\x17\x08\x44tracing": ("trace-cmd", "report", "-i"),
}
_ELSE = {
    b"\xfd7zXZ\x00": "an xz file: unpack it first",
    b"BZh": "a bzip2 file: unpack it first",
    b"PK\x03\x04": "a zip file: unpack it first",
    b"\xd4\xc3\xb2\xa1": "captured packets: give what `tshark -T json -r` prints of them",
    b"\x0a\x0d\x0d\x0a": "captured packets: give what `tshark -T json -r` prints of them",
}
_HEAD, _CHUNK = 16, 4096
_LONGEST_COMPLAINT = 500


class InputError(ValueError):
    """An input that cannot be read; the text names it."""


class Source:
    """An open input.

    `path` is that of a plain file, which may be read in parts; `size` what it takes as stored, None where nobody knows.
    """

    def __init__(self, name: str, stream: BinaryIO, path: str | None = None, size: int | None = None) -> None:
        self.name, self.stream, self.path, self.size = name, stream, path, size
        self._stored = stream

    def position(self) -> int:
        """Return how many bytes were read of what is stored; 0 for a pipe."""
        try:
            return self._stored.tell()
        except (OSError, ValueError):
            return 0

    def through(self, read: Callable[[int], bytes]) -> "Source":
        """Return the same input, read in another way."""
        source = Source(self.name, io.BufferedReader(_Reader(self.name, read)), None, self.size)
        source._stored = self._stored
        return source


class _Reader(io.RawIOBase):
    """A stream made of a function that returns up to so many bytes; what goes wrong names the input."""

    def __init__(self, name: str, read: Callable[[int], bytes]) -> None:
        self._name, self._read, self._rest = name, read, b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        """Read some bytes."""
        try:
            data = self._rest or self._read(len(buffer))
        except InputError:
            raise
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self._name}: {getattr(error, 'strerror', None) or error}") from error
        self._rest = data[len(buffer) :]
        data = data[: len(buffer)]
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_input(path: str) -> Iterator[Source]:
    """Open an input by its path, `-` for standard input.

    Raises:
        InputError: it cannot be opened or is of a kind that cannot be read; also later, while it is read.
    """
    with ExitStack() as closing:
        source = closing.enter_context(_opened(path))
        head, source = _begun(source)
        if head.startswith((_GZIP, _ZSTANDARD)):
            source = source.through(_gunzipped(source.stream) if head.startswith(_GZIP) else _unzstd(source))
            head, source = _begun(source)
        command = next((words for magic, words in _RECORDINGS.items() if head.startswith(magic)), None)
        kind = next((kind for magic, kind in _ELSE.items() if head.startswith(magic)), None)
        if kind:
            raise InputError(f"{source.name}: {kind}")
        yield closing.enter_context(_printed(source, command)) if command else source


@contextmanager
def _opened(path: str) -> Iterator[Source]:
    if path == STANDARD_INPUT:
        yield Source("standard input", sys.stdin.buffer)
        return
    try:
        stream = Path(path).open("rb", buffering=_CHUNK)  # noqa: SIM115  closed below
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    with stream:
        plain = stream.seekable()
        yield Source(path, stream, path if plain else None, Path(path).stat().st_size if plain else None)


def _begun(source: Source) -> tuple[bytes, Source]:
    """Return the first bytes of an input, and the input with them still to be read."""
    if source.path:
        head = source.stream.read(_HEAD)
        source.stream.seek(0)
        return head, source
    head = b""
    # A line shorter than that comes alone on a slow pipe, and is no magic.
    while len(head) < _HEAD and b"\n" not in head and (more := _read_some(source.stream, _CHUNK)):
        head += more
    waiting = [head]
    return head, source.through(lambda size: waiting.pop() if waiting else _read_some(source.stream, size))


def _read_some(stream: BinaryIO, size: int) -> bytes:
    """Read what is there, at least one byte unless the input has ended."""
    return stream.read1(size)  # type: ignore[attr-defined,no-any-return]  # every buffered stream has it


def _gunzipped(stream: BinaryIO) -> Callable[[int], bytes]:
    return gzip.GzipFile(fileobj=stream).read1


def _unzstd(source: Source) -> Callable[[int], bytes]:
    """Return a function that unpacks; small parts of what is packed bound what comes of them."""
    import zstandard  # noqa: PLC0415  few inputs need it

    unpacker = zstandard.ZstdDecompressor()
    frame = unpacker.decompressobj()
    packed = b""

    def read(_size: int) -> bytes:
        nonlocal frame, packed
        try:
            while chunk := packed or source.stream.read(_CHUNK):
                if frame.eof:
                    frame = unpacker.decompressobj()
                data = frame.decompress(chunk)
                packed = frame.unused_data if frame.eof else b""
                if data:
                    return data
        except zstandard.ZstdError as error:
            raise InputError(f"{source.name}: damaged: {error}") from error
        if not frame.eof:
            raise InputError(f"{source.name}: the zstandard data ends early")
        return b""

    return read


@contextmanager
def _printed(source: Source, command: tuple[str, ...]) -> Iterator[Source]:
    """Give what a tool prints of a recording."""
    tool = shutil.which(command[0])
    if tool is None:
        raise InputError(
            f"{source.name}: recorded by {command[0]}, which is not installed here;"
            f" give what `{' '.join(command[:2])}` prints of it"
        )
    with _on_disk(source) as path, tempfile.TemporaryFile() as complaints:
        # The command is one of two above; only the file's path is the user's.
        process = subprocess.Popen([tool, *command[1:], path], stdout=subprocess.PIPE, stderr=complaints)  # noqa: S603  no shell
        assert process.stdout
        output = process.stdout

        def read(size: int) -> bytes:
            return output.read(size) or _ended(process, complaints, f"{source.name}: {' '.join(command[:2])}")

        try:
            yield source.through(read)
        finally:
            process.kill()
            process.wait()
            output.close()


def _ended(process: "subprocess.Popen[bytes]", complaints: BinaryIO, what: str) -> bytes:
    """Pass on what a tool complained of; one that failed is an error."""
    status = process.wait()
    complaints.seek(0)
    said = complaints.read().decode("utf-8", "replace").strip()
    if status:
        raise InputError(f"{what} failed: {said[-_LONGEST_COMPLAINT:] or f'status {status}'}")
    if said:
        print(f"{what}: {said}", file=sys.stderr)
    complaints.truncate(0)
    return b""


def _on_disk(source: Source) -> AbstractContextManager[str]:
    return nullcontext(source.path) if source.path else _spooled(source)


@contextmanager
def _spooled(source: Source) -> Iterator[str]:
    """Put an input where a tool can seek in it."""
    with tempfile.NamedTemporaryFile(prefix="dropreasons-") as file:
        shutil.copyfileobj(source.stream, file)
        file.flush()
        yield file.name
