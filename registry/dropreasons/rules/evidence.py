# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules that hold the callers and counters of an entry against the source code that was read."""

import re
from collections.abc import Iterator

from dropreasons.evidence import age, seen_in, trees_read
from dropreasons.grades import rows_raising
from dropreasons.model.reason import Caller
from dropreasons.rules import Context, Problem, rule

# Mainline had no reasons before 5.17; a tree of an older kernel is one of a vendor who brought them back to it.
_FIRST = age("5.17.0")
# The table a counter is printed in, before the counter's own name.
_PREFIX = re.compile(r"^(?:MPTcpExt|TcpExt|IpExt|UdpLite6?|Icmp6?|Udp6?|Ip6?|Tcp)")
_BOUND = re.compile(r"(>=|<)?(\d+\.\d+(?:\.\d+)?)")


@rule("DR013", "error", "A caller of an entry was found raising that reason in some tree that was read.")
def callers_are_real(context: Context) -> Iterator[Problem]:
    """Evidence that no tree has is no evidence."""
    for name, index, caller, seen in _callers(context):
        if not seen:
            where = f"{caller.function} in {caller.file}"
            yield name, ("callers", index, "function"), f"no tree that was read has {where} raise {name}"


@rule("DR014", "error", "The kernels a caller is given for are kernels in whose trees it was found.")
def kernels_of_callers_match(context: Context) -> Iterator[Problem]:
    """A range that takes in a tree without the caller claims too much; so does a tree named as read."""
    trees = trees_read(context.catalogue.evidence)
    for name, index, caller, seen in _callers(context):
        if not seen:
            continue
        absent = [tree for tree in trees if _inside(tree, caller.kernels) and tree not in seen]
        if absent:
            message = (
                f"{caller.function} does not raise {name} in {', '.join(absent)}, which {caller.kernels!r} takes in"
            )
            yield name, ("callers", index, "kernels"), message
        for place, tree in enumerate(caller.read_in):
            if tree in trees and tree not in seen:
                message = f"{caller.function} does not raise {name} in {tree}"
                yield name, ("callers", index, "read_in", place), message


@rule("DR025", "error", "A caller is given for every kernel in whose tree it was found.")
def kernels_of_callers_are_complete(context: Context) -> Iterator[Problem]:
    """A range that begins late tells the users of the kernels before it that nothing there raises the reason."""
    trees = [tree for tree in trees_read(context.catalogue.evidence) if age(tree) >= _FIRST]
    claimed: dict[tuple[str, str, str], tuple[int, set[str], set[str]]] = {}
    for name, index, caller, seen in _callers(context):
        inside = {tree for tree in trees if _inside(tree, caller.kernels)}
        claimed.setdefault((name, caller.function, caller.file), (index, seen, set()))[2].update(inside)
    for (name, function, _), (index, seen, inside) in claimed.items():
        missing = [tree for tree in trees if tree in seen and tree not in inside]
        if missing:
            message = f"{function} raises {name} in {', '.join(missing)} too, which 'kernels' leaves out"
            yield name, ("callers", index, "kernels"), message


@rule("DR015", "info", "A reason of the newest kernel has callers there, and its entry names them.")
def callers_are_complete(context: Context) -> Iterator[Problem]:
    """One finding for each entry counts what is not described yet; a few reasons have too many callers to list."""
    evidence = context.catalogue.evidence
    trees = trees_read(evidence)
    for name, entry in context.reasons.items():
        life = context.appearances.get(name)
        if life is None or not trees or entry.status != "present" or life.until:
            continue
        rows = [row for row in evidence.callers.get(life.symbol, ()) if trees[-1] in seen_in(row.kernels, trees)]
        raised = {(row.function, row.file) for row in rows}
        # A variable that begins with a reason mostly gets another one before the free.
        firm = {(row.function, row.file) for row in rows if row.how != "initialiser"}
        missing = sorted(firm - {(caller.function, caller.file) for caller in entry.callers})
        if not raised:
            yield name, ("callers",), f"nothing raises {name} in {trees[-1]}, the newest tree read"
        elif missing:
            shown = ", ".join(function for function, _ in missing[:4]) + (", ..." if len(missing) > 4 else "")
            yield (
                name,
                ("callers",),
                f"{len(missing)} of the {len(raised)} callers in {trees[-1]} are not named: {shown}",
            )


@rule("DR016", "error", "A counter's constant exists in uapi/linux/snmp.h of some tree that was read.")
def counters_are_real(context: Context) -> Iterator[Problem]:
    """The kernel's own comments name counters that do not exist or are not bumped."""
    known = context.catalogue.evidence.counters
    for name, entry in context.reasons.items():
        for index, counter in enumerate(entry.counters):
            if known and counter.constant is not None and counter.constant not in known:
                yield name, ("counters", index, "constant"), f"no kernel read has the counter {counter.constant}"


@rule("DR024", "error", "A counter is called by one name: nstat's prefix and the item's own name.")
def counters_have_one_name(context: Context) -> Iterator[Problem]:
    """A counter misspelled in one entry is one that nobody finds."""
    first: dict[str, tuple[str, str]] = {}
    for name, entry in context.reasons.items():
        for index, counter in enumerate(entry.counters):
            if counter.constant is None or not counter.where.startswith("nstat"):
                continue
            item = _PREFIX.sub("", counter.name)
            said, by = first.setdefault(counter.constant, (item, name))
            if said != item:
                message = f"{counter.constant} is called {counter.name} here, and {said} after its prefix in {by}"
                yield name, ("counters", index, "name"), message


def _callers(context: Context) -> Iterator[tuple[str, int, Caller, set[str]]]:
    """Yield every caller of every entry with the trees in which it was found raising the reason."""
    evidence = context.catalogue.evidence
    trees = trees_read(evidence)
    for name, entry in context.reasons.items():
        life = context.appearances.get(name)
        if life is None or not trees:
            continue
        found: dict[tuple[str, str], set[str]] = {}
        for row in rows_raising(entry, life, evidence):
            found.setdefault((row.function, row.file), set()).update(seen_in(row.kernels, trees))
        for index, caller in enumerate(entry.callers):
            yield name, index, caller, found.get((caller.function, caller.file), set())


def _inside(tree: str, kernels: str) -> bool:
    """Tell whether a tree lies in one of some ranges, such as `6.12.117, >=6.17 <7.3`."""
    return any(_inside_one(tree, part) for part in kernels.split(", "))


def _inside_one(tree: str, kernels: str) -> bool:
    for operator, bound in _BOUND.findall(kernels):
        whole_line = bound.count(".") == 1
        release = f"{bound}.0" if whole_line else bound
        if operator == ">=" and age(tree) < age(release):
            return False
        if operator == "<" and age(tree) >= age(release):
            return False
        if not operator and (age(tree)[0][:2] != age(release)[0][:2] or not (whole_line or tree == bound)):
            return False
    return True
