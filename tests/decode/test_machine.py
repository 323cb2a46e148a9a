# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The machine that lines come from: by its release, its table, its own words, or the one the tests run on."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Run, require

from dropreasons.decode.event import Reading
from dropreasons.decode.machine import UNKNOWN, here, of_release, of_table, told
from dropreasons.decode.meaning import decode
from dropreasons.decode.table_file import NotATable, read_table
from dropreasons.kernelrelease import NotARelease
from dropreasons.lookup import Registry

BTF = Path("/sys/kernel/btf/vmlinux")
FORMAT = Path("/sys/kernel/tracing/events/skb/kfree_skb/format")
HEADER = """\
#define DEFINE_DROP_REASON(FN, FNe) FN(NOT_SPECIFIED) FN(NO_SOCKET) FNe(MAX)
enum skb_drop_reason {
	/** @SKB_NOT_DROPPED_YET: not a drop */
	SKB_NOT_DROPPED_YET = 0, SKB_CONSUMED, SKB_DROP_REASON_NOT_SPECIFIED,
	SKB_DROP_REASON_NO_SOCKET, SKB_DROP_REASON_MAX,
	SKB_DROP_REASON_SUBSYS_MASK = 0xffff0000,
};
"""


def names_of(registry: Registry, table: str, below: int = 1 << 32) -> dict[int, str]:
    """Return what a table of the registry holds."""
    rows = registry.database.execute(
        "select value, name from value where table_id = ? and value < ? and in_subsystem = 1", (table, below)
    )
    return dict(rows.fetchall())


def test_a_release_that_is_none_is_refused(registry: Registry) -> None:
    """`--kernel nonsense` is the user's mistake; the same in the input is only noted."""
    with pytest.raises(NotARelease):
        of_release(registry, "nonsense kernel")
    machine = told(registry, "nonsense kernel", None)
    assert not machine.known
    assert "is not a kernel release" in machine.notes[0]


def test_what_is_known_of_a_machine_is_said(registry: Registry) -> None:
    """Each kind of machine describes itself in a few words."""
    assert UNKNOWN.described == "a kernel that is not known"
    assert of_release(registry, "6.12.117").described == "kernel 6.12.117 (exact)"
    assert "6.12 names a line" in of_release(registry, "6.12").notes[0]
    both = told(registry, "6.12.117", {2: "NOT_SPECIFIED", 3: "NO_SOCKET"})
    assert both.described == "the table in the input, of kernel 6.12.117"


def test_a_table_told_by_the_input_goes_before_its_release(registry: Registry) -> None:
    """The printed table names core numbers, and the release's table those of sub-systems."""
    machine = told(registry, "6.12.117", {2: "NOT_SPECIFIED", 77: "SKB_DROP_REASON_OF_MY_OWN"})
    assert decode(registry, Reading("77", value=77), machine).name == "OF_MY_OWN"
    assert decode(registry, Reading("78", value=78), machine).name is None
    assert decode(registry, Reading("0x30001", value=0x30001), machine).name == "OVS_DROP_LAST_ACTION"


def test_a_core_table_tells_which_kernels_it_can_be_of(registry: Registry) -> None:
    """The core list of 6.14 is that of no other kernel, and so 0x30001 is its sub-system's."""
    machine = told(registry, None, names_of(registry, "v6.14", 1 << 16))
    assert machine.narrowed
    assert machine.narrowed.tables == ("v6.14",)
    assert decode(registry, Reading("0x30001", value=0x30001), machine).name == "OVS_DROP_LAST_ACTION"
    changed = names_of(registry, "v6.14", 1 << 16) | {50: "OF_MY_OWN", 51: "NO_SOCKET"}
    assert told(registry, None, changed).narrowed is None


def test_the_running_kernel_is_read(registry: Registry) -> None:
    """`--here` takes the names from the kernel itself."""
    require(BTF.exists(), "a kernel with BTF")
    machine = here(registry)
    assert machine.release
    assert machine.release.text == os.uname().release
    decoded = decode(registry, Reading("3", value=3), machine)
    assert (decoded.name, decoded.confidence) == ("NO_SOCKET", "exact")


