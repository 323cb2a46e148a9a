# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Cuts source text of any common language into numbers, names and marks; comments are left out."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from dropreasons.lookup import LARGEST_VALUE

# What nobody closes reaches to the end, of the line or of the text, so no text is looked at twice.
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*(?:.*?\*/|.*)|\#(?!define\b)[^\n]*)
    |(?P<string>\"{3}(?:.*?\"{3}|.*)|'{3}(?:.*?'{3}|.*)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`[^`]*`)
    |(?P<number>-?\b(?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*\b)
    |(?P<word>\#define|[A-Za-z_]\w*)
    |(?P<mark><<|=>|[^\s]|\n)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10}")
_NAME = re.compile(r"[A-Za-z_][\w -]{0,79}")


class Token(NamedTuple):
    """A number, a name, or a mark; what is none of them (a longer text, a number over 32 bits) is a mark without text.

    A name is a word of the program, or what stands in quotes.
    """

    text: str
    at: int
    number: int | None = None
    name: str | None = None
    quoted: bool = False


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text; a line's end is a mark."""
    for found in _TOKEN.finditer(text):
        kind, at, piece = found.lastgroup, found.start(), found[0]
        if kind == "word":
            yield Token(piece, at, name=None if piece == "#define" else piece)
        elif kind == "mark":
            yield Token(piece, at)
        elif kind == "number":
            yield Token("", at, number_of(piece.rstrip("uUlL")))
        elif kind == "string":
            inner = piece[1:-1]
            yield Token("", at, number_of(inner), inner if _NAME.fullmatch(inner) else None, quoted=True)


def number_of(text: str) -> int | None:
    """Return the value of a decimal or 0x number of 32 bits, None for anything else."""
    if not _NUMBER.fullmatch(text):
        return None
    value = int(text, 16 if text[:2] in {"0x", "0X"} else 10)
    return value if value <= LARGEST_VALUE else None


class Places:
    """Finds line and column of a place in a text, both counted from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def of(self, at: int) -> tuple[int, int]:
        """Return line and column."""
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1
