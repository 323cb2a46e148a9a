# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds the pairs of number and name in a table of drop reasons, in whatever language it stands.

One method serves them all.  Brackets make groups; commas, semicolons and line ends part a group into items.
- An item with one number and one name is a pair: `5: "X"`, `"X": 5`, `X = 5;`, `[5] = "X"`, `case 5: return "X"`.
- A group with one number and one name is a pair: `{5, "X"}`, `{value: 5, label: "X"}`.
- An item that is a name alone counts on from the item before it: an enum without values, iota, an array.
Pairs that follow each other make a run.  A run counts if more than half of its names are reasons: other tables of the
same file fall out, and a wrong name within a table of reasons stays in.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from dropreasons.audit.spellings import Spellings
from dropreasons.audit.tokens import Places, Token, tokens
from dropreasons.lookup import LARGEST_VALUE

LARGEST_FILE = 4 << 20
#: A word such as XDP stands beside a number in many a file; fewer pairs are no table.
_FEWEST = 3
#: A shorter list of names without numbers is a choice of reasons, not a table.
_SHORTEST_LIST = 8
# Longer items and groups are no pairs; what is cut off keeps hostile text from being copied again and again.
_LONGEST_ITEM = 16
_MOST_FIELDS = 12
_DEEPEST = 100
_OPENING, _CLOSING, _PARTING = frozenset("([{"), frozenset(")]}"), frozenset(",;\n")
_OPERATIONS = ("+", "|", "<<")
_UNFINISHED = frozenset({"=", "=>", *_OPERATIONS})


class NoTable(ValueError):
    """A file in which no table of drop reasons is found."""


class Pair(NamedTuple):
    """A number and the name a table gives it; `entry` is None for a name that no kernel had.

    `counted` tells that the number does not stand there but follows from the place in a list.
    """

    number: int
    name: str
    entry: str | None
    line: int
    column: int
    counted: bool


class _Found(NamedTuple):
    number: int
    name: Token
    counted: bool = False


class _Group:
    """What stands between two brackets, as far as it was read."""

    def __init__(self) -> None:
        self.item: list[Token | _Found] = []
        self.fields: list[list[Token | _Found]] = []
        self.runs: list[list[_Found]] = [[]]
        self.ended = 0
        self.following = 0
        self.parted = False
        self.iota = False


def read_file(path: str, spellings: Spellings) -> list[Pair]:
    """Return the pairs of a file, in its order.

    Raises:
        NoTable: there are none, or the file is too large to be a table.
    """
    data = Path(path).read_bytes() if Path(path).stat().st_size <= LARGEST_FILE else None
    if data is None:
        raise NoTable(f"{path}: larger than {LARGEST_FILE >> 20} MiB; cut the table out and audit that")
    try:
        return read_table(data.decode(errors="replace"), spellings)
    except NoTable as error:
        raise NoTable(f"{path}: {error}") from error


def read_table(text: str, spellings: Spellings) -> list[Pair]:
    """Return the pairs of a text, in its order.

    Raises:
        NoTable: there are none.
    """
    runs = [run for run in _Reader(spellings).read(text) if _of_reasons(run, spellings)]
    numbered = [run for run in runs if not all(found.counted for found in run)]
    chosen = numbered or [run for run in runs if len(run) >= _SHORTEST_LIST]
    if sum(map(len, chosen)) < _FEWEST:
        raise NoTable("no table of drop reasons found; known are pairs such as `5: NAME`, `NAME = 5`, and lists")
    places = Places(text)
    pairs = []
    for found in sorted((found for run in chosen for found in run), key=lambda found: found.name.at):
        name = str(found.name.name)
        pairs.append(Pair(found.number, name, spellings.entry(name), *places.of(found.name.at), found.counted))
    return pairs


def _of_reasons(run: Iterable[_Found], spellings: Spellings) -> bool:
    """Tell whether more than half of the names of a run are reasons."""
    known = [spellings.means_a_reason(str(found.name.name)) for found in run]
    return sum(known) * 2 > len(known)


