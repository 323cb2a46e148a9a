# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Tables from headers, BTF, tracefs, vmlinux.h, drdump and packages: equal whatever showed them, or refused."""

import io
import lzma
import os
import struct
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Run, require
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_callers import CORE, SUBSYSTEMS, WIRELESS

from dropreasons.btf import BTFError, read_enums
from dropreasons.c_source import NotEvaluated, read_c_enums
from dropreasons.catalogue import Catalogue
from dropreasons.derive import all_lists
from dropreasons.generate.c_header import STYLES, header_for_table
from dropreasons.importers.btf import raw_btf
from dropreasons.importers.reading import Imported, NotImported
from dropreasons.importers.recognise import import_source
from dropreasons.lookup import Registry

NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{2,30}", fullmatch=True)
ENUMS = st.dictionaries(NAMES, st.integers(0, 0xFFFFFFFF), min_size=1, max_size=20)


def table_of(path: Path) -> Imported:
    """Import a source that is one table."""
    read = import_source(path)
    assert isinstance(read, Imported)
    return read


@pytest.mark.parametrize("style", STYLES)
def test_our_own_headers_import_as_the_tables_they_came_from(
    catalogue: Catalogue, registry: Registry, tmp_path: Path, style: str
) -> None:
    """Generating a header and reading it back loses nothing, for every table there is."""
    for name, table in catalogue.kernels.tables.items():
        path = tmp_path / f"{name}.h"
        path.write_text(header_for_table(registry, name, style), encoding="utf-8")
        read = table_of(path).table
        lists = {subsystem: values for subsystem, values in all_lists(table).items() if subsystem in read.lists}
        assert read.lists == lists
        assert read.subsystems == table.subsystems


def btf(enums: Mapping[str, Mapping[str, int]], order: str = "<", *, wide: bool = False, shared: bytes = b"") -> bytes:
    """Encode enums as BTF, a few other types before them; `shared` are the strings of a base it builds on."""
    strings, types = bytearray(b"\0"), bytearray()

    def text(name: str) -> int:
        strings.extend(name.encode() + b"\0")
        return len(shared) + len(strings) - len(name) - 1

    types += struct.pack(f"{order}IIII", text("int"), 1 << 24, 4, 32)
    types += struct.pack(f"{order}III", 0, 2 << 24, 1)
    types += struct.pack(f"{order}III", text("pair"), 4 << 24 | 1, 8) + struct.pack(f"{order}III", text("a"), 1, 0)
    for name, members in enums.items():
        types += struct.pack(f"{order}III", text(name), (19 if wide else 6) << 24 | len(members), 8 if wide else 4)
        for member, value in members.items():
            types += struct.pack(f"{order}II", text(member), value) + (struct.pack(f"{order}I", 0) if wide else b"")
    head = struct.pack(f"{order}HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
    return head + bytes(types) + bytes(strings)


@given(enums=st.dictionaries(NAMES, ENUMS, min_size=1, max_size=4), order=st.sampled_from("<>"), wide=st.booleans())
def test_btf_round_trip(enums: dict[str, dict[str, int]], order: str, wide: bool) -> None:
    """Enums of 32 and 64 bits, in both byte orders, are read back with every value unsigned."""
    assert read_enums(btf(enums, order, wide=wide), enums) == enums


def test_btf_of_a_module_builds_on_that_of_the_kernel() -> None:
    """A module's strings begin where those of vmlinux end."""
    base = btf({"skb_drop_reason": {"SKB_NOT_DROPPED_YET": 0}})
    length = struct.unpack_from("<I", base, 20)[0]
    module = btf({"ovs_drop_reason": {"OVS_DROP_METER": 0x20005}}, shared=bytes(length))
    assert read_enums(module, ("ovs_drop_reason",), base) == {"ovs_drop_reason": {"OVS_DROP_METER": 0x20005}}


@given(st.integers(0, 10_000), st.binary(max_size=40))
def test_damaged_btf_is_refused_and_never_misread(cut: int, tail: bytes) -> None:
    """Any prefix of BTF, with anything behind it, gives the enums or one kind of error."""
    whole = btf({"skb_drop_reason": {f"SKB_DROP_REASON_N{i}": i for i in range(30)}})
    try:
        read_enums(whole[: cut % len(whole)] + tail, ("skb_drop_reason",))
    except BTFError as error:
        assert "\n" not in str(error)


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_rubbish_is_never_btf(data: bytes) -> None:
    """Random bytes, with or without the magic number, give one kind of error or no enums."""
    for candidate in (data, b"\x9f\xeb\x01\x00" + data, b"\x7fELF\x02\x01" + data):
        try:
            assert read_enums(raw_btf(candidate), ("skb_drop_reason",)) in ({}, {"skb_drop_reason": {}})
        except BTFError:
            continue


def elf(section: bytes) -> bytes:
    """Wrap bytes as the .BTF section of an ELF file."""
    names = b"\0.BTF\0.shstrtab\0"
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, 64, 0, 64, 0, 0, 64, 3, 2)
    at = 64 + 3 * 64
    rows = [(0, 0, 0, 0, 0, 0), (1, 1, 0, 0, at, len(section)), (6, 3, 0, 0, at + len(section), len(names))]
    table = b"".join(struct.pack("<IIQQQQ", *row) + bytes(24) for row in rows)
    return head + table + section + names


