# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Knows where registry.db is and whether it is whole; loads nothing, as every look-up pays for it."""

import os

APPLICATION_ID = 0x64726F70  # "drop", in the header of every registry.db
SCHEMA_VERSION = 1
_MAGIC = b"SQLite format 3\x00"
_HEADER_SIZE = 100


class RegistryError(Exception):
    """A registry.db that is missing, damaged, foreign, or of another version."""


def default_path() -> str:
    """Return where this installation keeps its registry.db."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "registry.db")


def address_of(path: str) -> str:
    """Return the address by which SQLite opens a file that nobody writes."""
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{quoted}?mode=ro&immutable=1"


def verified_head(path: str) -> bytes:
    """Return the head of a registry.db, and refuse a file that is not a whole one of this version.

    The head has a part of the digest of all that the file holds, so two registries that differ differ in it.

    Raises:
        RegistryError: it is missing, truncated, no registry, or made for another version of this tool.
    """
    try:
        with open(path, "rb") as stream:
            head = stream.read(_HEADER_SIZE)
            size = stream.seek(0, os.SEEK_END)
    except OSError as error:
        raise RegistryError(f"{path}: {error.strerror}; build it with `dropreasons build`") from error
    if len(head) < _HEADER_SIZE or not head.startswith(_MAGIC):
        raise RegistryError(f"{path}: not a registry.db (no SQLite file); rebuild it with `dropreasons build`")

    def number(at: int, length: int = 4) -> int:
        return int.from_bytes(head[at : at + length], "big")

    if number(68) != APPLICATION_ID:
        raise RegistryError(f"{path}: an SQLite file, but not a registry.db; rebuild it with `dropreasons build`")
    page_size = number(16, 2)
    expected = (65536 if page_size == 1 else page_size) * number(28)
    if size != expected:
        raise RegistryError(f"{path}: {size} bytes long, not {expected}: truncated or damaged; rebuild it")
    if number(60) != SCHEMA_VERSION:
        raise RegistryError(f"{path}: made for schema {number(60)}, this tool reads {SCHEMA_VERSION}; rebuild it")
    return head
