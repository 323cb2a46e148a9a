# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The index of releases."""

from typing import Annotated

from pydantic import Field, StringConstraints

from dropreasons.model.base import Frozen


class Release(Frozen):
    """One release: its version, the day it was made, the digest of its file, and how much it holds."""

    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    reasons: int
    tables: int


class Index(Frozen):
    """All releases, oldest first."""

    schema_version: str
    releases: Annotated[tuple[Release, ...], Field(strict=False)]
