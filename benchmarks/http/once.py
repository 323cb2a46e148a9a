# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Measures what happens once: the build of registry.db, the start of the service, and `explain`."""

import subprocess
import sys
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from servers import ENVIRONMENT, service

from dropreasons.catalogue import load_catalogue
from dropreasons.store import build_registry
from dropreasons.versions.archive import add_release, load_releases
from dropreasons.versions.bump import Version
from dropreasons.versions.current import state_of

ROOT = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).parent / "dropreasons")
_RELEASES = 10
_PAIRS = 25


def make_database(folder: Path) -> Path:
    """Build a registry.db with ten releases of the whole catalogue."""
    catalogue = load_catalogue(ROOT)
    state = state_of(catalogue)
    for number in range(_RELEASES):
        version = f"1.{number}.0"
        stamps = {name: {"added_in": "1.0.0", "changed_in": version} for name in state.reasons}
        add_release(folder, Version(1, number, 0), "2026-11-01", state, stamps)
    path = folder / "registry.db"
    build_registry(catalogue, path, load_releases(folder))
    return path


def build_seconds(folder: Path) -> float:
    """Return how long `dropreasons build` takes for the repository."""
    return min(_timed([COMMAND, "build", "--root", str(ROOT), "--output", str(folder / "built.db")]) for _ in range(3))


def start_seconds(database: Path) -> float:
    """Return the time from the start of the command to the first answer, the median of five."""
    return median(_started(database) for _ in range(5))


def _started(database: Path) -> float:
    began = time.perf_counter()
    with service(database):
        return time.perf_counter() - began


def explain_ratio() -> float:
    """Return the time of `dropreasons explain` over that of an empty Python: the median of pairs, taken in turn."""
    explain, empty = [COMMAND, "explain", "FULL_RING"], [sys.executable, "-c", "pass"]
    return median(_timed(explain) / _timed(empty) for _ in range(_PAIRS))


def _timed(command: list[str]) -> float:
    """Return the processor time of a command that ends."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, env=ENVIRONMENT, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
