# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The folder of releases: an index with digests, and one file each that is never written again."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from dropreasons.files import write_whole
from dropreasons.findings import Finding, FindingsError, Location
from dropreasons.model.release import Index, Release
from dropreasons.versions.bump import Version, parse_version
from dropreasons.versions.state import State, canonical, read_release

RELEASES_FOLDER = "releases"
INDEX_FILE = "index.json"
SCHEMA_VERSION = "1.0"


class Released(NamedTuple):
    """A release, and the very text of its file."""

    release: Release
    text: str


def load_index(root: Path) -> Index:
    """Return the index of releases, oldest first; a folder without one has none.

    Raises:
        FindingsError: the index is damaged.
    """
    path = root / RELEASES_FOLDER / INDEX_FILE
    if not path.is_file():
        return Index(schema_version=SCHEMA_VERSION, releases=())
    try:
        return Index.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, OSError) as error:
        place = Location(f"{RELEASES_FOLDER}/{INDEX_FILE}")
        raise FindingsError([Finding("DV001", "error", f"not an index of releases: {error}", place)]) from error


def verify(root: Path) -> list[Finding]:
    """Return what is wrong with the releases: a missing, changed or foreign file, or an order that goes back."""
    findings = []
    index = load_index(root)
    for release in index.releases:
        place = Location(f"{RELEASES_FOLDER}/{release.version}.json")
        path = root / place.file
        if not path.is_file():
            findings.append(
                Finding("DV002", "error", f"release {release.version} is in the index but not there", place)
            )
        elif hashlib.sha256(path.read_bytes()).hexdigest() != release.sha256:
            message = f"release {release.version} was changed after it was made; restore it from version control"
            findings.append(Finding("DV003", "error", message, place))
    versions = [parse_version(release.version) for release in index.releases]
    if versions != sorted(set(versions)):
        message = "the versions do not rise from release to release"
        findings.append(Finding("DV004", "error", message, Location(f"{RELEASES_FOLDER}/{INDEX_FILE}")))
    known = {f"{version}.json" for version in versions} | {INDEX_FILE}
    for path in sorted((root / RELEASES_FOLDER).glob("*.json")):
        if path.name not in known:
            message = "the index has no such release; it was begun and not finished, or is none of ours: remove it"
            findings.append(Finding("DV005", "warning", message, Location(f"{RELEASES_FOLDER}/{path.name}")))
    return findings


def load_releases(root: Path) -> list[Released]:
    """Return every release of a folder, oldest first.

    Raises:
        FindingsError: one is missing, or was changed after it was made.
    """
    wrong = [finding for finding in verify(root) if finding.level == "error"]
    if wrong:
        raise FindingsError(wrong)
    folder = root / RELEASES_FOLDER
    return [
        Released(release, (folder / f"{release.version}.json").read_text(encoding="utf-8"))
        for release in load_index(root).releases
    ]


def state_at(root: Path, version: str) -> State:
    """Return the state of a release.

    Raises:
        ValueError: there is no such release.
    """
    known = [release.version for release in load_index(root).releases]
    if version not in known:
        raise ValueError(f"there is no release {version}; {', '.join(known) or 'none'} so far")
    return read_release(root / RELEASES_FOLDER / f"{version}.json")


def add_release(root: Path, version: Version, date: str, state: State, stamps: dict[str, dict[str, str]]) -> Release:
    """Write a release and enter it into the index, the file first: what is not in the index is no release.

    Args:
        root: the folder of the catalogue.
        version: its version.
        date: the day, as 2026-11-22.
        state: what it holds.
        stamps: for each name, in which releases it was added and last changed.
    """
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "version": str(version),
        "date": date,
        "reasons": {name: {**document, "registry": stamps[name]} for name, document in state.reasons.items()},
        "tables": state.tables,
        "kernels": state.kernels,
    }
    text = canonical(data) + "\n"
    folder = root / RELEASES_FOLDER
    folder.mkdir(exist_ok=True)
    release = Release(
        version=str(version),
        date=date,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        reasons=len(state.reasons),
        tables=len(state.tables),
    )
    index = load_index(root)
    write_whole(folder / f"{version}.json", text)
    changed = index.model_copy(update={"releases": (*index.releases, release)})
    write_whole(folder / INDEX_FILE, json.dumps(changed.model_dump(), indent=1) + "\n")
    return release
