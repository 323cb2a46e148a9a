# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What all questions share: their answers in FastAPI's form, and the problems of what they cannot take."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from dropreasons.lookup import LONGEST_QUERY, Registry
from dropreasons.resolve import resolve
from dropreasons_service.answers import Answer, Pieces
from dropreasons_service.problems import Problem


class Answered(Response):
    """An answer in the form FastAPI wants; it still handles conditional requests itself."""

    def __init__(self, made: Answer | Pieces) -> None:
        super().__init__(status_code=made.status)
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        await self._made(scope, receive, send)


def invalid(pointer: str, detail: str) -> Problem:
    """Return the problem of one parameter that cannot be read."""
    return Problem("invalid-query", detail, errors=[{"pointer": pointer, "detail": detail, "code": "malformed"}])


def no_single_table(registry: Registry, kernel: str, error: Exception) -> Problem:
    """Return the problem of a kernel that has no table, or may have several."""
    tables = [c.table for c in resolve(registry.database, kernel).candidates if c.table]
    return Problem("kernel-ambiguous" if tables else "kernel-unknown", str(error), candidates=tables)


def parameters_refused(request: Request) -> Problem:
    """Return the problem of parameters at an address that takes none."""
    names = sorted(request.query_params)
    named = ", ".join(map(shown, names))
    return Problem("unknown-parameter", f"{request.url.path} takes no parameter {named}.", valid=[])


def addressed(path: str, parameters: Mapping[str, Any]) -> str:
    """Return the address of an answer as a client would write it."""
    return f"{path}?{urlencode(parameters, doseq=True)}" if parameters else path


def shown(text: str) -> str:
    """Return a text somebody sent so that it can be printed: quoted, control characters escaped, not too long."""
    return repr(text if len(text) <= LONGEST_QUERY else text[:LONGEST_QUERY] + "...")
