# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Files, pipes, compressed ones and recordings are opened by what they begin with; what cannot be read is named."""

import gzip
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard
from conftest import require

from dropreasons.decode.counting import count
from dropreasons.decode.input import InputError, open_input

TEXT = b"NO_SOCKET\n" * 3000


def content(path: Path | str) -> bytes:
    """Everything in an input."""
    with open_input(str(path)) as source:
        return source.stream.read()


@pytest.mark.parametrize(
    "stored",
    [TEXT, gzip.compress(TEXT), gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), zstandard.compress(TEXT),
     zstandard.compress(TEXT[:100]) + zstandard.compress(TEXT[100:]), zstandard.compress(gzip.compress(b""))[:0]],
    ids=["plain", "gzip", "two gzip members", "zstandard", "two zstandard frames", "empty"],
)  # fmt: skip
def test_compressed_inputs_are_unpacked(stored: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file of any name, and from standard input."""
    path = tmp_path / "log"
    path.write_bytes(stored)
    assert content(path) == (TEXT if stored else b"")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stored)))
    assert content("-") == (TEXT if stored else b"")


def test_how_far_a_file_was_read(tmp_path: Path) -> None:
    """By what is stored, for a progress bar."""
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(TEXT))
    with open_input(str(path)) as source:
        assert source.stream.read() == TEXT
        assert source.position() == source.size == path.stat().st_size


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        (gzip.compress(TEXT)[:-20], "ended before"), (gzip.compress(TEXT) + b"junk", "Not a gzipped file"),
        (zstandard.compress(TEXT)[:-3], "ends early"), (zstandard.compress(TEXT) + b"junk", "damaged"),
        (b"\xfd7zXZ\x00...", "xz"), (b"BZh91AY", "bzip2"), (b"PK\x03\x04", "zip"), (b"\xd4\xc3\xb2\xa1", "tshark"),
    ],
)  # fmt: skip
def test_damaged_and_foreign_files_are_named(stored: bytes, why: str, tmp_path: Path) -> None:
    """One clear error with the file's name."""
    path = tmp_path / "log"
    path.write_bytes(stored)
    with pytest.raises(InputError, match=rf"log: .*{why}"):
        content(path)


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """A file that is not there, and a folder."""
    with pytest.raises(InputError, match="nothing: No such file"):
        content(tmp_path / "nothing")
    with pytest.raises(InputError, match="Is a directory"):
        content(tmp_path)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that alone is searched for tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


RECORDINGS = {"perf": b"PERFILE2", "trace-cmd": b"\x17\x08\x44tracing"}


@pytest.mark.parametrize("tool", RECORDINGS)
def test_recordings_are_read_by_their_tool(
    tool: str, tools: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file, and a pipe through a file; what the tool complains of is passed on."""
    (tools / tool).write_text('#!/bin/sh\nfor last; do :; done\n/usr/bin/cat "$last"\necho warned >&2\n')
    (tools / tool).chmod(0o755)
    recording = RECORDINGS[tool] + b" NO_SOCKET\n"
    for stored in (recording, gzip.compress(recording)):
        (tmp_path / "data").write_bytes(stored)
        assert content(tmp_path / "data") == recording
        assert f"{tool} " in (said := capsys.readouterr().err)
        assert "warned" in said


@pytest.mark.parametrize("tool", RECORDINGS)
def test_recordings_without_their_tool_are_one_error(tool: str, tools: Path, tmp_path: Path) -> None:
    """A tool that is missing, and one that fails, whose words are kept."""
    (tmp_path / "data").write_bytes(RECORDINGS[tool])
    with pytest.raises(InputError, match=f"data: recorded by {tool}, which is not installed"):
        content(tmp_path / "data")
    (tools / tool).write_text("#!/bin/sh\necho it is broken >&2\nexit 3\n")
    (tools / tool).chmod(0o755)
    with pytest.raises(InputError, match=f"data: {tool} .* failed: it is broken"):
        content(tmp_path / "data")


def test_a_recording_of_perf(tmp_path: Path) -> None:
    """A real one, made here: its kernel is told, and no line is unknown."""
    perf = shutil.which("perf")
    require(perf, "perf")
    assert perf
    path = tmp_path / "perf.data"
    send = "import socket; socket.socket(2, 2).sendto(b'x', ('127.0.0.1', 9))"
    made = subprocess.run(
        [perf, "record", "-o", path, "-e", "skb:kfree_skb", "-a", "--", sys.executable, "-c", send],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    require(made.returncode == 0, f"a kernel that lets perf record: {made.stderr}")
    with open_input(str(path)) as source:
        tally = count(source)
    assert tally.drops >= 1
    assert not tally.not_understood
    assert tally.kernels
