# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a folder whole or not at all, and puts it in the place of the one before."""

import ctypes
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: renameat2(2): swap two paths in one step.
_RENAME_EXCHANGE = 2
_AT_FDCWD = -100


class NotOurs(ValueError):
    """A folder that something else wrote."""


@contextmanager
def replacing_folder(folder: Path, marker: str, mark: bytes) -> Iterator[Path]:
    """Give an empty folder beside another, and put it in its place if all goes well.

    Args:
        folder: the place.
        marker: the file that says who wrote a folder.
        mark: what stands in that file if it was us.

    Raises:
        NotOurs: the place is taken by a folder that has not our mark, or another run is at work there.
    """
    folder = folder.resolve()
    _refuse_others(folder, marker, mark)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder.parent):
        new = folder.with_name(f".{folder.name}.new")
        # What a killed run has left.
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        try:
            yield new
            _refuse_others(folder, marker, mark)
            _put(new, folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)


def _refuse_others(folder: Path, marker: str, mark: bytes) -> None:
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    path = folder / marker
    if not path.is_file() or mark not in path.read_bytes():
        raise NotOurs(f"{folder} has files, but no {marker} of an earlier export; name another folder, or empty it")


@contextmanager
def _alone_in(parent: Path) -> Iterator[None]:
    """Keep other runs away as long as this process lives."""
    handle = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise NotOurs(f"another export writes into {parent}; wait for it") from error
    finally:
        os.close(handle)


def _put(new: Path, folder: Path) -> None:
    """Put a folder in a place; afterwards, the name of the new one holds what stood there."""
    if not folder.is_dir():
        new.rename(folder)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(folder), _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, f"cannot swap {new} and {folder}: {os.strerror(number)}")
