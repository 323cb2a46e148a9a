# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The numbers of one kernel as a state, to be compared with those of another."""

from dropreasons.generate.c_header import single_table
from dropreasons.lookup import Registry
from dropreasons.versions.state import State


def state_of_kernel(registry: Registry, release: str) -> State:
    """Return the lists of one kernel as a state; its names stand for themselves, without texts.

    Raises:
        NotARelease: `release` is no kernel release string.
        NoSingleTable: the kernel has no table, or may have several.
    """
    table = single_table(registry, release).candidates[0].table
    rows = registry.database.execute(
        "select subsystem, symbol, value from value where table_id = ? and in_subsystem = 1 order by value",
        (table,),
    )
    lists: dict[str, dict[str, int]] = {}
    for subsystem, symbol, value in rows:
        lists.setdefault(subsystem, {})[symbol] = value
    return State({}, {"kernel": lists}, {})
