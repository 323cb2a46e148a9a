# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The lint rules of the catalogue: one module a group, each rule with an id and a one-line purpose."""

from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from dropreasons.catalogue import Catalogue
from dropreasons.derive import Appearance, appearances
from dropreasons.findings import Finding, Level
from dropreasons.source import Path_

Problem = tuple[str, Path_, str]


class Context:
    """What a rule may look at: the catalogue, and what is derived from it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.reasons = catalogue.reasons

    @cached_property
    def appearances(self) -> dict[str, Appearance]:
        """Every name of every kernel."""
        return appearances(self.catalogue.kernels)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every name that an entry may point to."""
        return frozenset((*self.reasons, *self.appearances))


class Rule(NamedTuple):
    """A lint rule: its check yields the entry, the path of the fault in it, and what is wrong."""

    id: str
    level: Level
    purpose: str
    check: Callable[[Context], Iterator[Problem]]


RULES: dict[str, Rule] = {}


def rule(id_: str, level: Level, purpose: str) -> Callable[[Callable[[Context], Iterator[Problem]]], Rule]:
    """Register a check as a rule."""

    def register(check: Callable[[Context], Iterator[Problem]]) -> Rule:
        assert id_ not in RULES, f"two rules have the id {id_}"
        RULES[id_] = Rule(id_, level, purpose, check)
        return RULES[id_]

    return register


def all_rules() -> list[Rule]:
    """Return every rule, by id."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return [RULES[id_] for id_ in sorted(RULES)]


def run_rules(catalogue: Catalogue, context: Context | None = None) -> list[Finding]:
    """Run every rule; drop what an entry waives with a reason, and report waivers that waive nothing."""
    context = context or Context(catalogue)
    findings, used = [], set()
    for each in all_rules():
        for name, path, message in each.check(context):
            entry = catalogue.reasons.get(name)
            if entry and any(waiver.rule == each.id for waiver in entry.waive):
                used.add((name, each.id))
                continue
            place = catalogue.source.locate((name, *path) if entry else (), key=not path)
            pointer = "/" + "/".join(str(step) for step in (name, *path))
            findings.append(Finding(each.id, each.level, message, place, pointer))
    for name, entry in catalogue.reasons.items():
        for index, waiver in enumerate(entry.waive):
            if (name, waiver.rule) not in used:
                place = catalogue.source.locate((name, "waive", index))
                message = f"{name} waives {waiver.rule}, which has nothing to say here; remove the waiver"
                findings.append(Finding("DR010", "warning", message, place, f"/{name}/waive/{index}"))
    return findings
