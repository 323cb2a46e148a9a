# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""How the service runs: by environment (DROPREASONS_PORT=80), or by the flags of `dropreasons serve`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the service listens, what it serves, and what it allows."""

    model_config = SettingsConfigDict(env_prefix="DROPREASONS_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    #: The registry.db to serve; that of this installation if not set.
    db: str | None = None
    workers: int = Field(1, ge=1, le=64)
    #: A line of JSON on standard error for each request.
    access_log: bool = False
    #: Seconds between two looks at the file of the registry; 0 leaves it to SIGHUP.
    watch: float = Field(2.0, ge=0)
    #: Seconds a client may take for the head of a request, and for its body.
    head_seconds: float = Field(10.0, gt=0)
    body_seconds: float = Field(30.0, gt=0)
    #: Seconds an idle connection is kept, and those a client may take to read an answer.
    idle_seconds: float = Field(75.0, gt=0)
    #: Seconds that requests in hand have left when the service is stopped.
    stop_seconds: int = Field(10, ge=0)
    #: Connections at a time to one worker; more are answered with 503.
    connections: int = Field(4096, ge=1)
