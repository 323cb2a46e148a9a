# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a table as a Python module: an IntEnum, and a dict from number to name."""

from dropreasons.generate.sources import SPDX, Contents, comment, source_format

_HEAD = '''"""Drop reasons of one Linux kernel, by name and by number."""

from enum import IntEnum


class Reason(IntEnum):
    """A drop reason; its value is its number on this kernel."""

'''
_FOOT = """

#: The name of each number; NAMES.get(number) is None where this kernel has no such reason.
NAMES: dict[int, str] = {reason.value: reason.name for reason in Reason}
"""


@source_format("python", ".py", "A module with an IntEnum and a dict.")
def python(contents: Contents) -> str:
    """Return a Python module."""
    members = "".join(
        f"{comment([value.summary], '    #: ')}    {value.name} = {value.written}\n" for value in contents.values
    )
    return f"# {SPDX}\n#\n{comment(contents.about, '# ')}{_HEAD}{members}{_FOOT}"
