# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Which experiments there are, and what must come of each."""

from collections.abc import Callable
from typing import NamedTuple


class Experiment(NamedTuple):
    """What must come of an experiment.

    `freed_by` where the trace names another function than the source does: a function that says the reason may leave
    the free to its caller, and a compiler puts small functions into others.  `formerly` is what a kernel says that
    does not know the reason yet.
    """

    act: Callable[[], None]
    reason: str
    freed_by: str | None
    formerly: str | None


EXPERIMENTS: dict[str, Experiment] = {}


def raises(
    reason: str, *, freed_by: str | None = None, formerly: str | None = None
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Enter an experiment under its name, with the reason it must raise."""

    def enter(act: Callable[[], None]) -> Callable[[], None]:
        EXPERIMENTS[act.__name__] = Experiment(act, reason, freed_by, formerly)
        return act

    return enter
