# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The generated C header, compiled: every table equals what it came from, and what Debian's own headers say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Run, require

from dropreasons.catalogue import Catalogue
from dropreasons.derive import all_lists
from dropreasons.generate.c_header import STYLES, header_for_table
from dropreasons.lookup import Registry

REAL_HEADERS = ROOT / "build" / "kernel-headers" / "unpacked" / "usr" / "src"


def compile_c(source: str, folder: Path, *options: str) -> None:
    """Compile C and fail with what gcc says."""
    (folder / "test.c").write_text(source, encoding="utf-8")
    command = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *options, "test.c"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:3000]


@pytest.mark.parametrize("style", STYLES)
def test_every_table_compiles_to_its_own_numbers(
    catalogue: Catalogue, registry: Registry, tmp_path: Path, style: str
) -> None:
    """For every table, gcc asserts each enumerator of the header against the table."""
    require(shutil.which("gcc"), "gcc")
    for name, table in catalogue.kernels.tables.items():
        (tmp_path / "h.h").write_text(header_for_table(registry, name, style), encoding="utf-8")
        expected = {symbol: value for values in all_lists(table).values() for symbol, value in values.items()}
        for number, subsystem in (table.subsystems or {}).items():
            expected[f"SKB_DROP_REASON_SUBSYS_{subsystem.upper()}"] = number
        checks = [f'_Static_assert((unsigned){s} == {v}u, "{s}");' for s, v in expected.items()]
        compile_c("\n".join(['#include "h.h"', *checks]), tmp_path)


def test_the_x_macro_and_the_enum_are_in_step(catalogue: Catalogue, registry: Registry, tmp_path: Path) -> None:
    """The list a caller expands has every reason of the enum, in its order, and MAX last."""
    require(shutil.which("gcc"), "gcc")
    expand = "\n".join(
        [
            '#include "h.h"',
            "#define FN(name) SKB_DROP_REASON_##name,",
            "static const unsigned listed[] = { DEFINE_DROP_REASON(FN, FN) };",
            '_Static_assert(sizeof(listed) / sizeof(listed[0]) == COUNT, "as many as the enum");',
            "const unsigned *use(void) { return listed; }",
        ]
    )
    for name, table in catalogue.kernels.tables.items():
        text = header_for_table(registry, name, "core")
        (tmp_path / "h.h").write_text(text, encoding="utf-8")
        prefix = "SKB_DROP_REASON_"
        symbols = [s for s in table.lists["core"] if s.startswith(prefix) and not s.endswith("_SUBSYS_MASK")]
        assert re.findall(r"\tFNe?\((\w+)\)", text) == [symbol.removeprefix(prefix) for symbol in symbols]
        compile_c(expand, tmp_path, f"-DCOUNT={len(symbols)}")


def enumerators(header: Path, folder: Path) -> dict[str, int]:
    """Return the enumerators of enum skb_drop_reason of a header, as gcc counts them."""
    source = f'#include "{header}"\n'
    if header.name != "ours.h":
        source = "#define __bitwise\n#define __force\n" + source
    (folder / "names.c").write_text(source, encoding="utf-8")
    expanded = subprocess.run(
        ["gcc", "-E", "-P", "-I", str(header.parents[1]), "names.c"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    body = re.search(r"enum skb_drop_reason \{(.*?)\}", expanded, re.DOTALL)
    assert body
    symbols = re.findall(r"\b(SKB_\w+)\s*(?:=[^,]*)?,?", body[1])
    symbols = [symbol for symbol in dict.fromkeys(symbols) if "SUBSYS_" not in symbol or symbol.endswith("_MASK")]
    program = source + "#include <stdio.h>\nint main(void) {\n"
    program += "".join(f'printf("{s} %u\\n", (unsigned){s});\n' for s in symbols) + "return 0; }\n"
    (folder / "print.c").write_text(program, encoding="utf-8")
    subprocess.run(["gcc", "-I", str(header.parents[1]), "-o", "print", "print.c"], cwd=folder, check=True)
    lines = subprocess.run(["./print"], cwd=folder, capture_output=True, text=True, check=True).stdout.splitlines()
    return {symbol: int(value) for symbol, value in (line.split() for line in lines)}


def real_headers() -> list[tuple[str, Path]]:
    """Return the ABI and the header of every unpacked headers package."""
    found = []
    for folder in sorted(REAL_HEADERS.glob("linux-headers-*-common")):
        names = [folder / "include" / "net" / name for name in ("dropreason-core.h", "dropreason.h")]
        header = next(name for name in names if name.is_file())
        found.append((folder.name.removeprefix("linux-headers-").removesuffix("-common"), header))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("line", ["6.1.0-", "6.12.", "7."])
def test_equals_the_real_header(run: Run, tmp_path: Path, line: str) -> None:
    """Debian's own header and ours, both compiled, have the same enumerators with the same numbers."""
    matching = [(abi, header) for abi, header in real_headers() if abi.startswith(line)]
    require(matching, f"linux-headers of {line} below build/kernel-headers; run .ci/fetch-headers build/kernel-headers")
    for abi, header in matching:
        done = run("header", "--kernel", f"{abi}-amd64", "--output", str(tmp_path / "ours.h"))
        assert done.returncode == 0, done.stderr
        real = enumerators(header, tmp_path)
        assert len(real) > 60
        assert enumerators(tmp_path / "ours.h", tmp_path) == real


def test_comments_are_ours(run: Run) -> None:
    """Each enumerator has a kernel-doc comment with our summary, or says that it is still missing."""
    text = run("header", "--kernel", "6.12.117").stdout
    assert "/**\n\t * @SKB_DROP_REASON_FULL_RING: The ring to the program that reads this tun, tap" in text
    assert "@SKB_DROP_REASON_IP_TUNNEL_ECN: " in text
    assert text.startswith("/* SPDX-License-Identifier: GPL-2.0-only OR MIT */\n")
    assert "Kernel 6.12.117, confidence: exact." in text


def test_a_plain_enum_as_in_5_17(run: Run) -> None:
    """The style skbuff has the enum without the list."""
    text = run("header", "--kernel", "5.17.0", "--style", "skbuff").stdout
    assert "DEFINE_DROP_REASON" not in text
    assert "SKB_DROP_REASON_UDP_CSUM = 5," in text


REFUSED = [
    ("6.12", 1, "may have one of 4 tables"),
    ("5.15.40", 1, "there is no table"),
    ("8.1.3", 1, "there is no table"),
    ("nonsense", 2, "is not a kernel release"),
]


@pytest.mark.parametrize(("kernel", "status", "message"), REFUSED)
def test_a_kernel_without_a_single_table_is_refused(
    run: Run, tmp_path: Path, kernel: str, status: int, message: str
) -> None:
    """No header is guessed, and an existing file is left as it was."""
    (tmp_path / "h.h").write_text("mine", encoding="utf-8")
    done = run("header", "--kernel", kernel, "--output", str(tmp_path / "h.h"))
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert (tmp_path / "h.h").read_text(encoding="utf-8") == "mine"
