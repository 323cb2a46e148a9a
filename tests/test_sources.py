# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The generated sources: read back, each equals the table it came from (compiled: test_sources_compiled.py)."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from dropreasons.catalogue import Catalogue
from dropreasons.cli.sources import table
from dropreasons.derive import all_lists
from dropreasons.enums import is_marker, reason_name
from dropreasons.generate import sources
from dropreasons.generate.c_header import NoSingleTable
from dropreasons.generate.sources import UnknownFormat, UnknownTable, all_formats, source_for_kernel, source_for_table
from dropreasons.kernelrelease import NotARelease
from dropreasons.lookup import Registry

#: A kernel with sub-systems, one with the newest list, and the first with reasons; each with its table.
KERNELS = {"v6.12.117": "v6.12.117", "7.3.4": "v7.2", "5.17.0": "v5.17"}
each_kernel = pytest.mark.parametrize("kernel", KERNELS)
Names = dict[int, str]


def expected(catalogue: Catalogue, name: str) -> Names:
    """Return the name of each number of a table, from the file the table is kept in."""
    kept = catalogue.kernels.tables[name]
    ids = {subsystem: number for number, subsystem in (kept.subsystems or {0: "core"}).items()}
    return {
        value: reason_name(symbol)
        for subsystem, values in all_lists(kept).items()
        for symbol, value in values.items()
        if not is_marker(symbol) and value >> 16 == ids[subsystem]
    }


def pairs(text: str, pattern: str) -> Names:
    """Return the names by number where a pattern with both finds them; none may stand twice."""
    found = [(int(row["number"], 0), row["name"]) for row in re.finditer(pattern, text, re.MULTILINE)]
    assert len(dict(found)) == len(found)
    return dict(found)


def executed(text: str) -> Names:
    """Return the dict of a Python module, once its enumeration has agreed with it."""
    module: dict = {}
    exec(compile(text, "reasons.py", "exec"), module)
    assert {reason.value: reason.name for reason in module["Reason"]} == module["NAMES"]
    assert list(module["NAMES"]) == sorted(module["NAMES"])
    return module["NAMES"]


def read_go(text: str) -> Names:
    """Return the constants, once both switches have agreed with them."""
    names = pairs(text, r"^\t(?P<name>\w+) Reason = (?P<number>\w+)$")
    assert re.findall(r'^\tcase (\w+):\n\t\treturn "(\w+)"$', text, re.MULTILINE) == [(n, n) for n in names.values()]
    found = re.findall(r'^\tcase "(\w+)":\n\t\treturn (\w+), true$', text, re.MULTILINE)
    assert found == [(n, n) for n in names.values()]
    return names


def read_rust(text: str) -> Names:
    """Return the constants, once both functions have agreed with them."""
    names = pairs(text, r"^pub const (?P<name>\w+): u32 = (?P<number>\w+);$")
    assert re.findall(r'^ +(\w+) => Some\("(\w+)"\),$', text, re.MULTILINE) == [(n, n) for n in names.values()]
    assert re.findall(r'^ +"(\w+)" => Some\((\w+)\),$', text, re.MULTILINE) == [(n, n) for n in names.values()]
    return names


READERS: dict[str, Callable[[str], Names]] = {
    "python": executed,
    "go": read_go,
    "rust": read_rust,
    "typescript": lambda text: pairs(text, r"^  (?P<name>\w+): (?P<number>\w+),$"),
    "bpftrace": lambda text: pairs(text, r'^  @reason\[(?P<number>\w+)\] = "(?P<name>\w+)";$'),
    "wireshark": lambda text: pairs(text, r'^\t\{ (?P<number>\w+), "(?P<name>\w+)" \},$'),
    "json": lambda text: {row["value"]: row["name"] for row in json.loads(text)["values"]},
}


@each_kernel
@pytest.mark.parametrize("form", all_formats())
def test_a_source_is_whole_and_says_where_it_is_from(
    catalogue: Catalogue, registry: Registry, form: str, kernel: str
) -> None:
    """Read back, it has every number and name of the table, in order; its head says licence, kernel and table."""
    text = source_for_kernel(registry, kernel, form)
    wanted = expected(catalogue, KERNELS[kernel])
    assert READERS[form](text) == wanted
    assert list(READERS[form](text)) == sorted(wanted)
    head = text[:1000]
    assert "SPDX-License-Identifier: GPL-2.0-only OR MIT" in "".join(head.splitlines()[:2])
    assert f"Kernel {kernel}, confidence: exact." in head
    assert f"`dropreasons table --format {form}` from kernels/tables/{KERNELS[kernel]}.yaml" in head


