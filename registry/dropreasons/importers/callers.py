# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds the functions of a kernel tree that raise a reason, and how the reason reaches the free."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from dropreasons.c_source import Macro, bare, macros, without_directives
from dropreasons.importers.c_functions import Function, functions_of
from dropreasons.importers.c_statements import Use, classify

# A macro that pastes the name of a reason together: SKB_DR(X), and FQDR(BAND_LIMIT) in net/sched/sch_fq.c.
_PASTE = re.compile(r"\b([A-Z][A-Z0-9_]*_)##\s*(\w+)")
_NOT_RAISED = {"comparison", "name"}


class Site(NamedTuple):
    """A place in a tree where a function raises a reason.

    `how` says how the reason reaches the free (argument, assignment, return, initialiser, table); `via` names
    the call or macro it is handed to; `condition` is the preprocessor condition the place stands under.
    """

    reason: str
    function: str
    file: str
    line: int
    how: str
    via: str
    condition: str


class Tokens:
    """What stands for a reason in one tree: its enumerators, and the macros that paste them."""

    def __init__(self, symbols: Collection[str], spellings: Mapping[str, str] | None = None) -> None:
        self.symbols = frozenset(symbols)
        #: Other enumerators that have the value of a reason.
        self.spellings = dict(spellings or {})
        #: Which argument of a macro names a reason, and the prefix it is pasted to.
        self.pasting: dict[str, tuple[int, str]] = {}
        #: Macros that stand for one reason, such as SKB_DR(name), which declares a variable as NOT_SPECIFIED.
        self.fixed: dict[str, str] = {}
        self._pattern = self._compile()

    def learn(self, defined: Mapping[str, Macro]) -> "Tokens":
        """Return these tokens and the pasting macros among some definitions, those that call others included."""
        found = dict(self.pasting)
        for _ in range(4):  # a macro may call one that calls one
            for name, macro in defined.items():
                paste = _pasted(macro, found, self.symbols)
                if paste is not None:
                    found[name] = paste
        if found == self.pasting:
            return self
        learnt = Tokens(self.symbols, self.spellings)
        learnt.pasting = found
        learnt.fixed = self.fixed | {
            name: symbol
            for name, macro in defined.items()
            if name not in found and (symbol := _constant(macro, found, self.symbols))
        }
        learnt._pattern = learnt._compile()
        return learnt

    def _compile(self) -> re.Pattern[str]:
        """Match every word that begins like a token: a set is asked then, which is quicker than 200 alternatives."""
        beginnings = {symbol.partition("_")[0] + "_" for symbol in self.symbols}
        beginnings |= {*self.pasting, *self.fixed}
        return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, beginnings)))})\w*")

    def uses(self, text: str) -> Iterator[tuple[str, int, str]]:
        """Yield the enumerator, position and macro of every use of a reason in a text."""
        for found in self._pattern.finditer(text):
            word = found[0]
            if word in self.symbols or word in self.spellings:
                yield self.spellings.get(word, word), found.start(), ""
            if word in self.fixed and text[found.end() : found.end() + 1] == "(":
                yield self.fixed[word], found.start(), word
            if word not in self.pasting:
                continue
            index, prefix = self.pasting[word]
            arguments = _arguments(text, found.end())
            if len(arguments) > index and prefix + arguments[index] in self.symbols:
                yield prefix + arguments[index], found.start(), word


def _pasted(macro: Macro, pasting: Mapping[str, tuple[int, str]], symbols: Collection[str]) -> tuple[int, str] | None:
    """Return which parameter of a macro names a reason, and the prefix it is pasted to."""
    for prefix, parameter in _PASTE.findall(macro.body):
        if parameter in macro.parameters and any(symbol.startswith(prefix) for symbol in symbols):
            return macro.parameters.index(parameter), prefix
    for name, (index, prefix) in pasting.items():
        for called in re.finditer(rf"\b{name}(?=\()", macro.body):
            arguments = _arguments(macro.body, called.end())
            if len(arguments) > index and arguments[index] in macro.parameters:
                return macro.parameters.index(arguments[index]), prefix
    return None


