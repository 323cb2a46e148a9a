# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Makes a release: computes what changed since the last one, and refuses what would not be honest."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dropreasons.catalogue import load_catalogue
from dropreasons.files import write_whole
from dropreasons.findings import FindingsError
from dropreasons.model.release import Release
from dropreasons.rules import run_rules
from dropreasons.versions.archive import RELEASES_FOLDER, add_release, load_index, state_at, verify
from dropreasons.versions.bump import BUMPS, FIRST, Bump, Version, bumped, needed, parse_version
from dropreasons.versions.changes import Change, changed_names, changes_between
from dropreasons.versions.current import state_of
from dropreasons.versions.report import as_markdown
from dropreasons.versions.state import State


class CannotRelease(Exception):
    """A release that would not be honest, and why."""


class Plan(NamedTuple):
    """What a release would be; `corrected` gives the evidence for changes that mend a wrong fact, by fingerprint."""

    version: Version
    previous: str | None
    state: State
    changes: list[Change]
    corrected: Mapping[str, str]


def plan_release(root: Path, wanted: Bump | None, corrected: Mapping[str, str]) -> Plan:
    """Return what the next release would be.

    Raises:
        FindingsError: the catalogue or the releases have errors.
        CannotRelease: nothing changed, a smaller bump is wanted than needed, or a correction corrects nothing.
    """
    catalogue = load_catalogue(root)
    errors = [finding for finding in (*run_rules(catalogue), *verify(root)) if finding.level == "error"]
    if errors:
        raise FindingsError(errors)
    state, releases = state_of(catalogue), load_index(root).releases
    if not releases:
        return Plan(FIRST, None, state, [], corrected)
    last = releases[-1].version
    changes = changes_between(state_at(root, last), state)
    foreign = sorted(set(corrected) - {change.fingerprint for change in changes})
    if foreign:
        raise CannotRelease(f"no change has the fingerprint {', '.join(foreign)}; see dropreasons diff {last} .")
    least = needed(changes, corrected)
    if least == "none":
        raise CannotRelease(f"nothing changed since {last}")
    bump = wanted or least
    if BUMPS.index(bump) < BUMPS.index(least):
        raise CannotRelease(f"these changes need a {least} version, not a {bump}; see dropreasons diff {last} .")
    return Plan(bumped(parse_version(last), bump), last, state, changes, corrected)


def refuse_dirty(root: Path) -> None:
    """Refuse a folder with changes that git has not recorded.

    Raises:
        CannotRelease: there are such changes, or the folder is not in git.
    """
    command = ["git", "-C", str(root), "status", "--porcelain"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  fixed words and a folder
    if done.returncode:
        raise CannotRelease(f"{root} is not in git, so nobody could tell what was released: {done.stderr.strip()}")
    if done.stdout:
        files = ", ".join(line[3:] for line in done.stdout.splitlines()[:3])
        raise CannotRelease(f"there are changes that are not committed ({files}); commit them first")


def make_release(root: Path, plan: Plan, date: str) -> Release:
    """Write a release, its page of changes first: what is not in the index is no release."""
    page = root / RELEASES_FOLDER / f"{plan.version}.md"
    page.parent.mkdir(exist_ok=True)
    write_whole(page, _page(plan, date))
    return add_release(root, plan.version, date, plan.state, _stamps(root, plan))


def _page(plan: Plan, date: str) -> str:
    """Return the page that tells what a release changed."""
    holds = f"{len(plan.state.reasons)} reasons, {len(plan.state.tables)} tables"
    head = f"# Release {plan.version}\n\nMade on {date}: {holds}.\n\n"
    if plan.previous is None:
        return head + "The first release.\n"
    mended = [
        f"- `{change.id}`: {plan.corrected[change.fingerprint]}"
        for change in plan.changes
        if change.fingerprint in plan.corrected
    ]
    corrections = "### Corrected facts, with their evidence\n\n" + "\n".join(mended) + "\n\n" if mended else ""
    return f"{head}## Since {plan.previous}\n\n{corrections}{as_markdown(plan.changes)}"


def _stamps(root: Path, plan: Plan) -> dict[str, dict[str, str]]:
    """Return, for each name, in which releases it was added and last changed."""
    version = str(plan.version)
    if plan.previous is None:
        return {name: {"added_in": version, "changed_in": version} for name in plan.state.reasons}
    before = state_at(root, plan.previous).reasons
    changed = changed_names(plan.changes)
    fresh = {"added_in": version, "changed_in": version}

    def stamp(name: str) -> dict[str, str]:
        if name not in before:
            return fresh
        known: dict[str, str] = before[name]["registry"]
        return {**known, "changed_in": version} if name in changed else known

    return {name: stamp(name) for name in plan.state.reasons}
