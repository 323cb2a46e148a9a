# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The commands of docs/collecting.md, run: real drops are made meanwhile, and each tool must tell their reason."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from booted import boot
from conftest import ROOT, Run, require
from lab.trace import TRACEFS

CLOSED = ("127.0.0.1", 9)
PAGE = ROOT / "docs" / "collecting.md"
SENDER = f"""\
import socket, time
sender = socket.socket(type=socket.SOCK_DGRAM)
while True:
    sender.sendto(b"x", {CLOSED})
    time.sleep(0.2)
"""
#: The tools that are run on Debian's 6.12 instead: it has drop_monitor, and lets trace-cmd write what it must.
BOOTED = ("trace-cmd", "dropwatch")


class Block(NamedTuple):
    """A console block of the page: the anchor it stands under, what is typed, and what the page shows of the answer."""

    anchor: str
    commands: str
    shown: str


def _blocks() -> list[Block]:
    """Return the blocks of the page that are typed as root; those of `dropreasons` are run in test_repository.py."""
    found = []
    for section in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        named = re.match(r".*\{ #([\w-]+) \}", section)
        for text in re.findall(r"```console\n(# .*?)```", section, re.DOTALL):
            commands, shown = _parted(text)
            found.append(Block(named[1] if named else "", commands, shown))
    return found


def _parted(text: str) -> tuple[str, str]:
    """Part a block into its commands, which end where quotes are closed and no backslash follows, and its output."""
    commands, shown, open_ended = "", "", False
    for line in text.splitlines(keepends=True):
        if open_ended or line.startswith("# "):
            commands += line if open_ended else line[2:]
            open_ended = line.endswith("\\\n") or commands.count("'") % 2 == 1
        else:
            shown += line
    return commands, shown


BLOCKS = _blocks()
HERE = [block for block in BLOCKS if block.anchor not in BOOTED]
THERE = [block for block in BLOCKS if block.anchor in BOOTED]


def _expected(block: Block) -> str:
    """Return the pattern of the reason as a tool tells it: bpftrace by its number, all others by name."""
    return r"^@\[3, " if block.anchor == "bpftrace" else r"\bNO_SOCKET\b"


@pytest.fixture(scope="module")
def number() -> str:
    """The number of NO_SOCKET on this kernel, to put in place of the 3 of the page."""
    require(os.geteuid() == 0, "root, to trace")
    require((TRACEFS / "events/skb/kfree_skb").is_dir(), "tracefs: mount -t tracefs nodev /sys/kernel/tracing")
    text = (TRACEFS / "events/skb/kfree_skb/format").read_text(encoding="ascii")
    named = re.search(r'\{ (\d+), "NO_SOCKET" \}', text)
    require(named, "a kernel with drop reasons")
    assert named
    return named[1]


@pytest.fixture(scope="module")
def dropping(number: str) -> Iterator[None]:
    """Datagrams to a closed port of this machine, five a second, until the module ends."""
    assert number
    ended = threading.Event()

    def send() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            while not ended.wait(0.2):
                sender.sendto(b"x", CLOSED)

    thread = threading.Thread(target=send)
    thread.start()
    yield
    ended.set()
    thread.join()


def test_every_tool_has_a_block() -> None:
    """The page shows commands and an output for each tool that is run, so that the tests below hold all of them."""
    assert {block.anchor for block in BLOCKS if block.shown} == {"number", "tracefs", "perf", "bpftrace", *BOOTED}
    for block in BLOCKS:
        if block.shown and "kstack" not in block.commands and "-g" not in block.commands.split():
            assert re.search(_expected(block), block.shown, re.MULTILINE), block


@pytest.mark.slow
@pytest.mark.parametrize("block", HERE, ids=[f"{block.anchor}-{at}" for at, block in enumerate(HERE)])
@pytest.mark.usefixtures("dropping")
def test_a_block_tells_the_reason(block: Block, number: str, tmp_path: Path) -> None:
    """What the page shows for this machine can be typed, and tells the reason of the drops made meanwhile."""
    package = {"perf": "linux-perf"}.get(block.anchor, block.anchor)
    if block.anchor in {"perf", "bpftrace"}:
        require(shutil.which(block.anchor), f"{block.anchor} (package {package})")
    shorter = re.sub(r"\b(sleep |timeout |s:)10\b", r"\g<1>2", block.commands)
    commands = shorter.replace("reason == 3", f"reason == {number}")
    # Each command by itself: timeout ends cat with 124, and what follows takes the instance away again.
    done = subprocess.run(
        ["bash", "-c", commands], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    expected = _expected(block).replace("3", number)
    assert re.search(expected, done.stdout, re.MULTILINE), (done.stdout[-2000:], done.stderr[-2000:])
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("dropping")
def test_a_wrong_number_is_accepted_and_shows_nothing(tmp_path: Path) -> None:
    """As the page says of filters: the kernel takes any number."""
    require(shutil.which("perf"), "perf (package linux-perf)")
    commands = "perf record -a -e skb:kfree_skb --filter 'reason == 99999' -o d sleep 1 && perf script -i d"
    done = subprocess.run(
        ["bash", "-c", commands], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "NO_SOCKET" not in done.stdout


def test_nothing_is_left_behind() -> None:
    """The page's own trace instance is gone after it was run."""
    assert not (TRACEFS / "instances" / "drops").exists()


@pytest.mark.slow
def test_blocks_tell_the_reason_on_an_older_kernel(tmp_path: Path, run: Run) -> None:
    """trace-cmd and dropwatch, on Debian's 6.12: in full length, since emulated they start slowly."""
    for tool in BOOTED:
        require(shutil.which(tool), f"{tool} (package {tool})")
    (tmp_path / "sender.py").write_text(SENDER, encoding="utf-8")
    script = f"ip link set lo up\ncd {tmp_path}\n{sys.executable} sender.py &\nset +e\n"
    for at, block in enumerate(THERE):
        (tmp_path / f"block{at}").write_text(block.commands, encoding="utf-8")
        script += f"bash block{at} > told{at} 2> errors{at}\n"
    boot("6.12", script, tmp_path)
    for at, block in enumerate(THERE):
        told = (tmp_path / f"told{at}").read_text(encoding="utf-8", errors="replace")
        errors = (tmp_path / f"errors{at}").read_text(encoding="utf-8", errors="replace")
        assert re.search(_expected(block), told, re.MULTILINE), (block, told[-2000:], errors[-2000:])
    # The last recording of trace-cmd is there still; it is decoded here, on another kernel.
    decoded = run("decode", str(tmp_path / "trace.dat"), "--format", "json")
    assert decoded.returncode == 0, decoded.stderr
    assert json.loads(decoded.stdout)["unknown"] == 0, decoded.stdout
    assert '"NO_SOCKET"' in decoded.stdout
