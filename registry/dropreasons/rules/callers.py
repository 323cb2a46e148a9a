# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules on callers."""

import re
from collections.abc import Iterator

from dropreasons.kernelrelease import NotARelease, parse_release
from dropreasons.rules import Context, Problem, rule

_FUNCTION = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_FILE = re.compile(r"(?!/)(?:[\w.-]+/)+[\w.-]+\.[ch]", re.ASCII)
_ONE_RANGE = r"(?:(?:>=|<)\d+\.\d+(?:\.\d+)?(?: <\d+\.\d+(?:\.\d+)?)?|\d+\.\d+(?:\.\d+)?)"
_RANGE = re.compile(rf"{_ONE_RANGE}(?:, {_ONE_RANGE})*", re.ASCII)


@rule("DR008", "error", "A caller names a C function, a source file, a condition and the kernels it was read in.")
def well_formed_callers(context: Context) -> Iterator[Problem]:
    """A caller that cannot be found in a tree is no evidence."""
    for name, entry in context.reasons.items():
        seen = set()
        for index, caller in enumerate(entry.callers):
            at = ("callers", index)
            if not _FUNCTION.fullmatch(caller.function):
                yield name, (*at, "function"), f"{caller.function!r} is not the name of a C function"
            if not _FILE.fullmatch(caller.file):
                yield name, (*at, "file"), f"{caller.file!r} is not a source file below the kernel's root"
            if caller.when.endswith(".") or caller.when.lower().startswith("when "):
                yield name, (*at, "when"), "a condition is a clause: no 'when' before it and no full stop after it"
            if not _RANGE.fullmatch(caller.kernels):
                yield (
                    name,
                    (*at, "kernels"),
                    f"{caller.kernels!r} is not a range such as '>=5.18', or '6.12.117, >=6.17 <7.1'",
                )
            for place, tree in enumerate(caller.read_in):
                if not _is_release(tree):
                    yield name, (*at, "read_in", place), f"{tree!r} is not a kernel release such as 6.12.117"
            key = (caller.function, caller.file, caller.when, caller.kernels)
            if key in seen:
                yield name, at, f"{caller.function} stands twice with the same condition"
            seen.add(key)


def _is_release(text: str) -> bool:
    try:
        return bool(parse_release(text).point)
    except NotARelease:
        return False
