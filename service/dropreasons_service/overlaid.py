# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Builds what `dropreasons serve --overlay` serves, in a process of its own: the server itself loads no YAML."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType


@contextmanager
def overlaid(database: str | None, overlays: Sequence[str]) -> Iterator[str | None]:
    """Give the registry.db to serve: with overlays, one that lasts as long as the server.

    Raises:
        SystemExit: an overlay was refused; the builder has said why.
    """
    if not overlays:
        yield database
        return
    # uvicorn shuts down in order on SIGTERM, and raises it again afterwards: then the folder has to go, too.
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        with TemporaryDirectory(prefix="dropreasons-") as folder:
            path = Path(folder) / "registry.db"
            lay_over(database, overlays, path)
            yield str(path)
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, frame: FrameType | None) -> None:
    """End the process as a command ends."""
    del number, frame
    raise SystemExit(0)


def lay_over(database: str | None, overlays: Sequence[str], path: Path) -> None:
    """Write a registry.db with overlays, whole or not at all; also while the one before it is being served.

    Raises:
        SystemExit: as above.
    """
    command = [sys.executable, "-P", "-m", "dropreasons", "build", "--output", str(path)]
    command += [f"--overlay={overlay}" for overlay in overlays]
    command += [f"--db={database}"] if database else []
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603  this program itself
    if done.returncode:
        raise SystemExit(done.returncode)
