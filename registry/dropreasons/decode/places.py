# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Compares what a number may mean with the functions it was seen in: a hint, as a packet may be freed elsewhere."""

from dropreasons.decode.rows import Row
from dropreasons.lookup import Registry


def hinted(registry: Registry, row: Row) -> Row:
    """Note which of a row's candidates are raised in the function that most of its drops were seen in, if not all."""
    if not row.candidates or not row.locations:
        return row
    function = row.locations[0].label
    names = [possible.name for possible in row.candidates if function in _functions(registry, possible.name)]
    if not names or len(names) == len(row.candidates):
        return row
    note = f"a hint: of these, {function} raises {' and '.join(names)} in the kernel sources that were read"
    return row._replace(notes=(*row.notes, note))


def _functions(registry: Registry, name: str) -> set[str]:
    spelled = registry.spelled(name)
    return {caller["function"] for caller in registry.callers(spelled[0])} if spelled else set()
