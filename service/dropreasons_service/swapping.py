# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Takes over a new registry.db while the service runs: verified beside the old one, then put in its place."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from dropreasons.registry_file import RegistryError
from dropreasons_service.front import Front
from dropreasons_service.snapshot import Snapshot

_LOGGER = logging.getLogger(__name__)

Mark = tuple[int, int, int]


@asynccontextmanager
async def watching(front: Front, seconds: float, seen: Mark | None) -> AsyncIterator[None]:
    """Watch the file of the registry while the service runs; SIGHUP has it looked at anew, changed or not.

    Args:
        front: what serves it.
        seconds: between two looks; 0 waits for SIGHUP.
        seen: the mark of the file before it was opened, so that no change meanwhile is lost.
    """
    asked = asyncio.Event()
    # Only the main thread of a process may listen to signals; elsewhere (tests) the file alone is watched.
    with suppress(ValueError, RuntimeError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
    task = asyncio.create_task(_watch(front, seconds, seen, asked))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(front: Front, seconds: float, seen: Mark | None, asked: asyncio.Event) -> None:
    """Swap whenever the file is another one; one that was refused is not tried again until it changes."""
    while True:
        mark = mark_of(front.snapshot.registry.path)
        if mark != seen or asked.is_set():
            seen = mark
            asked.clear()
            await _swap(front)
        with suppress(TimeoutError):
            await asyncio.wait_for(asked.wait(), seconds or None)


async def _swap(front: Front) -> None:
    """Open the file anew and serve from it; if it is no good, serve on from the old one."""
    path = front.snapshot.registry.path
    try:
        fresh = await asyncio.to_thread(Snapshot, path)
    except (RegistryError, OSError, ValueError, LookupError) as error:
        front.counts.add("refused_swaps")
        _LOGGER.error("refused a new database, the old one serves on: %s", error)  # noqa: TRY400  one line says it
        return
    if fresh.digest != front.snapshot.digest:
        front.counts.add("swaps")
        _LOGGER.warning("serving %s from %s, sha256 %s", fresh.release, path, fresh.digest)
    # Requests in hand keep the old snapshot until they are answered.
    front.snapshot = fresh


def mark_of(path: str) -> Mark | None:
    """Return what tells one file at a path from the next."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
