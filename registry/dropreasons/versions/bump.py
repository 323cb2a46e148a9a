# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Computes the version that a set of changes makes."""

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from dropreasons.versions.changes import Change

Bump = Literal["major", "minor", "patch", "none"]
BUMPS: tuple[Bump, ...] = ("none", "patch", "minor", "major")


class Version(NamedTuple):
    """A version of the registry (semantic versioning)."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


FIRST = Version(1, 0, 0)


def parse_version(text: str) -> Version:
    """Return a version.

    Raises:
        ValueError: the text is not X.Y.Z.
    """
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdigit() and str(int(part)) == part for part in parts):
        raise ValueError(f"{text!r} is not a version; expected X.Y.Z such as {FIRST}")
    return Version(*map(int, parts))


def needed(changes: Iterable[Change], corrected: Collection[str] = ()) -> Bump:
    """Return the smallest bump that is honest about some changes.

    What breaks a reader needs a major version, what adds or changes the meaning a minor, a better text a patch.

    Args:
        changes: what changed.
        corrected: the fingerprints of changes that mend a wrong fact; those need a minor version only.
    """
    most: Bump = "none"
    for change in changes:
        if change.breaks and change.fingerprint not in corrected:
            return "major"
        least: Bump = "patch" if change.change_class == "PROSE" else "minor"
        most = max(most, least, key=BUMPS.index)
    return most


def bumped(version: Version, bump: Bump) -> Version:
    """Return the version after a bump."""
    if bump == "major":
        return Version(version.major + 1, 0, 0)
    if bump == "minor":
        return Version(version.major, version.minor + 1, 0)
    return Version(version.major, version.minor, version.patch + (bump == "patch"))
