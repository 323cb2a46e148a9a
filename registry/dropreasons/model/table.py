# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What one kernel's headers say: numbers, names and sub-systems, with the evidence for them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from dropreasons.model.base import Frozen

#: A C enumerator to its value, in the order of the numbers.
Values = Annotated[dict[str, Annotated[int, Field(ge=0, le=0xFFFFFFFF)]], Field(min_length=1)]

#: read = this build was read; ends = the ends of the span were read and agree; assumed = only the named points
#: were read; inferred = derived, nothing read; claimed = read, but which kernel it is rests on somebody's word;
#: family = read from a kernel of this family and line whose exact release is not known.
Evidence = Literal["read", "ends", "assumed", "inferred", "claimed", "family"]


class Inferred(Frozen):
    """A sub-system's list that this kernel's source could not show, and why it is believed."""

    why: str
    values: Values


class Read(Frozen):
    """One reading of a table from one kernel: what was read, where, and which parts it showed."""

    kernel: str
    name: str
    kind: str
    shows: Annotated[tuple[str, ...], Field(strict=False)]
    status: str
    version_evidence: str
    source: dict[str, str | list[str]]
    header: str | None = None
    tracepoint_fields: Annotated[tuple[str, ...] | None, Field(strict=False)] = None
    also_read_in: Annotated[tuple[str, ...], Field(strict=False)] = ()
    openvswitch_names: str | None = None
    note: str | None = None


class Table(Frozen):
    """A distinct table of numbers, shared by every kernel that was found to have it.

    `subsystems` maps the id in the high 16 bits to a sub-system's name; it is empty for a kernel that has no
    sub-systems, and None where the source did not show them.
    """

    table: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]+$")]
    subsystems: dict[int, str] | None
    lists: dict[str, Values]
    inferred: dict[str, Inferred] = Field(default_factory=dict)
    reads: Annotated[tuple[Read, ...], Field(min_length=1, strict=False)]


class Span(Frozen):
    """A row of kernels of one line, first to last, that use one table.

    Points are compared number by number: 117.13 is Debian's 6.12.117+deb13 in the line 6.12.  `table` is None
    for kernels that have no drop reasons at all; `last` is None while no later table is known; `shows` is None
    when the reading showed all lists of the table.
    """

    line: str
    flavour: str = ""
    first: str
    last: str | None
    table: str | None
    evidence: Evidence
    points: Annotated[tuple[str, ...], Field(strict=False)] = ()
    shows: Annotated[tuple[str, ...] | None, Field(strict=False)] = None
    release: str | None = None
    note: str | None = None
    source: str | None = None


class Spans(Frozen):
    """The spans of one family of kernels."""

    family: str
    spans: Annotated[tuple[Span, ...], Field(strict=False)]
