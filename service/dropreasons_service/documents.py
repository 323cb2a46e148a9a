# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What goes in and comes out, as models the OpenAPI document is made from; answers themselves are made elsewhere."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from dropreasons.kernelrelease import LONGEST_RELEASE, RELEASE_PATTERN
from dropreasons.lookup import LARGEST_VALUE

MOST_PAIRS = 10_000
LONGEST_VALUE = 64
KERNEL = {
    "type": "string",
    "pattern": RELEASE_PATTERN,
    "maxLength": LONGEST_RELEASE,
    "description": "a kernel release, as `uname -r` prints it",
    "examples": ["6.12.117"],
}
VALUE: dict[str, Any] = {
    "description": "the 32-bit value of a trace, decimal or 0x",
    "type": "string",
    # Decimal values of ten digits are taken too, up to 4294967295.
    "pattern": "^([0-9]{1,9}|0[xX][0-9a-fA-F]{1,8})$",
    "examples": ["77", "0x30001"],
}
_IN_A_PAIR = {
    "description": VALUE["description"],
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": LARGEST_VALUE},
        {"type": "string", "pattern": "^(0[xX]0*[0-9a-fA-F]{1,8}|0*[0-9]{1,9})$", "maxLength": LONGEST_VALUE},
    ],
    "examples": [77, "0x30001"],
}


def answers(model: type[BaseModel], description: str) -> dict[int | str, dict[str, Any]]:
    """Return the documented good answer of an operation."""
    return {200: {"model": model, "description": description}}


class Document(BaseModel):
    """An object to which later releases may add keys; none is ever left out."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Pair(BaseModel):
    """A number, and the kernel that showed it."""

    model_config = ConfigDict(extra="forbid")

    kernel: Annotated[str, WithJsonSchema(KERNEL)]
    value: Annotated[int | str, WithJsonSchema(_IN_A_PAIR)]


class Pairs(BaseModel):
    """What to resolve: pairs in any order, equal ones as often as they come."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"pairs": [{"kernel": "6.12.117", "value": 77}, {"kernel": "6.1.0-47-amd64", "value": "0x5"}]}]
        },
    )

    pairs: Annotated[list[Pair], Field(max_length=MOST_PAIRS)]


class _Named(Document):
    name: str
    entry: Annotated[str | None, Field(description="the reason of today the name leads to")]
    summary: str | None
    class_: Annotated[str | None, Field(alias="class")]
    severity: str | None
    overlay: Annotated[str | None, Field(description="the overlay the reason is of; null: Linux")]


class Meaning(_Named):
    """A name a number has on a kernel."""

    sure: Annotated[bool, Field(description="false: its list was not read for this very kernel; `why` tells more")]
    why: str
    tables: list[str]


class Resolved(Document):
    """What a number means on a kernel, and how sure that is."""

    schema_version: str
    kernel: str
    family: str
    confidence: Annotated[str, Field(examples=["exact", "line", "assumed", "candidates", "unknown"])]
    tables: list[str]
    evidence: list[str]
    has_reasons: Annotated[bool | None, Field(description="false: such a kernel gives none; null: not known")]
    value: int
    value_hex: str
    meanings: list[Meaning]
    notes: list[str]


class Envelope(Document):
    """What every list has around its items."""

    schema_version: str
    release: str
    total: int
    count: int
    next: str | None


class ResolvedPairs(Envelope):
    """One answer for each pair, in the order asked."""

    items: list[Resolved]


class Service(Document):
    """Where things are."""

    schema_version: str
    release: Annotated[str, Field(description="the release of the data")]
    sha256: Annotated[str, Field(description="of the registry.db that is served")]
    overlays: Annotated[list[dict[str, str]], Field(description="name, title, file and sha256 of each")]
    links: Annotated[dict[str, str], Field(description="templates of addresses")]


class ReasonInList(Document):
    """A reason in short."""

    name: str
    symbol: str
    subsystem: str
    overlay: Annotated[str | None, Field(description="null: a reason of Linux")]
    status: str
    summary: str
    class_: Annotated[str, Field(alias="class")]
    layer: str
    severity: str
    url: str


class Reasons(Envelope):
    """A page of reasons; `next` is the address of the following one, null on the last."""

    items: list[ReasonInList]


class FoundReason(Document):
    """A reason that matches a search."""

    name: str
    summary: str | None
    snippet: Annotated[str, Field(description="the words in their place, **marked**")]
    url: str


class Found(Envelope):
    """Reasons that match a search, the best first."""

    items: list[FoundReason]


class Span(Document):
    """Kernels of one line, first to last, that use one table."""

    family: str
    line: str
    flavour: str
    first: str
    last: Annotated[str | None, Field(description="null: no end is known")]
    table: Annotated[str | None, Field(description="null: these kernels give no reasons")]
    evidence: str
    release: str | None
    note: str | None
    source: str | None


class Kernels(Envelope):
    """Every span of kernels that was read."""

    items: list[Span]


class NumberMeaning(_Named):
    """A name a number has had, and the kernels on which."""

    upstream: Annotated[list[str], Field(description="ranges of upstream releases, the newest first")]
    distributions: Annotated[dict[str, list[str]], Field(description="lines by family")]


class Number(Document):
    """Every meaning a number has had, the newest upstream meaning first."""

    schema_version: str
    value: int
    value_hex: Annotated[str, Field(examples=["0x4d"])]
    meanings: list[NumberMeaning]


class KernelTable(Document):
    """A table a kernel may have."""

    table: Annotated[str | None, Field(description="null: a kernel without drop reasons")]
    lists: Annotated[list[str] | None, Field(description="the lists read for this kernel itself; null: all of them")]
    evidence: str
    page: Annotated[str | None, Field(description="the table for people")]
    header: Annotated[str | None, Field(description="the table as a C header")]


class Kernel(Document):
    """Which table of numbers a kernel has, how sure that is, and what it rests on."""

    schema_version: str
    release: Annotated[str, Field(description="the release of the data")]
    kernel: str
    family: str
    line: str
    flavour: str
    confidence: str
    has_reasons: bool | None
    tables: list[str]
    evidence: list[str]
    candidates: list[KernelTable]
    notes: list[str]
    header: Annotated[str | None, Field(description="the C header of this kernel; null unless it has one table")]
    resolve: Annotated[str, Field(description="a template: what a number means on it")]


class Word(Document):
    """A word of the taxonomy."""

    name: str
    meaning: str
    count: int
    reasons: Annotated[list[str], Field(description="the names of its reasons")]
    url: Annotated[str, Field(description="these reasons as a list")]
    page: str


class Words(Envelope):
    """The words of one axis of the taxonomy, each with its meaning and its reasons."""

    items: list[Word]


class Linkset(Document):
    """RFC 9264: links in sets, each from one anchor."""

    linkset: list[dict[str, Any]]
