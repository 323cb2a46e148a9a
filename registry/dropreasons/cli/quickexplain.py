# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons explain NAME` without options, for loops: half of a look-up is loading what it does not need."""

# The module below sqlite3, without what that loads for dates.
import _sqlite3
import sys

from dropreasons.registry_file import RegistryError, address_of, default_path, verify_head

_PAGE = "select page from reason where name = (select name from spelling where spelling = ? and kind != 'alias')"


def explained(name: str) -> bool:
    """Print the page of a name or symbol; False, with nothing printed, where there is more to say."""
    path = default_path()
    try:
        verify_head(path)
        found = _sqlite3.connect(address_of(path), uri=True).execute(_PAGE, (name.upper(),)).fetchone()
    except (RegistryError, _sqlite3.Error):
        return False
    if found:
        sys.stdout.write(found[0])
    return found is not None
