# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What the source of kernels shows: which functions raise which reason, and which counters there are."""

from typing import Annotated

from pydantic import Field

from dropreasons.model.base import Frozen

Ranges = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class ReadTree(Frozen):
    """A source tree that was read, or could not be had: then `missing` says why and there are no callers."""

    kernel: str
    source: str
    scanned: int = 0
    sites: int = 0
    missing: str | None = None


class SeenCaller(Frozen):
    """A function that raises a reason, and the trees it was seen in.

    `kernels` are ranges of the trees read, such as `5.18.12 to 7.3.4`: every tree read between the two has it.
    """

    function: str
    file: str
    how: str
    via: str = ""
    condition: str = ""
    kernels: Ranges


class Evidence(Frozen):
    """The callers of every reason by its enumerator, the counters by constant, and the trees they were read in."""

    trees: Annotated[tuple[ReadTree, ...], Field(strict=False)]
    callers: dict[str, Annotated[tuple[SeenCaller, ...], Field(strict=False)]]
    counters: dict[str, Ranges]
