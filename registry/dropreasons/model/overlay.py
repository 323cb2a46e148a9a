# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The head of an overlay: whose reasons follow, and which numbers they have on which kernels."""

from typing import Annotated

from pydantic import Field, StringConstraints

from dropreasons.model.base import Frozen
from dropreasons.model.reason import Text


class PrivateList(Frozen):
    """The numbers of a private sub-system; a trace shows its id in the high 16 bits and the number in the low ones.

    Without `kernels` they are the numbers on every kernel that has sub-systems.
    """

    subsystem: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    id: Annotated[int, Field(ge=1, le=0xFFFF)]
    kernels: Annotated[tuple[Text, ...] | None, Field(min_length=1, strict=False)] = None
    numbers: Annotated[dict[str, Annotated[int, Field(ge=0, le=0xFFFF)]], Field(min_length=1)]


class Overlay(Frozen):
    """The head of an overlay, which stands beside its entries under the key `overlay`."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
    title: Text
    lists: Annotated[tuple[PrivateList, ...], Field(min_length=1, strict=False)]
