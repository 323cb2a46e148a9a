# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""One reason as people write it in reasons.yaml."""

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from dropreasons.model.base import Frozen

ReasonClass = Literal[
    "no-receiver",
    "malformed",
    "stale",
    "policy",
    "queue-full",
    "no-memory",
    "no-route",
    "device-state",
    "teardown",
    "fault",
    "unspecified",
]
Layer = Literal[
    "device",
    "core",
    "traffic-control",
    "link",
    "network",
    "tunnel",
    "transport",
    "socket",
    "wifi",
    "openvswitch",
    "can",
    "any",
]
Direction = Literal["receive", "transmit", "both"]
Severity = Literal["benign", "depends", "investigate"]
Actor = Literal["application", "admin", "peer", "network", "developer", "nobody"]
Status = Literal["present", "removed", "proposed"]

CLASSES: tuple[str, ...] = get_args(ReasonClass)
LAYERS: tuple[str, ...] = get_args(Layer)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CommitId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12,40}$")]


class Step(Frozen):
    """A command to run and what to look for in its output."""

    run: Text
    look: Text


class Counter(Frozen):
    """A counter that the dropping code path bumps together with the drop."""

    name: Text
    where: Text
    function: Text
    constant: Text | None = None


class Sysctl(Frozen):
    """A setting that steers the drop."""

    name: Text
    note: Text


class Caller(Frozen):
    """A kernel function that raises the reason, and its condition in our words.

    `kernels` is a range of upstream versions such as `>=5.18 <7.1`; `read_in` lists the trees in which the
    function was read raising this reason.
    """

    function: Text
    file: Text
    when: Text
    kernels: Text
    read_in: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]


class Commit(Frozen):
    """A kernel commit."""

    commit: CommitId
    subject: Text


class History(Frozen):
    """Where the reason came from."""

    introduced: Commit | None = None
    note: Text | None = None


class Alias(Frozen):
    """Another spelling: one rejected in review, an older released one, or one people use."""

    name: Text
    kind: Literal["proposed", "renamed", "common"]
    note: Text


class Successor(Frozen):
    """What replaced a name that left the kernel."""

    kind: Literal["renamed_to", "split_into", "merged_into", "moved_to", "none"]
    names: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    note: Text | None = None


class Reference(Frozen):
    """A document that helps: an RFC section, a commit, a message."""

    title: Text
    id: Text | None = None
    url: Text | None = None


class Reproduction(Frozen):
    """A real drop that an experiment of tests/lab/ made: on which kernel, and which function freed the packet.

    `caller` is None where the kernel does not print the name of the function (up to 6.1 its address is hashed).
    """

    experiment: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    kernel: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    caller: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")] | None = None


class Waiver(Frozen):
    """A lint rule that does not apply to this entry, and why."""

    rule: Annotated[str, StringConstraints(pattern=r"^DR[0-9]{3}$")]
    why: Text


class Reason(Frozen):
    """An entry of the catalogue; its identity is the name it stands under, never a number."""

    summary: Text
    reason_class: Annotated[ReasonClass, Field(alias="class")]
    layer: Layer
    direction: Direction
    severity: Severity
    acts: Annotated[tuple[Actor, ...], Field(min_length=1, strict=False)]
    meaning: Text
    status: Status = "present"
    after: Text | None = None
    replaced_by: Successor | None = None
    causes: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    confirm: Annotated[tuple[Step, ...], Field(strict=False)] = ()
    remedies: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    counters: Annotated[tuple[Counter, ...], Field(strict=False)] = ()
    sysctls: Annotated[tuple[Sysctl, ...], Field(strict=False)] = ()
    callers: Annotated[tuple[Caller, ...], Field(strict=False)] = ()
    reproduced: Annotated[tuple[Reproduction, ...], Field(strict=False)] = ()
    history: History | None = None
    aliases: Annotated[tuple[Alias, ...], Field(strict=False)] = ()
    related: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    references: Annotated[tuple[Reference, ...], Field(strict=False)] = ()
    waive: Annotated[tuple[Waiver, ...], Field(strict=False)] = ()