def vmlinuz(payload: bytes) -> bytes:
    """Wrap a vmlinux as a compressed x86 kernel image."""
    packed = lzma.compress(payload)
    head = bytearray(1024)
    head[0x1F1] = 1
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<II", head, 0x248, 0, len(packed))
    return bytes(head) + packed


@pytest.mark.parametrize("wrap", [bytes, elf, lambda data: vmlinuz(elf(data))], ids=["raw", "vmlinux", "vmlinuz"])
def test_btf_is_found_wherever_it_is(tmp_path: Path, wrap: object) -> None:
    """Raw, in a vmlinux, or in a compressed vmlinuz."""
    assert callable(wrap)
    core = {"SKB_NOT_DROPPED_YET": 0, "SKB_DROP_REASON_NOT_SPECIFIED": 1, "SKB_DROP_REASON_MAX": 2}
    (tmp_path / "image").write_bytes(wrap(btf({"skb_drop_reason": core})))
    assert table_of(tmp_path / "image").table.lists == {"core": core}


def test_the_running_kernel(run: Run) -> None:
    """`--running` gives a table with its provenance, ready to be contributed, and finds its line."""
    require(os.path.exists("/sys/kernel/btf/vmlinux"), "a kernel with BTF")
    done = run("import", "--running")
    assert done.returncode == 0, done.stderr
    assert os.uname().release in done.stdout.splitlines()[4]
    assert "distribution:" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("# To contribute this table")
    compared = run("import", "--running", "--compare").stdout
    assert compared.startswith(("equals ", "near "))


FORMAT = """name: kfree_skb
ID: 1234
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;

\tfield:void * skbaddr;\toffset:8;\tsize:8;\tsigned:0;
\tfield:enum skb_drop_reason reason;\toffset:28;\tsize:4;\tsigned:0;

print fmt: "reason: %s", __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" }, { 4, "MAX" })
"""


def test_tracefs(tmp_path: Path) -> None:
    """The format file gives the core list, what it hides included, and says what it cannot show."""
    (tmp_path / "format").write_text(FORMAT, encoding="utf-8")
    read = table_of(tmp_path / "format")
    assert list(read.table.lists["core"].items()) == [
        ("SKB_NOT_DROPPED_YET", 0), ("SKB_CONSUMED", 1), ("SKB_DROP_REASON_NOT_SPECIFIED", 2),
        ("SKB_DROP_REASON_NO_SOCKET", 3), ("SKB_DROP_REASON_MAX", 4),
    ]  # fmt: skip
    assert read.table.reads[0].tracepoint_fields == ("void * skbaddr", "enum skb_drop_reason reason")
    assert "core list only" in str(read.table.reads[0].note)


