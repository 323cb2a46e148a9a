# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Looks at C source without a compiler: comments, strings and preprocessor lines blanked, enums evaluated."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_COMMENTS = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_TEXTS = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?(?:\*/|\Z)|//[^\n]*', re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\\\n]|\\\n|\\.)*", re.MULTILINE)
_NOT_NEWLINE = re.compile(r"[^\n]")
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(([\w, \t]*)\)((?:[^\\\n]|\\\n|\\.)*)", re.MULTILINE)
_CONSTANT = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+((?:[^\\\n]|\\\n)+)", re.MULTILINE)
_ENUM = re.compile(r"\benum\s+(\w+)\s*\{(.*?)\}", re.DOTALL)
_CAST = re.compile(r"\(\s*(?:__force\s+)?(?:u32|unsigned(?:\s+int)?|int|[a-z]\w*_result)\s*\)")
_SUFFIX = re.compile(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,16}|[1-9]\d{0,18}|0")
_LARGEST = 0xFFFFFFFF


class NotEvaluated(ValueError):
    """An enumerator whose value this reader cannot work out."""


class Macro(NamedTuple):
    """A function-like macro."""

    parameters: tuple[str, ...]
    body: str


def without_comments(text: str) -> str:
    """Blank comments, keeping every line where it is."""
    return _COMMENTS.sub(_blank, text)


def bare(text: str) -> str:
    """Blank comments, strings and characters, keeping every line where it is."""
    return _TEXTS.sub(_blank, text)


def without_directives(text: str) -> str:
    """Blank preprocessor lines (with their continuations), keeping every line where it is."""
    return _DIRECTIVE.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    return _NOT_NEWLINE.sub(" ", found[0])


def macros(text: str) -> dict[str, Macro]:
    """Return the function-like macros of a text whose comments are blanked; a later definition wins."""
    found = {}
    for name, parameters, body in _MACRO.findall(text):
        found[name] = Macro(tuple(p.strip() for p in parameters.split(",")), body.replace("\\\n", " "))
    return found


def read_c_enums(texts: list[str]) -> dict[str, dict[str, int]]:
    """Evaluate every enum of some headers that build on each other, in their order.

    Raises:
        NotEvaluated: an enumerator has a value that is more than constants, shifts and sums.
    """
    known: dict[str, int] = {}
    enums: dict[str, dict[str, int]] = {}
    for text in texts:
        plain = without_comments(text)
        defined = macros(plain)
        for name, body in _CONSTANT.findall(plain):
            try:
                known.setdefault(name, _evaluate(body, known))
            except NotEvaluated:
                continue
        for name, body in _ENUM.findall(plain):
            if "drop_reason" in name:
                enums[name] = _enumerators(name, body, defined, known)
    return enums


def _enumerators(enum: str, body: str, defined: dict[str, Macro], known: dict[str, int]) -> dict[str, int]:
    """Evaluate the members of one enum; X-macros are expanded with the macro defined for them in its body."""
    local = {**defined, **macros(body)}
    conditional = re.search(r"^[ \t]*#[ \t]*(?:if|ifdef)\b", body, re.MULTILINE)
    if conditional:
        raise NotEvaluated(f"enum {enum} depends on the configuration of the kernel")
    members: dict[str, int] = {}
    value = -1
    for member in _members(without_directives(body), local):
        symbol, equals, expression = (part.strip() for part in member.partition("="))
        if not re.fullmatch(r"[A-Za-z_]\w*", symbol):
            raise NotEvaluated(f"enum {enum}: {symbol[:60]!r} is no enumerator")
        value = _evaluate(expression, known) if equals else value + 1
        if not 0 <= value <= _LARGEST:
            raise NotEvaluated(f"enum {enum}: {symbol} does not fit 32 bits")
        known[symbol] = members[symbol] = value
    return members


def _members(body: str, local: dict[str, Macro]) -> Iterator[str]:
    """Yield the members of an enum's body, lists of macros expanded (such as OVS_DROP_REASONS(ENUM))."""

    def expand(found: re.Match[str]) -> str:
        macro, argument = local.get(found[1]), found[2].strip()
        if macro is None:
            return found[0]
        if argument in local:
            items = re.findall(rf"\b{macro.parameters[0]}\((\w+)\)", macro.body)
            return "".join(_apply(local[argument], item) for item in items)
        return _apply(macro, argument)

    expanded = re.sub(r"\b([A-Z]\w+)\((\w+)\)", expand, body)
    for member in expanded.split(","):
        if member.strip():
            yield member


def _apply(macro: Macro, argument: str) -> str:
    """Expand a macro of one parameter, with token pasting."""
    body = re.sub(rf"\b{macro.parameters[0]}\b", argument, macro.body)
    return re.sub(r"\s*##\s*", "", body)


def _evaluate(expression: str, known: dict[str, int]) -> int:
    """Evaluate a constant expression of integers, known names, shifts and sums."""
    text = " ".join(_SUFFIX.sub(r"\1", _CAST.sub("", expression.replace("\\\n", " "))).split())
    if text in known:
        return known[text]
    if _NUMBER.fullmatch(text):
        return int(text, 16 if text[:2].lower() == "0x" else 10)
    left, shifted, right = text.partition(" << ")
    if shifted and left in known and right in known:
        return known[left] << min(known[right], 64)
    from dropreasons.c_expression import value_of  # noqa: PLC0415  most need no parser

    value = value_of(text, known)
    if value is None:
        raise NotEvaluated(f"cannot evaluate {text[:60]!r}")
    return value
