# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds the functions of a kernel source file by the braces that stand in the first column."""

import re
from typing import NamedTuple

_CLOSE = re.compile(r"^\}", re.MULTILINE)
_OPEN = re.compile(r"^\{", re.MULTILINE)
# A head may also end in a brace on its own line: "int f(void) {", which kernel style forbids and some files have.
_OPEN_AT_END = re.compile(
    r"^(?![ \t}#]|struct\b|enum\b|union\b|typedef\b|extern\b)[^\n;={}]*\([^;={}]*\)[ \t]*\{[ \t]*$", re.MULTILINE
)
_WORD = re.compile(r"[A-Za-z_]\w*")
# Macros whose first argument is the name of the function they define.
_DEFINING = re.compile(r"(?:COMPAT_)?SYSCALL_DEFINE\d|BPF_CALL_\d|BPF_PROG|DEFINE_\w+|TRACE_EVENT\w*|PF_\w+_DEFINE")
# What may follow the parameters of a function without being its name.
_ANNOTATION = re.compile(
    r"__(?:acquires|releases|must_hold|attribute__|printf|scanf|cond_acquires|cond_lock|bpf_\w+)\w*"
)


class Function(NamedTuple):
    """A function and the part of the file it takes up, its head included."""

    name: str
    start: int
    end: int


def functions_of(code: str) -> list[Function]:
    """Return the functions of some code in which comments, strings and preprocessor lines are blanked."""
    # Each opening brace, and where its head can begin at the earliest.
    opens = [(found.start(), 0) for found in _OPEN.finditer(code)]
    opens += [(found.start() + found[0].rindex("{"), found.start()) for found in _OPEN_AT_END.finditer(code)]
    functions = []
    at = 0
    for brace, earliest in sorted(opens):
        if brace < at:
            continue
        end = _body_end(code, brace)
        start = max(earliest, _head_start(code, brace, at))
        name = _name(code[start:brace])
        if name:
            functions.append(Function(name, start, end))
        at = end
    return functions


def _body_end(code: str, brace: int) -> int:
    """Return where the body that opens at a brace ends: on its own line, or at the next brace in column 0."""
    line_end = code.find("\n", brace)
    line = code[brace : line_end if line_end >= 0 else len(code)]
    if line.count("{") == line.count("}"):
        return brace + line.rindex("}") + 1
    closed = _CLOSE.search(code, brace + 1)
    return closed.end() if closed else len(code)


def _head_start(code: str, brace: int, at: int) -> int:
    """Return where the head of a function begins: after the last thing that ended before it."""
    # A K&R head has semicolons inside; only one in the first columns of a declaration before the name ends a head.
    head = code[at:brace]
    cut = 0
    for found in re.finditer(r"[;}]", head):
        rest = head[found.end() :]
        if "(" in rest:
            cut = found.end()
    return at + cut


def _name(head: str) -> str:
    """Return the name of the function a head declares, empty if it declares none."""
    if re.search(r"=\s*$", head):
        return ""
    candidates = []
    depth = 0
    for index, character in enumerate(head):
        if character == "(":
            if depth == 0:
                word = re.search(r"([A-Za-z_]\w*)\s*$", head[:index])
                if word:
                    candidates.append((word[1], index))
            depth += 1
        elif character == ")":
            depth -= 1
    for name, index in reversed(candidates):
        if _ANNOTATION.fullmatch(name):
            continue
        if _DEFINING.fullmatch(name):
            first = _WORD.search(head, index + 1)
            return first[0] if first else ""
        return name
    return ""
