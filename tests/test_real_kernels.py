# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Real kernels: Debian's sources of 6.1, 6.12 and 7.x, and a kernel image, held against the tables and by hand."""

import json
import lzma
import re
import shutil
import subprocess
from collections import Counter

import pytest
from conftest import ROOT, require

from dropreasons.btf import read_enums
from dropreasons.catalogue import Catalogue
from dropreasons.enums import MODULES, REASON_ENUMS, lists_from_enums
from dropreasons.importers.btf import raw_btf
from dropreasons.importers.reading import Imported
from dropreasons.importers.recognise import import_source
from dropreasons.importers.tree import ImportedTree

SOURCES = ROOT / "build" / "kernel-sources"
SAMPLES = ROOT / "tests" / "data" / "callers"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trees() -> dict[str, ImportedTree]:
    """Debian's three trees, by release."""
    require((SOURCES / ".fetched").exists(), "Debian's kernel sources; run .ci/fetch-sources build/kernel-sources")
    read = {}
    for name in sorted(path.name for path in SOURCES.glob("linux-source-*") if path.is_dir()):
        tree = import_source(SOURCES / name)
        assert isinstance(tree, ImportedTree)
        read[tree.kernel] = tree
    return read


def test_callers_agree_with_a_sample_checked_by_hand(trees: dict[str, ImportedTree]) -> None:
    """126 places drawn at random (seed 20261122), read by eye: precision and recall are at least 0.99.

    Half of the places of each tree were drawn from files that no entry of the catalogue named as it then was.
    """
    counted: Counter[str] = Counter()
    for path in sorted(SAMPLES.glob("*.json")):
        # Debian moves on: a sample of another point release of the line says nothing of this tree's lines.
        require(path.stem in trees, f"the tree of {path.stem} that the sample was drawn from")
        found: dict[tuple[str, int], set[tuple[str, ...]]] = {}
        for site in trees[path.stem].sites:
            found.setdefault((site.file, site.line), set()).add((site.reason, site.function, site.how, site.via))
        for row in json.loads(path.read_text(encoding="utf-8")):
            wanted = {(s["reason"], s["function"], s["how"], s["via"]) for s in row["sites"]}
            had = found.get((row["file"], row["line"]), set())
            counted.update(places=1, right=len(wanted & had), wrong=len(had - wanted), missed=len(wanted - had))
    precision = counted["right"] / (counted["right"] + counted["wrong"])
    recall = counted["right"] / (counted["right"] + counted["missed"])
    print(f"{counted['places']} places, precision {precision:.3f}, recall {recall:.3f}")
    assert counted["places"] >= 120
    assert precision >= 0.99
    assert recall >= 0.99


def test_enclosing_functions_agree_with_ctags(trees: dict[str, ImportedTree]) -> None:
    """universal-ctags names the same function for every site of three trees."""
    require(shutil.which("ctags"), "universal-ctags (Debian package universal-ctags)")
    for tree in trees.values():
        folder = SOURCES / f"linux-source-{'.'.join(tree.kernel.split('.')[:2])}"
        files = sorted({site.file for site in tree.sites})
        command = [
            "ctags",
            "--languages=C",
            "--langmap=C:.c.h",
            "--kinds-C=f",
            "--fields=+ne",
            "--sort=no",
            "-f",
            "-",
            *files,
        ]
        output = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
        spans: dict[str, list[tuple[int, int, str]]] = {}
        for line in output.splitlines():
            name, file, *_ = line.split("\t")
            first, last = re.search(r"\tline:(\d+)", line), re.search(r"\tend:(\d+)", line)
            if first and last:
                spans.setdefault(file, []).append((int(first[1]), int(last[1]), name))
        for site in tree.sites:
            if site.how != "table":
                holders = {name for first, last, name in spans[site.file] if first <= site.line <= last}
                assert site.function in holders, site


def test_no_place_is_left_out_in_silence(trees: dict[str, ImportedTree]) -> None:
    """Nothing in these trees could not be understood."""
    assert {kernel: tree.unclear for kernel, tree in trees.items() if tree.unclear} == {}


def test_trees_give_the_tables_we_have(trees: dict[str, ImportedTree], catalogue: Catalogue) -> None:
    """The tables that came from these very packages are reproduced, number by number and field by field."""
    readings = {read.name: (table, read) for table in catalogue.kernels.tables.values() for read in table.reads}
    for kernel, name in (("6.1.192", "v6.1.192"), ("6.12.117", "v6.12.117"), ("7.3.4", "v7.3")):
        require(kernel in trees, f"the tree of {kernel}")
        table, read = readings[name]
        ours = trees[kernel].imported.table
        assert ours.lists == table.lists
        assert {s: list(values) for s, values in ours.lists.items()} == {s: list(v) for s, v in table.lists.items()}
        assert ours.subsystems == table.subsystems
        assert ours.reads[0].tracepoint_fields == read.tracepoint_fields
        assert ours.reads[0].header == read.header


def test_callers_in_kernels_are_those_of_the_trees(trees: dict[str, ImportedTree], catalogue: Catalogue) -> None:
    """What kernels/callers.yaml says of these trees is what the trees say."""
    from dropreasons.evidence import split

    kept = split(catalogue.evidence)
    for kernel, tree in trees.items():
        if kernel in kept:
            callers: dict[str, set[tuple[str, ...]]] = {}
            for site in tree.sites:
                key = (site.function, site.file, site.how, site.via, site.condition)
                callers.setdefault(site.reason, set()).add(key)
            assert callers == {symbol: set(rows) for symbol, rows in kept[kernel].callers.items()}
            assert set(tree.counters) == kept[kernel].counters


def test_a_source_package_is_read_in_place(trees: dict[str, ImportedTree]) -> None:
    """The .deb, streamed, gives what the unpacked tree gives."""
    package = next(SOURCES.glob("linux-source-6.1_*.deb"))
    read = import_source(package)
    assert isinstance(read, ImportedTree)
    unpacked = trees[read.kernel]
    assert set(read.sites) == set(unpacked.sites)
    assert read.imported.table.lists == unpacked.imported.table.lists
    assert "linux-source-6.1" in str(read.imported.table.reads[0].source["package"])


def test_header_and_btf_of_one_kernel_are_equal(trees: dict[str, ImportedTree]) -> None:
    """Debian's image and headers of one version, and the BTF inside its modules, give the same tables."""
    image = SOURCES / "image"
    vmlinuz = next((image / "boot").glob("vmlinuz-6.12.*"))
    release = vmlinuz.name.removeprefix("vmlinuz-")
    base = raw_btf(vmlinuz.read_bytes())
    enums = read_enums(base, REASON_ENUMS)
    for module, enum in MODULES.items():
        packed = next((image / "lib" / "modules" / release).rglob(f"{module}.ko*"))
        data = lzma.decompress(packed.read_bytes()) if packed.suffix == ".xz" else packed.read_bytes()
        enums |= read_enums(raw_btf(data), (enum, f"___{enum}"), base)
    lists = lists_from_enums(enums)
    tree = next(t for t in trees.values() if release.startswith(t.kernel)).imported.table
    assert lists.subsystems == tree.subsystems
    assert lists.lists == tree.lists
    assert lists.unknown == ()
    core = import_source(vmlinuz)
    assert isinstance(core, Imported)
    headers = next((ROOT / "build" / "kernel-headers").rglob(f"linux-headers-{release.removesuffix('-amd64')}-common"))
    beside = import_source(headers / "include" / "net" / "dropreason-core.h")
    assert isinstance(beside, Imported)
    assert core.table.lists["core"] == beside.table.lists["core"] == tree.lists["core"]