def _constant(macro: Macro, pasting: Mapping[str, tuple[int, str]], symbols: Collection[str]) -> str | None:
    """Return the one reason a macro hands to a pasting macro by name."""
    for name, (index, prefix) in pasting.items():
        for called in re.finditer(rf"\b{name}(?=\()", macro.body):
            arguments = _arguments(macro.body, called.end())
            if len(arguments) > index and prefix + arguments[index] in symbols:
                return prefix + arguments[index]
    return None


def _arguments(text: str, at: int) -> list[str]:
    """Return the arguments of a call whose opening bracket stands at a position."""
    while at < len(text) and text[at].isspace():
        at += 1
    if text[at : at + 1] != "(":
        return []
    depth, start, found = 0, at + 1, []
    for index in range(at, min(len(text), at + 2000)):
        character = text[index]
        depth += (character == "(") - (character == ")")
        if (character == "," and depth == 1) or (character == ")" and depth == 0):
            found.append(text[start:index].strip())
            start = index + 1
        if depth == 0:
            return found
    return []


def callers_in(text: str, file: str, tokens: Tokens, shadowed: Collection[str] = ()) -> tuple[list[Site], list[str]]:
    """Return the sites of one file, and what of it could not be understood.

    Args:
        text: the file.
        file: its path in the tree.
        tokens: what stands for a reason in this tree; macros of the file itself are learnt here.
        shadowed: names that are something else here (6lowpan has an RX_DROP_UNUSABLE of its own).
    """
    plain = bare(text)
    if "##" in plain:
        tokens = tokens.learn(macros(plain))
    code = without_directives(plain)
    functions = functions_of(code)
    starts = [function.start for function in functions]
    lines = _line_starts(plain)
    sites, unclear = [], []
    conditions = _Conditions(plain, lines)
    for symbol, at, macro in tokens.uses(code):
        if symbol in shadowed:
            continue
        index = bisect_right(starts, at) - 1
        holder: Function | None = functions[index] if index >= 0 and at < functions[index].end else None
        line = bisect_right(lines, at)
        use: Use = classify(code, at, holder.start if holder else None, macro)
        if use.how in _NOT_RAISED:
            continue
        if holder is None:
            if use.how == "table":
                sites.append(Site(symbol, use.via, file, line, use.how, "", conditions.at(line)))
            elif use.how != "declaration":
                unclear.append(f"{file}:{line}: {symbol} stands outside every function")
            continue
        sites.append(Site(symbol, holder.name, file, line, use.how, use.via, conditions.at(line)))
    return sites, unclear


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


class _Conditions:
    """Which preprocessor conditions each line stands under."""

    _LINE = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b(.*)$", re.MULTILINE)

    def __init__(self, text: str, lines: list[int]) -> None:
        self._lines: list[int] = [0]
        self._stacks: list[tuple[str, ...]] = [()]
        stack: list[str] = []
        for found in self._LINE.finditer(text):
            word, rest = found[1], " ".join(found[2].split())
            if word in {"if", "ifdef", "ifndef"}:
                stack.append({"if": "", "ifdef": "", "ifndef": "!"}[word] + rest)
            elif stack and word in {"elif", "else"}:
                stack[-1] = f"!({stack[-1]})" + (f" && {rest}" if rest else "")
            elif stack:
                stack.pop()
            self._lines.append(bisect_right(lines, found.start()))
            self._stacks.append(tuple(stack))

    def at(self, line: int) -> str:
        """Return the conditions of a line, without a header's own guard."""
        stack = self._stacks[bisect_right(self._lines, line) - 1]
        return " && ".join(part for part in stack if not re.fullmatch(r"!_*[A-Z0-9_]+_H_*", part))
