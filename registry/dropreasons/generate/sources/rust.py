# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a table as a Rust module: constants, and look-ups from number to name and back."""

from collections.abc import Iterator

from dropreasons.generate.sources import SPDX, Contents, comment, source_format

# Constants, not an enum: a kernel may send a number that this table has not, and no enum may hold it.
_NAME = """
/// Returns the name of a number, `None` where this kernel has no such reason.
pub fn name(number: u32) -> Option<&'static str> {
    match number {
"""
_NUMBER = """        _ => None,
    }
}

/// Returns the number of a name, `None` where this kernel has no such reason.
pub fn number(name: &str) -> Option<u32> {
    match name {
"""
_FOOT = """        _ => None,
    }
}
"""


@source_format("rust", ".rs", "A module with constants and functions that map both ways.")
def rust(contents: Contents) -> str:
    """Return a Rust module."""
    return "".join(_parts(contents))


def _parts(contents: Contents) -> Iterator[str]:
    yield f"// {SPDX}\n\n//! Drop reasons of one Linux kernel.\n//!\n{comment(contents.about, '//! ')}"
    yield "\n#![allow(dead_code)]\n\n"
    for value in contents.values:
        yield f"{comment([value.summary], '/// ')}pub const {value.name}: u32 = {value.written};\n"
    yield _NAME
    for value in contents.values:
        yield f'        {value.name} => Some("{value.name}"),\n'
    yield _NUMBER
    for value in contents.values:
        yield f'        "{value.name}" => Some({value.name}),\n'
    yield _FOOT
