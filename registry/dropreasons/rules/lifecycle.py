# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules that hold the catalogue against the kernels."""

from collections.abc import Iterator

from dropreasons.rules import Context, Problem, rule


@rule("DR009", "error", "A name that left the kernel says so, and names its successor or says that there is none.")
def removed_names(context: Context) -> Iterator[Problem]:
    """A reader of an old log must be led on to today's name."""
    for name, entry in context.reasons.items():
        life = context.appearances.get(name)
        gone = life is not None and (life.until is not None or life.since is None)
        if life is not None and life.until is not None and entry.status != "removed":
            yield name, (), f"no kernel after {life.until} has {name}; give it 'status: removed'"
        if entry.status == "removed" and not gone:
            yield name, ("status",), f"the newest kernel read still has {name}; it is not removed"
        if entry.status == "removed" and entry.replaced_by is None:
            yield name, (), f"{name} left the kernel; name what replaced it, or 'kind: none'"
        successor = entry.replaced_by
        if successor is not None and bool(successor.names) == (successor.kind == "none"):
            yield name, ("replaced_by",), f"'{successor.kind}' and {len(successor.names)} names contradict each other"
        for index, new in enumerate(successor.names if successor else ()):
            if new not in context.known:
                yield name, ("replaced_by", "names", index), f"the successor {new} is in no kernel"


@rule("DR011", "error", "Every name that a kernel has has an entry.")
def coverage(context: Context) -> Iterator[Problem]:
    """One finding for each sub-system names what is still to be written; `dropreasons new NAME` prints a skeleton."""
    missing: dict[str, list[str]] = {}
    aliases = {alias.name for entry in context.reasons.values() for alias in entry.aliases if alias.kind == "renamed"}
    for life in context.appearances.values():
        if life.name not in context.reasons and life.name not in aliases:
            missing.setdefault(life.subsystem, []).append(life.name)
    for subsystem, names in sorted(missing.items()):
        shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
        yield subsystem, (), f"{len(names)} names of {subsystem} have no entry: {shown}"


@rule("DR012", "error", "An entry is of a name that some kernel has, or is marked as proposed.")
def known_to_a_kernel(context: Context) -> Iterator[Problem]:
    """An entry for a name that does not exist is a spelling mistake."""
    for name, entry in context.reasons.items():
        if name not in context.appearances and entry.status != "proposed":
            yield name, (), f"no kernel read has {name}; mend the spelling, or give it 'status: proposed'"
        if name in context.appearances and entry.status == "proposed":
            yield name, ("status",), f"{name} is in a kernel; it is proposed no longer"


@rule("DR019", "error", "Successors lead to an end: no name is replaced, step by step, by itself.")
def no_circle_of_successors(context: Context) -> Iterator[Problem]:
    """A reader who follows an old name must arrive."""
    for name in context.reasons:
        seen, ahead = set(), list(_successors(context, name))
        while ahead:
            following = ahead.pop()
            if following not in seen:
                seen.add(following)
                ahead += _successors(context, following)
        if name in seen:
            yield name, ("replaced_by", "names"), f"{name} is replaced by names that are replaced by {name}"


def _successors(context: Context, name: str) -> tuple[str, ...]:
    """Return what replaced a name."""
    entry = context.reasons.get(name)
    return entry.replaced_by.names if entry and entry.replaced_by else ()
