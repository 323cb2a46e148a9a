# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Joins the callers found in many trees into one record, and asks that record questions."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dropreasons.findings import Finding, FindingsError, Location
from dropreasons.kernelrelease import parse_release
from dropreasons.model.evidence import Evidence, ReadTree, SeenCaller
from dropreasons.schema import load_model
from dropreasons.source import read_source

EVIDENCE_FILE = "callers.yaml"
NONE = Evidence(trees=(), callers={}, counters={})
_TO = " to "


class TreeRead(NamedTuple):
    """One tree as it was read: its callers by enumerator, each as function, file, how, via, condition."""

    tree: ReadTree
    callers: Mapping[str, frozenset[tuple[str, str, str, str, str]]]
    counters: frozenset[str]


def age(kernel: str) -> tuple[tuple[int, int, int], tuple[int, ...]]:
    """Return a kernel's place in time, for sorting trees."""
    release = parse_release(kernel)
    return release.version, release.point


def load_evidence(folder: Path) -> Evidence:
    """Load the callers in kernels/; a folder without them has none.

    Raises:
        FindingsError: the file is not well formed.
    """
    path = folder / EVIDENCE_FILE
    if not path.is_file():
        return NONE
    findings: list[Finding] = []
    evidence = load_model(Evidence, read_source(path, f"{folder.name}/{EVIDENCE_FILE}"), findings)
    if evidence is None:
        raise FindingsError(findings)
    kernels = [tree.kernel for tree in evidence.trees]
    if kernels != sorted(kernels, key=age) or len(set(kernels)) != len(kernels):
        place = Location(f"{folder.name}/{EVIDENCE_FILE}")
        raise FindingsError([Finding("DK003", "error", "the trees are not in the order of their releases", place)])
    return evidence


def trees_read(evidence: Evidence) -> list[str]:
    """Return the kernels whose trees were read, oldest first."""
    return [tree.kernel for tree in evidence.trees if tree.missing is None]


def seen_in(ranges: Iterable[str], trees: Sequence[str]) -> list[str]:
    """Return the trees that some ranges name."""
    found: list[str] = []
    for text in ranges:
        first, _, last = text.partition(_TO)
        found += trees[trees.index(first) : trees.index(last or first) + 1]
    return found


def as_ranges(kernels: Iterable[str], trees: Sequence[str]) -> tuple[str, ...]:
    """Return trees as ranges: neighbours among those read are joined."""
    indices = sorted(trees.index(kernel) for kernel in kernels)
    runs: list[list[int]] = []
    for index in indices:
        if runs and runs[-1][1] == index - 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return tuple(trees[a] if a == b else f"{trees[a]}{_TO}{trees[b]}" for a, b in runs)


def split(evidence: Evidence) -> dict[str, TreeRead]:
    """Take a record apart into the trees it was made of."""
    trees = trees_read(evidence)
    callers: dict[str, dict[str, set[tuple[str, str, str, str, str]]]] = {kernel: {} for kernel in trees}
    for symbol, rows in evidence.callers.items():
        for row in rows:
            for kernel in seen_in(row.kernels, trees):
                key = (row.function, row.file, row.how, row.via, row.condition)
                callers[kernel].setdefault(symbol, set()).add(key)
    counters: dict[str, set[str]] = {kernel: set() for kernel in trees}
    for constant, ranges in evidence.counters.items():
        for kernel in seen_in(ranges, trees):
            counters[kernel].add(constant)
    return {
        tree.kernel: TreeRead(
            tree,
            {symbol: frozenset(rows) for symbol, rows in callers.get(tree.kernel, {}).items()},
            frozenset(counters.get(tree.kernel, ())),
        )
        for tree in evidence.trees
    }


def join(reads: Iterable[TreeRead]) -> Evidence:
    """Make one record of trees: each caller once, with the kernels it was seen in."""
    ordered = sorted(reads, key=lambda read: age(read.tree.kernel))
    trees = [read.tree.kernel for read in ordered if read.tree.missing is None]
    seen: dict[str, dict[tuple[str, str, str, str, str], list[str]]] = {}
    counters: dict[str, list[str]] = {}
    for read in ordered:
        for symbol, rows in read.callers.items():
            for row in rows:
                seen.setdefault(symbol, {}).setdefault(row, []).append(read.tree.kernel)
        for constant in read.counters:
            counters.setdefault(constant, []).append(read.tree.kernel)
    return Evidence(
        trees=tuple(read.tree for read in ordered),
        callers={
            symbol: tuple(
                SeenCaller(
                    function=row[0],
                    file=row[1],
                    how=row[2],
                    via=row[3],
                    condition=row[4],
                    kernels=as_ranges(kernels, trees),
                )
                for row, kernels in sorted(seen[symbol].items(), key=lambda item: (item[0][1], item[0]))
            )
            for symbol in sorted(seen)
        },
        counters={constant: as_ranges(counters[constant], trees) for constant in sorted(counters)},
    )
