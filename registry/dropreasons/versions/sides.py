# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds the state that a word names: a release, a revision, a file, a folder, or a kernel."""

import subprocess
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from dropreasons.catalogue import KERNELS_FOLDER, REASONS_FILE, load_catalogue
from dropreasons.generate.c_header import NoSingleTable
from dropreasons.lookup import Registry
from dropreasons.versions.archive import state_at
from dropreasons.versions.current import state_of
from dropreasons.versions.one_kernel import state_of_kernel
from dropreasons.versions.state import State, read_release

FORMS = "1.0.0, git:REVISION, kernel:RELEASE, a release file, or a folder with reasons.yaml"


def state_named(word: str, root: Path) -> State:
    """Return the state that a word names.

    Args:
        word: one of FORMS.
        root: the folder of the catalogue, for releases and revisions.

    Raises:
        ValueError: the word names nothing.
        FindingsError: the catalogue it names is not well formed.
    """
    kind, colon, rest = word.partition(":")
    if colon and kind == "git":
        return _revision(rest, root)
    if colon and kind == "kernel":
        try:
            return state_of_kernel(Registry(), rest)
        except NoSingleTable as error:
            raise ValueError(str(error)) from error
    path = Path(word)
    if path.is_dir():
        return state_of(load_catalogue(path))
    return read_release(path) if path.is_file() else state_at(root, word)


def _revision(revision: str, root: Path) -> State:
    """Return the state of a git revision, from a copy of its files."""
    if revision.startswith("-"):
        raise ValueError(f"{revision!r} is not a revision")
    command = ["git", "-C", str(root), "archive", "--format=tar", revision, "--", REASONS_FILE, KERNELS_FOLDER]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  git takes the revision as one word
    if done.returncode:
        raise ValueError(f"git has no catalogue at {revision!r}: {done.stderr.decode(errors='replace').strip()}")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
        return state_of(load_catalogue(Path(folder)))
