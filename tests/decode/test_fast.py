# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The optional library says what the patterns say, of any bytes."""

import gc
import sys
from importlib.util import find_spec

import pytest
from conftest import require
from hypothesis import example, given
from hypothesis import strategies as st

from dropreasons.decode import shapes
from dropreasons.decode.line_ends import by_pattern

MARK = b" location="
PIECES = [MARK, MARK[:-1], b"location=", b"\n", b"\r", b"\0", b"f+0x1 reason: NO_SOCKET", b"x" * 300]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=9)), st.sampled_from([MARK, b"="]))
@example([MARK, b"a\n", MARK, b"a"], MARK)
@example([MARK, b"a", MARK, b"b\n\n"], MARK)
def test_the_library_says_what_the_pattern_says(pieces: list[bytes], mark: bytes) -> None:
    """A block with any line that lacks the mark has no ends, whichever way they are looked for."""
    require(find_spec("dropreasons_fast"), "the library in fast/, which needs a C compiler and Python's headers")
    from dropreasons_fast import line_ends

    marked = b"".join(b"x" * 40 + MARK + piece + b"\n" for piece in pieces)
    for block in (b"".join(pieces), b"".join(pieces) + b"\n", marked):
        assert behind_last(line_ends(block, mark), mark) == behind_last(by_pattern(block, mark), mark)


def behind_last(ends: list[bytes] | None, mark: bytes) -> list[bytes] | None:
    """What stands behind the last mark of each line."""
    return None if ends is None else [end.rpartition(mark)[2] for end in ends]


def test_the_library_gives_back_what_it_takes() -> None:
    """Beyond what it keeps, which is bounded, no object stays."""
    require(find_spec("dropreasons_fast"), "the library in fast/, which needs a C compiler and Python's headers")
    from dropreasons_fast import line_ends

    blocks = [b"".join(b" location=%d\n" % number for number in range(at, at + 50)) for at in range(0, 200_000, 50)]

    def kept() -> int:
        for block in blocks:
            assert line_ends(block, MARK) == by_pattern(block, MARK)
            assert line_ends(block[:-1], MARK) is None
        gc.collect()
        return sys.getallocatedblocks()

    assert kept() + 1000 > kept()


OBJECT = (
    b'{"skb":"0x1","cpu":6,"up":true,"in":["a", 3],"func":"kfree_skb_reason(X)", "mtu": -1,"caller_func":"f",'
    b'"tuple":{"func":"g","sport":0}}\n'
)
#: What a line may have in the place of something else, the first as often as not.
OTHER = {
    b'"0x1"': [b'"0xffff"', b'"1"', b'"0x\\""', b'"0x\xc3\xa9"', b"0x1"], b"6": [b"0", b"06", b"-6", b"6.5", b"-", b""],
    b'"f"': [b'""', b'"f\t"', b'"a\nb"', b'"f'], b"true": [b"false", b'"true"'], b"}}": [b"}", b"}} ", b"}}}}"],
    b'"a"': [b'"b"', b'"a","b"'], b"\n": [b"\r\n", b"", b"\n\n"],
}  # fmt: skip


@st.composite
def objects(draw: st.DrawFn) -> bytes:
    """A line like others, or one of them with something else in a place."""
    line = OBJECT
    for old in draw(st.lists(st.sampled_from(sorted(OTHER)), max_size=2, unique=True)):
        line = line.replace(old, draw(st.sampled_from(OTHER[old])))
    return line


def shape(line: bytes) -> shapes.Shape | None:
    """The shape of a line, of whose functions the caller is asked for too."""
    return shapes.shape_of(line, {b"skb": b"0x"}, b"func", b"caller_func")


@given(objects(), st.lists(objects(), max_size=4))
def test_the_library_finds_the_same_objects_alike(first: bytes, others: list[bytes]) -> None:
    """Of a line that JSON forbids, or of another shape, neither finds a part."""
    require(find_spec("dropreasons_fast"), "the library in fast/, which needs a C compiler and Python's headers")
    from dropreasons_fast import object_parts

    block, found = first + b"".join(others), shape(first)
    if found:
        parts = shapes.by_pattern(block, found)
        assert object_parts(block, found) == parts
        assert parts is None or all(part.partition(b'"')[0] == b"kfree_skb_reason(X)" for part in parts)


def test_the_part_is_that_between_the_functions() -> None:
    """The keys of an object within another are no keys of ours."""
    found = shape(OBJECT)
    assert found
    other = OBJECT.replace(b'"f"', b'"h"').replace(b"6", b"10").replace(b"-1", b"1500").replace(b'"a", 3', b'"b", 0')
    middle = b'kfree_skb_reason(X)", "mtu": %d,"caller_func":"%s'
    assert shapes.by_pattern(OBJECT + other, found) == [middle % (-1, b"f"), middle % (1500, b"h")]


NO_SHAPE = [
    OBJECT[:-3], OBJECT * 2, OBJECT.replace(b'"func":"k', b'"func":3,"x":"k'), OBJECT.replace(b'"0x1"', b"1"),
    OBJECT.replace(b'"cpu"', b'"skb"'), OBJECT.replace(b'"caller_func":"f"', b'"caller_func":["f"]'), b"[]\n", b"\n",
    OBJECT.replace(b"(X)", b"(X)" * 10_000),
    OBJECT.replace(b"6", b"6.5"), OBJECT.replace(b"6", b"1e3"), OBJECT.replace(b"caller_func", b"caller"),
]  # fmt: skip


@pytest.mark.parametrize("line", NO_SHAPE)
def test_a_line_that_is_no_such_object_has_no_shape(line: bytes) -> None:
    """It is left to those who read line by line."""
    assert shape(line) is None
