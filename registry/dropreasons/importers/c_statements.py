# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says how a statement uses a reason: handed to a call, assigned, returned, put in a table, or merely compared."""

import re
from typing import NamedTuple

_LONGEST_STATEMENT = 4000
_COMPARED_BEFORE = re.compile(r"(?:[=!]=|[<>]=?|\bcase)\s*\(?\s*$")
_COMPARED_AFTER = re.compile(r"\s*\)?\s*(?:[=!]=|[<>](?!<)=?|\.\.\.)")
_LAST_WORD = re.compile(r"([A-Za-z_]\w*)\s*$")
_CONDITIONS = {"if", "while", "switch", "for", "likely", "unlikely", "WARN_ON", "WARN_ON_ONCE", "BUG_ON"}
_HOW_OF_MACROS = {
    "SKB_DR_SET": "assignment",
    "SKB_DR_OR": "assignment",
    "SKB_DR_INIT": "initialiser",
    "SKB_DR": "initialiser",
}
_ASSIGNED = re.compile(r"(?<![=!<>])=(?!=)")
_DECLARED = re.compile(
    r"^\s*(?:static\s+|const\s+)*(?:enum\s+\w+|struct\s+\w+|unsigned(?:\s+int)?|int|u32|u16|u8|\w+_t|\w+_result)\s+\**\w+"
)
_TABLE_NAME = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*=\s*\{")
_ENUM = re.compile(r"\benum\b[^;{]*$")


class Use(NamedTuple):
    """How a place uses a reason, and the call, macro or table it is handed to."""

    how: str
    via: str


def classify(code: str, at: int, function_start: int | None, macro: str) -> Use:
    """Classify the use of a reason at a position.

    Returns:
        how is argument, assignment, return, initialiser, macro, table; or comparison, name, declaration, which
        raise nothing.
    """
    floor = max(at - _LONGEST_STATEMENT, function_start or 0)
    before, after = code[_statement_start(code, at, floor) : at], code[_end_of_use(code, at) : at + 400]
    if _COMPARED_BEFORE.search(before) or _COMPARED_AFTER.match(after):
        return Use("comparison", "")
    if function_start is None:
        return _outside(code, at)
    if macro in _HOW_OF_MACROS:
        return Use(_HOW_OF_MACROS[macro], macro)
    call = _enclosing(before)
    if call in _CONDITIONS:
        return _inside_condition(before)
    return Use("argument", call) if call else Use(_plain(before).how, macro)


def _plain(before: str) -> Use:
    """Classify a use that is handed to no call."""
    text = before.lstrip()
    if re.search(r"\breturn\b", before):
        return Use("return", "")
    if _ASSIGNED.search(before):
        brace = before.rfind("{")
        if brace >= 0 and _TABLE_NAME.search(before[: brace + 1]):
            return Use("table", "")
        return Use("initialiser" if _DECLARED.match(text) else "assignment", "")
    if re.search(r"\[[^\]]*$", before):
        return Use("name", "")
    return Use("table" if "{" in before or before.strip() in {"", ","} else "expression", "")


def _inside_condition(before: str) -> Use:
    """Classify a use in the brackets of an if: compared, or assigned on the way."""
    inner = before[before.rfind("(") + 1 :]
    return Use("assignment", "") if _ASSIGNED.search(inner) else Use("comparison", "")


def _outside(code: str, at: int) -> Use:
    """Classify a use outside every function: a table that maps a code, a list of names, an enum, a declaration."""
    opened = code.rfind("{", 0, at)
    closed = code.rfind("}", 0, at)
    while opened >= 0 and closed > opened:
        opened, closed = code.rfind("{", 0, opened), code.rfind("}", 0, opened)
    head = code[max(0, opened - 300) : opened + 1]
    if opened < 0 or _ENUM.search(head[:-1]):
        return Use("declaration", "")
    if re.search(r"\[\s*$", code[:at][-40:]):
        return Use("name", "")
    table = _TABLE_NAME.findall(code[max(0, opened - 2000) : opened + 1])
    return Use("table", table[-1]) if table else Use("declaration", "")


def _statement_start(code: str, at: int, floor: int) -> int:
    """Return where the statement around a position begins."""
    depth = 0
    for index in range(at - 1, floor, -1):
        character = code[index]
        if character == ")":
            depth += 1
        elif character == "(":
            depth -= depth > 0
        elif (
            (character in ";}" and depth == 0)
            or (character == "{" and depth == 0 and not re.search(r"=\s*$", code[max(floor, index - 20) : index]))
            or (character == ":" and depth == 0 and _is_label(code, index, floor))
        ):
            return index + 1
    return floor


def _is_label(code: str, at: int, floor: int) -> bool:
    """Tell whether a colon ends a label or a case, rather than standing in a conditional expression."""
    begin = max(floor, code.rfind("\n", floor, at) + 1)
    line = code[begin:at]
    if re.fullmatch(r"\s*(?:case\b[^?]*|default\s*)", line):
        return True
    # The middle of a conditional expression may stand on a line of its own, like a label.
    return bool(re.fullmatch(r"\s*\w+\s*", line)) and code[floor:begin].rstrip()[-1:] in set(";{}:")


def _end_of_use(code: str, at: int) -> int:
    found = re.compile(r"\w+").match(code, at)
    return found.end() if found else at


def _enclosing(before: str) -> str:
    """Return the word before the innermost bracket that is still open, empty if none is."""
    depth = 0
    for index in range(len(before) - 1, -1, -1):
        if before[index] == ")":
            depth += 1
        elif before[index] == "(":
            if depth:
                depth -= 1
                continue
            word = _LAST_WORD.search(before[:index])
            if word and word[1] not in {"return", "sizeof"}:
                return word[1]
    return ""
