# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Joins neighbouring rows of kernels of which the same is said into ranges people can read."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

Said = TypeVar("Said")


class Stretch(NamedTuple):
    """A stretch of point releases of one upstream line; `last` is None while no later table is known."""

    line: str
    first: str
    last: str | None

    @property
    def first_release(self) -> str:
        """The first release of the stretch; the first of a line is named like the line."""
        return release_at(self.line, self.first)

    @property
    def last_release(self) -> str | None:
        """The last release of the stretch, None while it is open."""
        return release_at(self.line, self.last) if self.last else None


class Range(NamedTuple, Generic[Said]):
    """Kernels from `first` to `last` of which the same is said."""

    first: str
    last: str
    said: Said

    def __str__(self) -> str:
        if self.last == "later":
            return f"{self.first} and later"
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


def release_at(line: str, at: str) -> str:
    """Return the release at a point of an upstream line."""
    return line if at == "0" else f"{line}.{at}"


def point(text: str) -> tuple[int, ...]:
    """Return a point of a line for comparing: 117.13 comes after 117 and after 107.13."""
    return tuple(int(part) for part in text.split("."))


def merged(stretches: Sequence[Stretch], said: Sequence[Said | None]) -> list[Range[Said]]:
    """Join neighbouring stretches, newest first; those of which None is said are left out."""
    ranges: list[Range[Said]] = []
    start = 0
    for index in range(1, len(stretches) + 1):
        if index < len(stretches) and said[index] == said[start]:
            continue
        what = said[start]
        if what is not None:
            first, last = stretches[start].first_release, _end(stretches, index - 1)
            ranges.append(Range(first, last.removesuffix(".y") if last == f"{first}.y" else last, what))
        start = index
    return ranges[::-1]


def _end(stretches: Sequence[Stretch], index: int) -> str:
    """Name the end of a range: a release, the rest of a line, or all that is known so far."""
    final = stretches[index]
    if final.last_release is not None:
        return final.last_release
    if index == len(stretches) - 1:
        return "later"
    return final.line if final.first == "0" else f"{final.line}.y"
