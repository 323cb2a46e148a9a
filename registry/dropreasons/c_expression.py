# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Evaluates the constant expressions of C enums, with Python's own parser: integers, names, shifts and sums."""

import ast
from collections.abc import Callable, Mapping

_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.LShift: lambda a, b: a << min(b, 64),
    ast.BitOr: lambda a, b: a | b,
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
}


def value_of(expression: str, known: Mapping[str, int]) -> int | None:
    """Return the value of an expression, None if it has more in it than these."""
    try:
        return _value(ast.parse(expression, mode="eval").body, known)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr, known: Mapping[str, int]) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left, known), _value(node.right, known))
    raise ValueError(ast.dump(node)[:60])