@pytest.mark.parametrize("form", ["python", "go", "rust", "typescript"])
def test_every_reason_is_documented(registry: Registry, form: str) -> None:
    """Where a language has comments for documentation, each name stands below its one-sentence summary."""
    lines = source_for_kernel(registry, "7.3.4", form).splitlines()
    names = READERS[form]("\n".join(lines) + "\n")
    for name in names.values():
        at = next(at for at, line in enumerate(lines) if re.match(rf"(pub const|\s)\s*{name}\b", line))
        assert registry.summary(name)
        assert lines[at - 1].removesuffix(" */").endswith(registry.summary(name)), lines[at - 1]


def test_the_same_bytes_every_time(database: Path) -> None:
    """Two processes that hash differently write the same for every format and kernel."""
    program = (
        "import sys; from dropreasons.lookup import Registry; from dropreasons.generate.sources import *\n"
        f"for kernel in {list(KERNELS)}:\n    for form in all_formats():\n"
        "        print(source_for_kernel(Registry(sys.argv[1]), kernel, form))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(database)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert [len(output) > 100_000 for output in outputs] == [True]


def test_what_was_not_read_is_said(registry: Registry) -> None:
    """Lists that were inferred, not read, or read for other kernels only are named as such."""
    assert "The list of openvswitch is inferred from" in source_for_kernel(registry, "6.12.107", "go")
    assert "The list of openvswitch was not read for this kernel; others" in source_for_kernel(
        registry, "6.12.115+deb13-amd64", "rust"
    )
    assert "The list of openvswitch was not read for this kernel.\n" in source_for_table(
        registry, "ubuntu-6.11.0", "python"
    )
    document = json.loads(source_for_kernel(registry, "6.12.117", "json"))
    assert document["subsystems"][0] == {"id": 0, "name": "core", "known": "read"}
    assert (document["table"], document["kernel"], document["confidence"]) == ("v6.12.117", "6.12.117", "exact")
    alone = json.loads(source_for_table(registry, "v7.2", "json"))
    assert (alone["table"], alone["kernel"], alone["confidence"]) == ("v7.2", None, None)


@pytest.mark.parametrize("name", ["v7.2", "rhel9-5.14-2026-07", "ubuntu-7.3.0"])
def test_a_table_by_itself(catalogue: Catalogue, registry: Registry, name: str) -> None:
    """A table can be written without a kernel, in every format."""
    for form, reader in READERS.items():
        assert reader(source_for_table(registry, name, form)) == expected(catalogue, name)


REFUSED = [("6.12", "may have one of 4 tables"), ("5.15.40", "there is no table"), ("8.1.3", "there is no table")]


@pytest.mark.parametrize(("kernel", "message"), REFUSED)
def test_a_kernel_without_a_single_table_is_refused(
    registry: Registry, database: Path, tmp_path: Path, kernel: str, message: str
) -> None:
    """No table is guessed, and an existing file is left as it was."""
    with pytest.raises(NoSingleTable, match=message):
        source_for_kernel(registry, kernel, "go")
    (tmp_path / "x.go").write_text("mine", encoding="utf-8")
    words = ["--kernel", kernel, "--format", "go", "--db", str(database), "--output", str(tmp_path / "x.go")]
    done = CliRunner().invoke(table, words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert message in done.stderr
    assert (tmp_path / "x.go").read_text(encoding="utf-8") == "mine"


def test_wrong_questions_are_refused(registry: Registry, database: Path) -> None:
    """A text that is no release, a format nobody writes and a table nobody read get no answer."""
    with pytest.raises(NotARelease):
        source_for_kernel(registry, "nonsense", "go")
    with pytest.raises(UnknownFormat, match="no format 'cobol', only bpftrace, go"):
        source_for_kernel(registry, "7.3.4", "cobol")
    with pytest.raises(UnknownTable, match="no table 'v9"):
        source_for_table(registry, "v9.9", "go")
    done = CliRunner().invoke(table, ["--kernel", "7.3.4", "--format", "cobol", "--db", str(database)])
    assert done.exit_code == 2


def test_the_verb_writes_what_the_function_returns(registry: Registry, database: Path, tmp_path: Path) -> None:
    """To standard output, and to a file."""
    words = ["--kernel", "7.3.4", "--format", "python", "--db", str(database)]
    wanted = source_for_kernel(registry, "7.3.4", "python")
    assert CliRunner().invoke(table, words).stdout == wanted
    assert CliRunner().invoke(table, [*words, "--output", str(tmp_path / "reasons.py")]).exit_code == 0
    assert (tmp_path / "reasons.py").read_text(encoding="utf-8") == wanted


def test_a_new_format_is_one_new_file(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that registers a format is found by lying beside the others."""
    (tmp_path / "plain.py").write_text(
        "from dropreasons.generate.sources import source_format\n"
        "@source_format('plain', '.txt', 'Names.')\n"
        "def plain(contents):\n    return ' '.join(value.name for value in contents.values)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(sources, "_FORMATS", dict(all_formats()))
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path)])
    assert source_for_kernel(registry, "5.17.0", "plain").startswith("NOT_SPECIFIED NO_SOCKET ")
    monkeypatch.delitem(sys.modules, f"{sources.__name__}.plain")