class _Reader:
    """Takes a text apart into groups and items, and keeps the runs of pairs."""

    def __init__(self, spellings: Spellings) -> None:
        self._spellings = spellings
        self._constants: dict[str, int] = {}
        self._open = [_Group()]
        self._runs: list[list[_Found]] = []

    def read(self, text: str) -> list[list[_Found]]:
        """Return every run of pairs, of reasons and of anything else."""
        for token in tokens(text):
            group = self._open[-1]
            if token.text in _OPENING and len(self._open) < _DEEPEST:
                self._open.append(_Group())
            elif token.text in _CLOSING:
                self._close()
            elif token.text not in _PARTING:
                group.item.append(token)
            elif token.text != "\n" or not _unfinished(group.item):
                group.parted = group.parted or token.text == ","
                self._end_item(group, listed=token.text == ",")
        while len(self._open) > 1:
            self._close()
        self._end_item(self._open[0], listed=False)
        return self._runs + self._open[0].runs

    def _end_item(self, group: _Group, *, listed: bool) -> None:
        """Take an item for a pair, for a place in a list, or for something else, which ends a run."""
        item, group.item = group.item[:_LONGEST_ITEM], []
        if not item:
            return
        group.ended += 1
        if len(group.fields) <= _MOST_FIELDS:
            group.fields.append(item)
        found = self._pairs(item, group)
        alone = item[0] if len(item) == 1 and isinstance(item[0], Token) else None
        if not found and alone is not None and (listed or group.iota):
            if alone.name not in {None, "_"} and group.following <= LARGEST_VALUE:
                found = [_Found(group.following, alone, counted=True)]
            group.following += 1
        elif found:
            group.following = found[-1].number + 1
        elif alone is None or alone.name is None:
            group.runs.append([])
        group.runs[-1] += [pair for pair in found if pair.name.name != "_"]

    def _pairs(self, item: list[Token | _Found], group: _Group) -> list[_Found]:
        """Return the pair an item is; several where a switch lists cases that share a name."""
        ready = [part for part in item if isinstance(part, _Found)]
        if ready:
            return ready[:1]
        parts = [part for part in item if isinstance(part, Token)]
        if any(part.text == "iota" for part in parts):
            group.iota = True
            self._constants["iota"] = group.ended - 1
        numbers = _numbers(parts, self._constants)
        name = self._name(parts)
        if name is None or not numbers or (len(numbers) > 1 and parts[0].text != "case"):
            return []
        if not name.quoted and not self._spellings.means_a_reason(name.text) and any(p.text == "=" for p in parts):
            self._constants[name.text] = numbers[0]
        return [_Found(number, name) for number in numbers]

    def _name(self, parts: Iterable[Token]) -> Token | None:
        """Choose the name of an item: what is known before what is not, quoted before not, None if that is unclear."""
        named = [part for part in parts if part.name is not None and part.text not in self._constants]
        known = [part for part in named if self._spellings.means_a_reason(str(part.name))]
        for chosen in ([p for p in known if p.quoted], known, [p for p in named if p.quoted]):
            if chosen:
                return chosen[0] if self._one_thing(chosen) else None
        return named[-1] if named else None

    def _one_thing(self, names: Iterable[Token]) -> bool:
        """Tell whether names are spellings of one reason."""
        return len({self._spellings.entry(str(name.name)) or name.name for name in names}) == 1

    def _close(self) -> None:
        """Close the innermost group: it is a pair itself, or hands what it holds to the item outside."""
        if len(self._open) == 1:
            self._end_item(self._open[0], listed=False)
            return
        group = self._open.pop()
        self._end_item(group, listed=group.parted)
        outside = self._open[-1].item
        numbers, names = self._fields(group.fields)
        if len(group.fields) > 1 and len(numbers) == 1 and len(names) == 1:
            outside.append(_Found(numbers[0], names[0]))
            return
        self._runs += [run for run in group.runs if run]
        if len(group.fields) == 1 and not group.runs[0]:
            values = _numbers([part for part in group.fields[0] if isinstance(part, Token)], self._constants)
            outside += [Token("", 0, values[0])] if len(values) == 1 else group.fields[0]
        elif len(numbers) + len(names) == 1 and outside and outside[-1][0] in {":", "=", "=>"}:
            outside += [*names, *(Token("", 0, number) for number in numbers)]
        else:
            outside.append(Token("", 0))

    def _fields(self, fields: list[list[Token | _Found]]) -> tuple[list[int], list[Token]]:
        """Return the distinct numbers and the names that a group has as fields, nothing for a longer group."""
        if len(fields) > _MOST_FIELDS:
            return [], []
        numbers: dict[int, bool] = {}
        names: dict[bool, list[Token]] = {True: [], False: []}
        for field in fields:
            parts = [part for part in field if isinstance(part, Token)]
            known = [part for part in parts if part.name and self._spellings.means_a_reason(part.name)]
            found = _numbers(parts, self._constants)
            if known and not found:
                names[len(field) > 1].append(known[-1])
            elif found and not known:
                numbers.update(dict.fromkeys(found, len(field) > 1))
        # Either both have a key before them or neither: `{A = 1, NO_SOCKET}` is the start of an enum.
        fitting = names[any(numbers.values())] if numbers else names[True] + names[False]
        if not fitting and len(fields) == 2:
            fitting = [p for field in fields for p in field[-1:] if isinstance(p, Token) and p.quoted and p.name]
        return list(numbers), fitting[:1] if self._one_thing(fitting) else fitting


def _unfinished(item: list[Token | _Found]) -> bool:
    """Tell whether an item goes on in the next line."""
    if not item or not isinstance(item[-1], Token):
        return False
    begins_case = isinstance(item[0], Token) and item[0].text == "case"
    return item[-1].text in _UNFINISHED or (begins_case and item[-1].text == ":")


def _numbers(parts: list[Token], constants: Mapping[str, int]) -> list[int]:
    """Return the values of an item: numbers and constants, joined by + | << from left to right."""
    values: list[int] = []
    operator = ""
    joined = False
    for index, part in enumerate(parts):
        defined = index + 1 < len(parts) and parts[index + 1].text == "="
        value = part.number if part.number is not None or defined else constants.get(part.text)
        if value is None:
            operator, joined = (part.text if joined else ""), False
            continue
        if operator in _OPERATIONS and values:
            values[-1] = _operate(operator, values[-1], value)
        else:
            values.append(value)
        operator, joined = "", True
    return values


def _operate(operator: str, left: int, right: int) -> int:
    """Return what an operator makes of two numbers, within 32 bits."""
    if operator == "<<":
        return (left << min(right, 32)) & LARGEST_VALUE
    return (left + right if operator == "+" else left | right) & LARGEST_VALUE
