# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The settings that every model shares."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A strict, immutable record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
