# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Counts what counters grew by between two prints of them, so that a log of many prints counts each drop once."""

_MOST = 50_000


class Growth:
    """The counters of one input, by their names."""

    def __init__(self) -> None:
        # By the hashes of the names, which may be long.
        self._last: dict[int, int] = {}

    def of(self, counter: str, value: int) -> int:
        """Return what a counter grew by since it was last printed; one that fell began anew."""
        key = hash(counter)
        last = self._last.get(key, 0)
        if key in self._last or len(self._last) < _MOST:
            self._last[key] = value
        return value - last if value >= last else value
