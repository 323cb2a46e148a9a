# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The static twin: asks the service itself for every address that has one answer for ever or until the next data."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Scope

from dropreasons.generate.exports import FORMS
from dropreasons.lookup import Registry
from dropreasons_service.front import Front
from dropreasons_service.kernels import kernel_document
from dropreasons_service.prepared import numbers
from dropreasons_service.questions import TABLES
from dropreasons_service.releases import Releases


class Heard(NamedTuple):
    """What the service answered at an address."""

    address: str
    status: int
    headers: dict[str, str]
    body: bytes


async def every_answer(front: Front, site: Path) -> AsyncIterator[Heard]:
    """Yield the answer of every address that takes no question; redirects too.

    Raises:
        RuntimeError: the service failed at one.
    """
    for address in every_address(front, site):
        heard = await _ask(front, address)
        if heard.status not in {200, 301, 302}:
            raise RuntimeError(f"{address} answers {heard.status}")
        yield heard


def every_address(front: Front, site: Path) -> Iterator[str]:
    """Yield the addresses: what is made, releases, kernels that have a name of their own, and the site."""
    snapshot = front.snapshot
    yield from snapshot.answers
    yield from _of_releases(snapshot.releases)
    for number in numbers(snapshot.registry):
        yield from (f"/v1/numbers/{number:#x}", f"/v1/numbers/{number}")
    for kernel in _kernels(snapshot.registry):
        yield f"/v1/kernels/{kernel}"
        yield f"/v1/header/{kernel}.h"
        yield from (f"/v1/tables/{kernel}.{form}" for form in TABLES)
    yield "/openapi.json"
    for path in sorted(site.rglob("*")):
        if path.is_file():
            yield "/" + path.relative_to(site).as_posix().removesuffix("index.html")


def _of_releases(releases: Releases) -> Iterator[str]:
    """Yield everything of every release, and what changed to the next one and to the newest."""
    versions = list(releases.made)
    for version in versions:
        yield from releases.answers(version)
    for version in [*versions, *(["latest"] if versions else [])]:
        yield from (f"/v1/export/{version}.{form}" for form in FORMS)
    steps = pairwise(versions)
    for old, new in dict.fromkeys([*steps, *((version, versions[-1]) for version in versions[:-1])]):
        yield f"/v1/releases/{old}/diff/{new}"


def _kernels(registry: Registry) -> list[str]:
    """Return every release that a span or a table of upstream names, where it has one table."""
    spans = registry.spans()
    named = {span["release"] for span in spans}
    named |= {span[end] for span in spans if span["family"] == "upstream" for end in ("first", "last")}
    named |= {span["table"][1:] for span in spans if span["family"] == "upstream" and span["table"]}
    return sorted(kernel for kernel in named if kernel and kernel_document(registry, kernel)["header"])


async def _ask(app: ASGIApp, address: str) -> Heard:
    """Return what an application answers to a plain GET."""
    started: list[Message] = []
    pieces: list[bytes] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        else:
            pieces.append(message.get("body", b""))

    async def receive() -> Message:
        # A client that waits: it sends nothing more, and does not leave.
        return await asyncio.Future[Message]()

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": None,
        "server": None,
    }
    await app(scope, receive, send)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in started[0]["headers"]}
    return Heard(address, started[0]["status"], headers, b"".join(pieces))
