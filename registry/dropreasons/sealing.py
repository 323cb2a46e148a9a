# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finishes a registry.db: its digest, and the text pages beside it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sqlite_utils import Database

from dropreasons.files import write_whole
from dropreasons.lookup import DIGEST, Registry, content_digest
from dropreasons.page_file import END_OF_INDEX, page_file_of
from dropreasons.registry_file import verified_head


def seal(database: Database, path: Path) -> str:
    """Close a registry.db with the digest of what it holds, a part of which goes into its head.

    Returns:
        The sha256 of the file.
    """
    digest = content_digest(database.conn)
    database.table("meta").upsert({"key": DIGEST, "value": digest}, pk="key")
    database.conn.commit()
    # SQLite's schema cookie: any number does, and it is the one field of the head that is free.
    database.conn.execute(f"pragma schema_version = {int(digest[:7], 16)}")
    database.conn.execute("vacuum")
    database.close()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_pages(path: Path) -> None:
    """Write the text pages of a registry.db beside it, for the quick look-up by name."""
    registry = Registry(str(path))
    spelled = "select spelling, page from spelling join reason using (name) where kind != 'alias'"
    content = _content(verified_head(str(path)), registry.database.execute(spelled))
    registry.close()
    write_whole(Path(page_file_of(str(path))), content)


def _content(head: bytes, pages: Iterable[tuple[str, str]]) -> bytes:
    """Return the file of pages: the head of its registry.db, an index of spellings, and the pages.

    Args:
        head: the first bytes of the registry.db that the pages are of.
        pages: each spelling with its page.
    """
    index, body = b"", b""
    places: dict[str, int] = {}
    for spelling, page in sorted(pages):
        text = page.encode()
        if page not in places:
            places[page] = len(body)
            body += text
        index += f"\n{spelling} {places[page]} {len(text)}".encode()
    return head + index + END_OF_INDEX + body
