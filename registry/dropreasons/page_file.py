# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The text pages of a registry.db in a file beside it, for `explain NAME` in loops: loading SQLite takes longer."""

import sys

from dropreasons.registry_file import RegistryError, default_path, verified_head

#: Between the index of spellings and the pages.
END_OF_INDEX = b"\n\n"


def page_file_of(path: str) -> str:
    """Return where the pages of a registry.db are kept."""
    return path + ".pages"


def explained(name: str) -> bool:
    """Print the page of a name or symbol; False, with nothing printed, where there is more to say."""
    path = default_path()
    try:
        head = verified_head(path)
        with open(page_file_of(path), "rb") as stream:  # noqa: PTH123  pathlib is not loaded for a look-up
            pages = stream.read()
    except (RegistryError, OSError):
        return False
    page = _page(pages, head, name.upper()) if pages.startswith(head) else None
    if page is None:
        return False
    sys.stdout.write(page.decode())
    return True


def _page(pages: bytes, head: bytes, spelling: str) -> bytes | None:
    """Return the page of a spelling, None if there is none or if the file ends before it does."""
    end = pages.find(END_OF_INDEX, len(head))
    at = pages.find(f"\n{spelling} ".encode(), len(head), end)
    if end < 0 or at < 0:
        return None
    start, length = map(int, pages[at : pages.index(b"\n", at + 1)].split()[1:])
    begin = end + len(END_OF_INDEX) + start
    page = pages[begin : begin + length]
    return page if len(page) == length else None
