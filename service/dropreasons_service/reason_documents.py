# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""A reason as the OpenAPI document describes it; the schema of published reasons tells its inner parts exactly."""

from typing import Annotated, Any

from pydantic import Field

from dropreasons_service.documents import Document


class UpstreamNumber(Document):
    """The number of a reason on neighbouring upstream kernels."""

    kernels: str
    first: str
    last: str
    value: int
    value_hex: str


class DistributionNumber(Document):
    """The number of a reason on kernels of one line of a distribution."""

    family: str
    line: str
    kernels: list[str]
    value: int
    value_hex: str


class ReasonNumbers(Document):
    """The numbers of a reason; they differ from kernel to kernel."""

    upstream: list[UpstreamNumber]
    distributions: list[DistributionNumber]


class InRegistry(Document):
    """The releases of the registry that brought an entry and changed it last; null: not released yet."""

    added_in: str | None
    changed_in: str | None


class Reason(Document):
    """Everything known of one reason."""

    schema_version: str
    name: str
    symbol: str
    subsystem: str
    overlay: Annotated[str | None, Field(description="the overlay the reason is of; null: Linux")]
    summary: str
    class_: Annotated[str, Field(alias="class")]
    layer: str
    direction: str
    severity: str
    acts: list[str]
    meaning: str
    status: str
    after: str | None
    replaced_by: dict[str, Any] | None
    since: str | None
    until: str | None
    backports: list[str]
    numbers: ReasonNumbers
    evidence: dict[str, Any]
    registry: InRegistry
    causes: list[str]
    confirm: list[dict[str, Any]]
    remedies: list[str]
    counters: list[dict[str, Any]]
    sysctls: list[dict[str, Any]]
    callers: list[dict[str, Any]]
    reproduced: list[dict[str, Any]]
    history: dict[str, Any] | None
    aliases: list[dict[str, Any]]
    related: list[str]
    references: list[dict[str, Any]]
