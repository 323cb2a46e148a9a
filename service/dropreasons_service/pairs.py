# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the body of a batch: pairs of kernel and value, and what is wrong with each by JSON Pointer."""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from pydantic_core import from_json

from dropreasons.kernelrelease import NotARelease, parse_release
from dropreasons.lookup import LARGEST_VALUE
from dropreasons.numbers import NotAValue, parse_value
from dropreasons_service.documents import LONGEST_VALUE, MOST_PAIRS
from dropreasons_service.problems import Problem
from dropreasons_service.refusals import shown

_MOST_ERRORS = 20
_MEMBERS = ("kernel", "value")

AskedPair = tuple[str, int | str]
Error = dict[str, str]


def read_pairs(body: bytes) -> list[AskedPair]:
    """Return the pairs of a batch; their texts may still be no release and no value.

    Raises:
        Problem: the body is no JSON, has another form, or holds too many pairs.
    """
    try:
        document = from_json(body, allow_inf_nan=False, cache_strings="all")
    except ValueError as error:
        raise _refused([_error("", f"the body is not JSON in UTF-8: {error}", "malformed")]) from error
    items = document.get("pairs") if isinstance(document, dict) else None
    if not isinstance(items, list) or len(document) != 1:
        raise _refused([_error("", 'the body is not an object with "pairs", a list, and nothing else', "wrong-form")])
    if len(items) > MOST_PAIRS:
        detail = f"{len(items)} pairs were sent; at most {MOST_PAIRS} are taken at once."
        raise Problem("batch-too-large", detail, errors=[_error("/pairs", detail, "too-many")])
    pairs = _well_formed(items)
    if pairs is None:
        raise wrong_pairs(items)
    return pairs


def wrong_pairs(items: list[Any]) -> Problem:
    """Return the problem of a batch in which some pair is wrong, the first of them told one by one."""
    return _refused([error for at, item in enumerate(items) for error in _wrong(f"/pairs/{at}", item)])


def value_of(asked: str | float) -> int:
    """Return the value of a pair.

    Raises:
        NotAValue: it is no number, or does not fit 32 bits.
    """
    if isinstance(asked, int) and 0 <= asked <= LARGEST_VALUE:
        return asked
    if isinstance(asked, str):
        if len(asked) > LONGEST_VALUE:
            raise NotAValue(f"it is {len(asked)} characters long; at most {LONGEST_VALUE} are taken")
        return parse_value(asked)
    if not 0 <= asked <= LARGEST_VALUE or asked != int(asked):
        raise NotAValue("it is no whole number from 0 to 4294967295, which is 0xffffffff")
    return int(asked)


def _well_formed(items: list[Any]) -> list[AskedPair] | None:
    """Return the pairs if every item has the form of one, in a few passes that stay within the interpreter's C code."""
    try:
        pairs: list[AskedPair] = list(map(itemgetter(*_MEMBERS), items))
    except (KeyError, TypeError):
        return None
    types = [set(map(type, map(itemgetter(at), pairs))) for at in range(len(_MEMBERS))]
    # True is no value, though it equals 1.
    if set(map(len, items)) - {len(_MEMBERS)} or types[0] - {str} or types[1] - {int, str, float}:
        return None
    return pairs


def _wrong(pointer: str, item: Any) -> Iterator[Error]:
    """Yield what is wrong with one item."""
    if not isinstance(item, dict):
        yield _error(pointer, 'it is not an object with "kernel" and "value"', "wrong-type")
        return
    for member in _MEMBERS:
        if member not in item:
            yield _error(pointer, f'"{member}" is missing', "missing")
    for member in item.keys() - set(_MEMBERS):
        yield _error(pointer, f"{shown(member)} is not a member of a pair", "unknown-member")
    if "kernel" in item:
        yield from _wrong_kernel(f"{pointer}/kernel", item["kernel"])
    if "value" in item:
        yield from _wrong_value(f"{pointer}/value", item["value"])


def _wrong_kernel(pointer: str, kernel: Any) -> Iterator[Error]:
    if not isinstance(kernel, str):
        yield _error(pointer, "it is not a string", "wrong-type")
        return
    try:
        parse_release(kernel)
    except NotARelease as error:
        yield _error(pointer, str(error), "malformed")


def _wrong_value(pointer: str, value: Any) -> Iterator[Error]:
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        yield _error(pointer, "it is neither a number nor a string", "wrong-type")
        return
    try:
        value_of(value)
    except NotAValue as error:
        yield _error(pointer, str(error), "malformed")


def _error(pointer: str, detail: str, code: str) -> Error:
    return {"pointer": pointer, "detail": detail, "code": code}


def _refused(errors: list[Error]) -> Problem:
    """Return the problem of a body with these errors."""
    first = f"{errors[0]['pointer'] or 'the body'}: {errors[0]['detail']}"
    told = errors[:_MOST_ERRORS]
    more = f" (and {len(errors) - 1} more; `errors` has the first {len(told)})" if len(errors) > 1 else ""
    return Problem("invalid-body", f"Nothing was resolved. {first}{more}.", errors=told)
