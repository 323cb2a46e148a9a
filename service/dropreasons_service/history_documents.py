# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What is said of releases and of changes, as models the OpenAPI document is made from."""

from typing import Annotated, Any

from pydantic import Field

from dropreasons_service.documents import Document, Envelope


class InReleases(Document):
    """A release, and where its parts are."""

    version: str
    date: str
    sha256: Annotated[str, Field(description="of the JSON export")]
    reasons: int
    tables: int
    url: str
    reasons_url: str
    exports: Annotated[dict[str, str], Field(description="the whole release, by form")]


class Releases(Envelope):
    """All releases, the newest first."""

    items: list[InReleases]


class ReleaseManifest(InReleases):
    """One release."""

    schema_version: str
    release: str


class ReleaseReason(Document):
    """A reason of a release."""

    name: str
    summary: str
    url: str


class ReleaseReasons(Envelope):
    """The reasons of a release."""

    items: list[ReleaseReason]


class Change(Document):
    """One change."""

    class_: Annotated[str, Field(alias="class", examples=["NAME", "SYMBOL", "WIRE", "MEANING", "PROSE"])]
    kind: Annotated[str, Field(examples=["added", "removed", "changed"])]
    id: str
    fingerprint: str
    breaking: bool
    old: Any
    new: Any


class Changes(Document):
    """What changed from one state to another."""

    schema_version: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    bump: Annotated[str, Field(description="the version that the changes need")]
    changes: list[Change]
