# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The generated sources, each compiled or parsed by its own language's tool, and the bpftrace script run."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import require
from lab.trace import TRACEFS
from test_sources import KERNELS, READERS, each_kernel, expected

from dropreasons.catalogue import Catalogue
from dropreasons.generate.sources import source_for_kernel
from dropreasons.lookup import Registry


def tool(command: list[str], folder: Path) -> str:
    """Run a language's tool in a folder; fail with what it says, return its standard output."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


def require_bpftrace() -> None:
    """Skip where bpftrace cannot know the event."""
    require(shutil.which("bpftrace"), "bpftrace (package bpftrace)")
    require(os.geteuid() == 0, "root, to trace")
    require((TRACEFS / "events/skb/kfree_skb").is_dir(), "tracefs: mount -t tracefs nodev /sys/kernel/tracing")


STUB = (
    "#include <stdint.h>\n#include <stddef.h>\ntypedef struct { uint32_t value; const char *strptr; } value_string;\n"
)
PRINTER = """#include <stdio.h>
#include "reasons.c"
int main(void) {
	for (const value_string *row = skb_drop_reason_vals; row->strptr; row++)
		printf("%u %s\\n", row->value, row->strptr);
}
"""


@pytest.mark.slow
@each_kernel
def test_gcc_takes_it(catalogue: Catalogue, registry: Registry, tmp_path: Path, kernel: str) -> None:
    """Wireshark's array, behind a stub of its structure, prints the table."""
    require(shutil.which("gcc"), "gcc")
    (tmp_path / "reasons.c").write_text(source_for_kernel(registry, kernel, "wireshark"), encoding="utf-8")
    (tmp_path / "main.c").write_text(STUB + PRINTER, encoding="utf-8")
    tool(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", "main", "main.c"], tmp_path)
    rows = [line.split() for line in tool(["./main"], tmp_path).splitlines()]
    assert {int(value): name for value, name in rows} == expected(catalogue, KERNELS[kernel])


@pytest.mark.slow
@each_kernel
def test_python_takes_it(registry: Registry, tmp_path: Path, kernel: str) -> None:
    """The module imports, warnings being errors, and passes mypy."""
    (tmp_path / "reasons.py").write_text(source_for_kernel(registry, kernel, "python"), encoding="utf-8")
    program = "import reasons; print(reasons.Reason(3).name, reasons.Reason['NO_SOCKET'].value, reasons.NAMES[3])"
    assert tool([sys.executable, "-W", "error", "-c", program], tmp_path).split()[2]
    tool([sys.executable, "-m", "mypy", "--strict", "--config-file=", "reasons.py"], tmp_path)


@pytest.mark.slow
@each_kernel
def test_go_takes_it(registry: Registry, tmp_path: Path, kernel: str) -> None:
    """`go vet` has nothing to say, nor has gofmt."""
    require(shutil.which("go") and shutil.which("gofmt"), "go and gofmt (package golang-go)")
    (tmp_path / "go.mod").write_text("module example.org/dropreason\n\ngo 1.19\n", encoding="utf-8")
    (tmp_path / "reasons.go").write_text(source_for_kernel(registry, kernel, "go"), encoding="utf-8")
    tool(["go", "vet", "./..."], tmp_path)
    assert not tool(["gofmt", "-l", "."], tmp_path)


@pytest.mark.slow
@each_kernel
def test_rustc_takes_it(registry: Registry, tmp_path: Path, kernel: str) -> None:
    """`rustc` has nothing to warn of."""
    require(shutil.which("rustc"), "rustc (package rustc)")
    (tmp_path / "reasons.rs").write_text(source_for_kernel(registry, kernel, "rust"), encoding="utf-8")
    tool(["rustc", "--edition=2021", "-Dwarnings", "--crate-type=lib", "--emit=metadata", "reasons.rs"], tmp_path)


@pytest.mark.slow
@each_kernel
def test_tsc_takes_it(registry: Registry, tmp_path: Path, kernel: str) -> None:
    """`tsc --strict` takes it, and knows its numbers as types."""
    require(shutil.which("tsc"), "tsc (package node-typescript, or typescript of npm)")
    (tmp_path / "reasons.ts").write_text(source_for_kernel(registry, kernel, "typescript"), encoding="utf-8")
    (tmp_path / "use.ts").write_text(
        'import { REASONS, ReasonName, ReasonNumber, reasonName } from "./reasons";\n'
        "export const name: ReasonName | undefined = reasonName(REASONS.NO_SOCKET);\n"
        "// @ts-expect-error: no kernel has this number\n"
        "export const wrong: ReasonNumber = 4711;\n",
        encoding="utf-8",
    )
    tool(["tsc", "--strict", "--noEmit", "--target", "es2015", "use.ts"], tmp_path)


@pytest.mark.slow
@each_kernel
def test_bpftrace_takes_it(registry: Registry, tmp_path: Path, kernel: str) -> None:
    """A dry run of bpftrace compiles it, and attaches nothing."""
    require_bpftrace()
    (tmp_path / "reasons.bt").write_text(source_for_kernel(registry, kernel, "bpftrace"), encoding="utf-8")
    help_text = subprocess.run(["bpftrace", "--help"], capture_output=True, text=True, check=False)
    dry = "--dry-run" if "--dry-run" in help_text.stdout + help_text.stderr else "-d"
    tool(["bpftrace", dry, "reasons.bt"], tmp_path)


@pytest.mark.slow
def test_the_bpftrace_script_names_a_real_drop(registry: Registry, tmp_path: Path) -> None:
    """Run while datagrams go to a closed port, it prints a drop by the name that its table has for the number."""
    require_bpftrace()
    text = source_for_kernel(registry, "7.3.4", "bpftrace")
    (tmp_path / "reasons.bt").write_text(text, encoding="utf-8")
    command = ["timeout", "-s", "INT", "5", "bpftrace", "reasons.bt"]
    with (
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as traced,
        socket.socket(type=socket.SOCK_DGRAM) as sender,
    ):
        while traced.poll() is None:
            sender.sendto(b"x", ("127.0.0.1", 9))
            time.sleep(0.2)
        assert traced.stdout
        counted = re.findall(r"^@drops\[(\w+), (\d+), __udp4_lib_rcv\]: \d+$", traced.stdout.read(), re.MULTILINE)
    assert counted
    assert all(READERS["bpftrace"](text)[int(number)] == name for name, number in counted)