def test_btf_format_and_bpftool_of_one_kernel_agree(tmp_path: Path) -> None:
    """The running kernel shows the same core list in its BTF, in tracefs, and as vmlinux.h."""
    require(BTF.exists() and FORMAT.exists(), "a kernel with BTF, and tracefs mounted")
    own = read_table(BTF).names
    core = {v: n for v, n in own.items() if v < 1 << 16}
    hidden = {"SKB_NOT_DROPPED_YET", "SKB_CONSUMED"}
    assert read_table(FORMAT).names == {v: n for v, n in core.items() if n not in hidden}
    bpftool = shutil.which("bpftool") or shutil.which("bpftool", path="/usr/sbin")
    if bpftool:
        dump = tmp_path / "vmlinux.h"
        command = [bpftool, "btf", "dump", "file", str(BTF), "format", "c"]
        dump.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
        assert read_table(dump).names == own


def test_a_header_is_a_table(tmp_path: Path) -> None:
    """dropreason-core.h has comments, macros and markers, which are no reasons."""
    path = tmp_path / "dropreason-core.h"
    path.write_text(HEADER, encoding="utf-8")
    table = read_table(path)
    assert table.names == {0: "SKB_NOT_DROPPED_YET", 1: "SKB_CONSUMED", 2: "NOT_SPECIFIED", 3: "NO_SOCKET"}
    assert not table.complete


@pytest.mark.parametrize(("kernel", "table"), [("6.17.0", "v6.17"), ("6.1.0-47-amd64", "v5.19")])
def test_our_own_exports_are_tables(run: Run, registry: Registry, tmp_path: Path, kernel: str, table: str) -> None:
    """`dropreasons table --format json` and drdump's form of it give the table back."""
    done = run("table", "--kernel", kernel, "--format", "json")
    path = tmp_path / "table.json"
    path.write_text(done.stdout, encoding="utf-8")
    assert read_table(path).names == names_of(registry, table)
    rows = json.loads(done.stdout)["values"]
    dump = tmp_path / "drdump.txt"
    dump.write_text("".join(f"{row['value']:6} = {row['symbol']}\n" for row in rows), encoding="utf-8")
    assert read_table(dump).names == names_of(registry, table)


def test_the_ids_in_a_table_place_numbers_within_subsystems(run: Run, registry: Registry, tmp_path: Path) -> None:
    """OPENVSWITCH:3 with a table at hand needs no release."""
    path = tmp_path / "table.json"
    path.write_text(run("table", "--kernel", "6.17.0", "--format", "json").stdout, encoding="utf-8")
    machine = of_table(registry, read_table(path))
    decoded = decode(registry, Reading("OPENVSWITCH:3", subsystem="openvswitch", number=3), machine)
    assert (decoded.name, decoded.value, decoded.confidence) == ("OVS_DROP_EXPLICIT", 0x20003, "exact")


PAIRS = 'print fmt: "%s", __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" }, '
WRONG = [
    (b"", "holds no enum skb_drop_reason"),
    (b"int main(void) { return 0; }\n", "holds no enum skb_drop_reason"),
    (b"\x9f\xeb\x01", "truncated BTF"),
    (b"\x7fELF\0\0\0\0", "not raw BTF"),
    (b'{"a": 1}', "not a table of `dropreasons table --format json`"),
    (b"{" * 100000, "not a table of `dropreasons table --format json`"),
    (b'{"values": [{"value": "x", "name": 1}], "subsystems": []}', "not a table of `dropreasons table"),
    (b"name: sched_switch\nprint fmt: nothing", "lists no drop reasons"),
    (b"name: qdisc_drop\nprint fmt: nothing", "reasons of queueing disciplines only"),
    (PAIRS.encode() + b'{ 3, "PKT_TOO_SMALL" })', "contradicts itself: 3 is both NO_SOCKET and PKT_TOO_SMALL"),
    (PAIRS.encode() + b'{ 9999999999, "X" })', "does not fit 32 bits"),
    (PAIRS.encode() + b'{ 4, "NO_SOCKET" })', "contradicts itself: NO_SOCKET is both 3 and 4"),
    (HEADER.replace("SKB_DROP_REASON_MAX", "SKB_DROP_REASON_X = 3").encode(), "3 is both NO_SOCKET and X"),
    (HEADER.replace("0,", "sizeof(int),", 1).encode(), "cannot evaluate"),
]


@pytest.mark.parametrize(("data", "message"), WRONG)
def test_a_file_that_is_no_table_is_refused_in_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    """The line names the file, what is wrong, and what to give instead."""
    path = tmp_path / "given"
    path.write_bytes(data)
    with pytest.raises(NotATable) as refused:
        read_table(path)
    line = str(refused.value)
    assert line.startswith(f"{path}: ")
    assert message in line
    assert "give a tracefs format file" in line
    assert "\n" not in line