def test_tracefs_and_btf_of_this_kernel_agree(tmp_path: Path) -> None:
    """The two ways to ask the running kernel give the same numbers."""
    path = next(
        (p for p in map(Path, ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")) if (p / "events/skb").is_dir()),
        None,
    )
    require(path and os.access(path, os.R_OK) and os.path.exists("/sys/kernel/btf/vmlinux"), "tracefs and BTF, as root")
    assert path
    (tmp_path / "format").write_text(
        (path / "events/skb/kfree_skb/format").read_text(encoding="utf-8"), encoding="utf-8"
    )
    traced = table_of(tmp_path / "format").table.lists["core"]
    known = table_of(Path("/sys/kernel/btf/vmlinux")).table.lists["core"]
    assert {s: known[s] for s in traced if s != "SKB_DROP_REASON_MAX"}.items() <= traced.items()


def test_vmlinux_h_and_drdump(tmp_path: Path) -> None:
    """What bpftool and drdump print is read as the same table."""
    names = ("SKB_NOT_DROPPED_YET", "SKB_CONSUMED", "SKB_DROP_REASON_NOT_SPECIFIED", "SKB_DROP_REASON_NO_SOCKET")
    body = "".join(f"\t{name} = {value},\n" for value, name in enumerate(names))
    header = f"#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\nenum skb_drop_reason {{\n{body}}};\n#endif\n"
    (tmp_path / "vmlinux.h").write_text(header, encoding="utf-8")
    dump = "".join(f"     {n} = {s}\n" for s, n in table_of(tmp_path / "vmlinux.h").table.lists["core"].items())
    (tmp_path / "dump").write_text(dump, encoding="utf-8")
    assert table_of(tmp_path / "dump").table.lists == table_of(tmp_path / "vmlinux.h").table.lists


def package(name: str, files: Mapping[str, str]) -> bytes:
    """Make a Debian package."""

    def tarball(members: Mapping[str, str]) -> bytes:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:xz") as archive:
            for path, text in members.items():
                member = tarfile.TarInfo(path)
                member.size = len(text.encode())
                archive.addfile(member, io.BytesIO(text.encode()))
        return stream.getvalue()

    data = b"!<arch>\n"
    control = {"./control": f"Package: {name}\nVersion: 6.99.3-1\n"}
    for part, content in (
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", tarball(control)),
        ("data.tar.xz", tarball(files)),
    ):
        data += (
            f"{part:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
            + content
            + b"\n" * (len(content) % 2)
        )
    return data


def test_a_headers_package_is_read_in_place(tmp_path: Path) -> None:
    """What a headers package does not hold is said, not invented."""
    at = "./usr/src/linux-headers-6.99.3+deb13-common/include/net"
    files = {f"{at}/dropreason-core.h": CORE, f"{at}/dropreason.h": SUBSYSTEMS}
    (tmp_path / "headers.deb").write_bytes(package("linux-headers-6.99.3+deb13-common", files))
    read = table_of(tmp_path / "headers.deb")
    assert read.table.reads[0].kernel == "6.99.3+deb13"
    assert read.silent == ("the list of mac80211_unusable is not in this source",)
    assert read.table.lists["core"]["SKB_DROP_REASON_FULL_RING"] == 3


BAD_PACKAGES = [
    (package("bash", {"./bin/bash": "x"}), "holds neither kernel headers nor kernel sources"),
    (package("linux-headers-x-common", {})[:300], "damaged"),
    (b"!<arch>\n" + b"x" * 59, "cut off"),
    (b"!<arch>\n", "no control part"),
]


@pytest.mark.parametrize(("data", "message"), BAD_PACKAGES)
def test_bad_packages_are_refused(tmp_path: Path, run: Run, data: bytes, message: str) -> None:
    """A package of something else, or half a package, gives one clear line."""
    (tmp_path / "x.deb").write_bytes(data)
    done = run("import", str(tmp_path / "x.deb"))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


BAD_FILES = [
    (b"\0\1\2rubbish" * 100, "binary data of no kind"),
    (b"int main(void) { return 0; }\n", "no enum skb_drop_reason"),
    (b"", "no enum skb_drop_reason"),
    (b"\x9f\xeb", "truncated BTF"),
    (b"\x7fELF" + bytes(10), "truncated ELF"),
    (elf(b"")[:0x28] + b"\xff" * 8 + elf(b"")[0x30:], "truncated ELF"),
    (b'name: kfree_skb\nprint fmt: "x"\n', "lists no reasons"),
]


@pytest.mark.parametrize(("data", "message"), BAD_FILES)
def test_other_files_are_refused(tmp_path: Path, run: Run, data: bytes, message: str) -> None:
    """Rubbish with a name that promises something gives one clear line."""
    (tmp_path / "thing.h").write_bytes(data)
    done = run("import", str(tmp_path / "thing.h"))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path, run: Run) -> None:
    """Its size is enough to know."""
    with (tmp_path / "big.h").open("wb") as stream:
        stream.truncate(2 << 30)
    done = run("import", str(tmp_path / "big.h"))
    assert done.returncode == 2
    assert "2147483648 bytes" in done.stderr


@given(st.text(max_size=400))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_header_is_read_or_refused(text: str) -> None:
    """No text makes the header reader fail in another way."""
    for body in (text, f"enum skb_drop_reason {{ {text} }};", CORE + text, WIRELESS + text):
        try:
            read_c_enums([body])
        except NotEvaluated as error:
            assert len(str(error)) < 300


@given(st.binary(max_size=500))
@example(b"\x08")  # the head of a gzip file that ends before its flags
@example(b"\x08\x04123456")  # and one that ends before the length of its extra field
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_imported_or_refused(tmp_path: Path, data: bytes) -> None:
    """No file makes the recognition fail in another way."""
    for content in (data, FORMAT.encode() + data, b"!<arch>\n" + data, b"\x1f\x8b" + data, data + b"HdrS" * 200):
        (tmp_path / "thing").write_bytes(content)
        try:
            import_source(tmp_path / "thing")
        except NotImported as error:
            assert "\n" not in str(error)


def test_compare_says_which_table_it_is_or_how_it_differs(registry: Registry, run: Run, tmp_path: Path) -> None:
    """A known table is recognised; a changed one is near, with what was added, removed and moved."""
    text = header_for_table(registry, "v6.12.117", "skbuff")
    (tmp_path / "known.h").write_text(text, encoding="utf-8")
    assert run("import", str(tmp_path / "known.h"), "--compare").stdout.startswith(
        "equals v6.12.117 (in core, mac80211"
    )
    changed = text.replace("SKB_DROP_REASON_FULL_RING", "SKB_DROP_REASON_RING_OF_MINE")
    (tmp_path / "changed.h").write_text(changed, encoding="utf-8")
    nearest = run("import", str(tmp_path / "changed.h"), "--compare").stdout.splitlines()[0]
    assert nearest.startswith("near v6.12.117")
    assert "1 added (RING_OF_MINE); 1 removed (FULL_RING)" in nearest


def test_listings(run: Run, unexplained: Path) -> None:
    """`kernels`, `where` and `new` show the evidence."""
    listed = run("kernels").stdout
    assert "6.12.114 to later" in listed
    assert "places that raise a reason" in listed
    assert max(map(len, listed.splitlines())) <= 90
    raised = run("where", "FULL_RING")
    assert "tap_handle_frame (drivers/net/tap.c)\n    assignment, 5.4.119, 5.18.12 to 7.3.4\n" in raised.stdout
    assert "iptfs" not in run("where", "FULL_RING", "--kernel", "6.12.117").stdout
    assert run("where", "FULL_RING", "--kernel", "9.9").returncode == 1
    assert run("where", "NOTHING").returncode == 1
    skeleton = run("new", "LSM", "--root", str(unexplained))
    assert skeleton.returncode == 0
    assert skeleton.stdout.startswith("LSM:\n  summary: One sentence")
    assert run("new", "FULL_RING").returncode == 1
