# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What the kernels say of single pairs: faults within a table, and the numbers that mislead worst."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from dropreasons.audit.compare import Comparison, Differs
from dropreasons.audit.read import Pair
from dropreasons.audit.spellings import marks_an_end
from dropreasons.enums import reason_name
from dropreasons.findings import Finding, Location
from dropreasons.lookup import Registry
from dropreasons.numbers import everywhere

#: What a wrong name does to its reader, worst first.
HIDES, ALARMS, MISLEADS = "hides", "alarms", "misleads"


class Case(NamedTuple):
    """A number that says one thing and means another on `kernels`; `right` are the upstream kernels it is right on."""

    pair: Pair
    means: str
    kernels: str
    right: tuple[str, ...]
    effect: str
    wrong_on: int


def worst_cases(registry: Registry, pairs: Iterable[Pair], comparison: Comparison) -> list[Case]:
    """Return every number that is wrong on a kernel looked at, the worst first.

    A name that makes something to look into seem benign is worse than the reverse, and that than any other; then the
    number of kernels counts.
    """
    wrong: dict[int, tuple[Differs, str]] = {}
    often: Counter[int] = Counter()
    for kernels, table in _looked_at(comparison):
        for differs in (*comparison.judged[table].core.wrong, *comparison.judged[table].subsystems.wrong):
            often[differs.value] += 1
            wrong.setdefault(differs.value, (differs, kernels))
    claims = {pair.number: pair for pair in pairs}
    cases = [_case(registry, claims[value], *found, often[value]) for value, found in wrong.items()]
    order = (HIDES, ALARMS, MISLEADS)
    return sorted(cases, key=lambda case: (order.index(case.effect), -case.wrong_on, case.pair.number))


def _looked_at(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Yield the kernels looked at with their table, the newest upstream ones first; these have no name yet."""
    yield from (("", table) for _, table in reversed(comparison.upstream) if table)
    yield from ((str(row), row.table) for row in comparison.rows)


def _case(registry: Registry, pair: Pair, differs: Differs, kernels: str, often: int) -> Case:
    """Tell what a number means where its name is wrong, and where it is right."""
    meanings = everywhere(registry, pair.number)["meanings"]
    right = [ranges for meaning in meanings if meaning["entry"] == pair.entry for ranges in meaning["upstream"]]
    means = differs.means
    if not kernels:
        newest = next(meaning for meaning in meanings if meaning["entry"] != pair.entry and meaning["upstream"])
        means, kernels = newest["name"], newest["upstream"][0]
    return Case(pair, means, kernels, tuple(right), _effect(registry, pair.entry, means), often)


def _effect(registry: Registry, says: str | None, means: str) -> str:
    """Tell what a wrong name does to its reader."""
    query = "select severity from reason join spelling using (name) where spelling = ?"
    said, meant = (registry.database.execute(query, (name.upper(),)).fetchone() for name in (says or "", means))
    if said == ("benign",) and meant == ("investigate",):
        return HIDES
    return ALARMS if said == ("investigate",) and meant == ("benign",) else MISLEADS


def faults(registry: Registry, file: str, pairs: Sequence[Pair]) -> Iterator[Finding]:
    """Yield what is wrong with a table on every kernel: pairs that deny each other, and pairs no kernel had."""
    by_number: dict[int, Pair] = {}
    by_entry: dict[str, Pair] = {}
    for pair in pairs:
        place = Location(file, pair.line, pair.column)
        earlier = by_number.setdefault(pair.number, pair)
        if earlier is not pair and _what(earlier) == _what(pair):
            yield Finding("DA002", "info", f"{pair.number} is {pair.name} in line {earlier.line} too", place, pair.name)
        elif earlier is not pair:
            message = f"{pair.number} is {pair.name} here and {earlier.name} in line {earlier.line}"
            yield Finding("DA001", "error", message, place, pair.name)
        named = by_entry.setdefault(_what(pair), pair)
        if named.number != pair.number:
            message = f"{pair.name} is {pair.number} here and {named.number} in line {named.line}"
            yield Finding("DA001", "error", message, place, pair.name)
        if not marks_an_end(pair.name):
            yield from _foreign(registry, pair, place)


def _what(pair: Pair) -> str:
    return pair.entry or pair.name


def _foreign(registry: Registry, pair: Pair, place: Location) -> Iterator[Finding]:
    """Yield a finding if no kernel we know of ever had a pair."""
    if pair.entry is None:
        near = registry.near(reason_name(pair.name), 1)
        offer = f"; did you mean {near[0]}?" if near else ""
        yield Finding("DA003", "error", f"no kernel has a reason {pair.name}{offer}", place, pair.name)
    elif pair.entry not in _meant(everywhere(registry, pair.number)["meanings"]):
        yield Finding("DA004", "warning", f"no kernel had {pair.name} at {pair.number}", place, pair.name)


def _meant(meanings: Iterable[dict[str, Any]]) -> set[str | None]:
    return {meaning["entry"] for meaning in meanings}
