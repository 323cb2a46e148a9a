# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the body of a batch: pairs of kernel and value, and what is wrong with each by JSON Pointer."""

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import DecodeError, Meta, Struct
from msgspec.json import Decoder
from pydantic_core import from_json

from dropreasons.kernelrelease import NotARelease, parse_release
from dropreasons.lookup import LARGEST_VALUE
from dropreasons.numbers import NotAValue, parse_value
from dropreasons_service.documents import LONGEST_VALUE, MOST_PAIRS
from dropreasons_service.problems import Problem
from dropreasons_service.refusals import shown

_MOST_ERRORS = 20
_MEMBERS = ("kernel", "value")

AskedPair = tuple[str, int]
Error = dict[str, str]


class _Pair(Struct, forbid_unknown_fields=True, gc=False):
    """A pair as most clients write it."""

    kernel: str
    value: Annotated[int, Meta(ge=0, le=LARGEST_VALUE)] | Annotated[str, Meta(max_length=LONGEST_VALUE)]


class _Batch(Struct, forbid_unknown_fields=True):
    """A body as most clients write it."""

    pairs: Annotated[list[_Pair], Meta(max_length=MOST_PAIRS)]


_BATCH = Decoder(_Batch)


def read_pairs(body: bytes) -> list[AskedPair]:
    """Return the pairs of a batch; their kernels may still be no releases.

    Raises:
        Problem: the body is no JSON, has another form, holds too many pairs, or a value that is none.
    """
    try:
        pairs = _BATCH.decode(body).pairs
        return [(pair.kernel, pair.value if pair.value.__class__ is int else value_of(pair.value)) for pair in pairs]
    except (DecodeError, NotAValue, UnicodeDecodeError):
        # The long way takes all that is right, and says of the rest what is wrong with it.
        return _read_with_care(body)


def _read_with_care(body: bytes) -> list[AskedPair]:
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
    errors = list(_errors(items))
    if errors:
        raise _refused(errors)
    return [(item["kernel"], value_of(item["value"])) for item in items]


def wrong_kernels(pairs: list[AskedPair]) -> Problem:
    """Return the problem of a batch in which some kernel is no release, the first of them told one by one."""
    return _refused(list(_errors([{"kernel": kernel, "value": value} for kernel, value in pairs])))


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


def _errors(items: list[Any]) -> Iterator[Error]:
    for at, item in enumerate(items):
        yield from _wrong(f"/pairs/{at}", item)


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
