# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads a file of entries as text whose parts are known by their places, so that an edit leaves the rest alone.

The round trip of ruamel.yaml is no way to do it: it writes a tenth of the lines of reasons.yaml anew.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from dropreasons.findings import Location
from dropreasons.model.reason import Reason
from dropreasons.source import parse, read_source

#: The fields of an entry in the order in which the model, and so the file, has them.
ORDER = tuple(field.alias or name for name, field in Reason.model_fields.items())

_PLAIN = re.compile(r"[A-Za-z](?:[\w()./+@<>=;-]| (?! ))*", re.ASCII)


class NotEditable(ValueError):
    """A file, or an edit of it, that cannot be handled; the message says where and why."""


class Edit(NamedTuple):
    """The characters from `start` up to `end` give way to a text."""

    start: int
    end: int
    text: str


class Field(NamedTuple):
    """A field of an entry: its lines, with the comments that belong to it, and its value."""

    name: str
    start: int
    end: int
    value: Node


class Entry(NamedTuple):
    """An entry: its name, its fields as they stand, and where its lines end."""

    name: ScalarNode
    fields: dict[str, Field]
    indent: str
    end: int


class Document:
    """A file of entries: its text, and where each part of it stands.

    Attributes:
        name: what to call it in messages.
        ended: whether its last line has an end; `text` adds a missing one.
        text: what it says.
        entries: its entries by name, in their order.

    Raises:
        NotEditable: it is written in a way that an edit by places cannot handle.
    """

    def __init__(self, text: str, name: str) -> None:
        if "\r" in text or text.startswith("\ufeff"):
            raise NotEditable(f"{name}: has carriage returns or a byte order mark; write it with plain line ends")
        self.name = name
        self.ended = text.endswith("\n")
        self.text = text if self.ended else f"{text}\n"
        root = YAML(typ="safe", pure=False).compose(self.text)
        if not isinstance(root, MappingNode) or root.flow_style:
            raise NotEditable(f"{name}: is not a list of entries, each under its name")
        starts = [self._line_start(key) for key, _ in root.value]
        ends = [*starts[1:], len(self.text)]
        self.entries = {
            key.value: self._entry(key, value, end) for (key, value), end in zip(root.value, ends, strict=True)
        }

    def place(self, index: int) -> Location:
        """Return the place of a character as messages give it."""
        line_start = self.text.rfind("\n", 0, index) + 1
        return Location(self.name, self.text.count("\n", 0, index) + 1, index - line_start + 1)

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the text after some edits, whose places all refer to the text before."""
        text = self.text
        for edit in sorted(edits, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text

    def replace_word(self, node: Node, old: str, new: str) -> Edit:
        """Return the edit of a value that is one word; its quotes and style stay."""
        start, end = node.start_mark.index, node.end_mark.index
        text = self.text[start:end]
        if old not in text:
            raise NotEditable(f"{self.place(start)}: {old} is written with escapes here; write it plainly")
        return Edit(start, end, text.replace(old, new, 1))

    def insert_field(self, entry: Entry, name: str, lines: str) -> Edit:
        """Return the edit that puts a new field behind the nearest one that goes before it in the canonical order."""
        nearest = max((ORDER.index(field), field) for field in entry.fields if ORDER.index(field) < ORDER.index(name))
        at = self.end_of(entry.fields[nearest[1]])
        return Edit(at, at, lines)

    def end_of(self, field: Field) -> int:
        """Return where the lines of a field end, without blank ones behind it."""
        return self._without_blank_lines(field.start, field.end)

    def _entry(self, key: ScalarNode, value: Node, end: int) -> Entry:
        """Divide the lines of an entry among its fields."""
        if not isinstance(value, MappingNode) or value.flow_style or not value.value:
            raise NotEditable(f"{self.place(key.start_mark.index)}: {key.value} is not written one field a line")
        head = self._next_line(key.end_mark.index)
        column = value.value[0][0].start_mark.column
        tops = [self._line_start(k) for k, _ in value.value]
        # What stands deeper than the fields below the name stays there: behind another field it could become its text.
        starts = [self._border(head, tops[0], column)]
        for (_, before), top in zip(value.value, [*tops[1:], end], strict=True):
            starts.append(self._border(self._content_end(before), top, column))
        last = self._without_blank_lines(head, starts[-1])
        bounds = zip(starts, [*starts[1:-1], last], strict=False)
        fields = {k.value: Field(k.value, *bound, node) for (k, node), bound in zip(value.value, bounds, strict=True)}
        return Entry(key, fields, " " * column, end)

    def _line_start(self, key: Node) -> int:
        """Return where the line of a key begins; nothing else may stand before the key."""
        start = self.text.rfind("\n", 0, key.start_mark.index) + 1
        if self.text[start : key.start_mark.index].strip(" "):
            raise NotEditable(f"{self.place(start)}: write the key '{key.value}' alone at the head of its line")
        return start

    def _next_line(self, index: int) -> int:
        return self.text.index("\n", index) + 1

    def _content_end(self, node: Node) -> int:
        """Return where the last line of a value ends, without comments that follow it."""
        while isinstance(node, CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            node = last[1] if isinstance(last, tuple) else last
        start, end = node.start_mark.index, node.end_mark.index
        return self._next_line(start + len(self.text[start:end].rstrip()))

    def _border(self, index: int, end: int, column: int) -> int:
        """Return where the lines of a field end: comments as deep as the next key, or less deep, belong to that."""
        while index < end:
            following = self._next_line(index)
            line = self.text[index:following]
            if line.strip() and len(line) - len(line.lstrip()) <= column:
                break
            index = following
        return index

    def _without_blank_lines(self, start: int, end: int) -> int:
        """Return where some lines end if the blank ones at their end are left out."""
        return self._next_line(start + len(self.text[start:end].rstrip()))


def read_document(path: Path, name: str, *, checked: bool = False) -> Document:
    """Read a file of entries.

    Args:
        path: the file.
        name: what to call it in messages.
        checked: whether it was loaded as a catalogue just now, which finds all that is wrong with its YAML.

    Raises:
        FindingsError: it cannot be read, or is not the YAML that a catalogue may be.
        NotEditable: it is written in a way that an edit by places cannot handle.
    """
    if not checked:
        read_source(path, name)
    return Document(path.read_bytes().decode(), name)


def flow_text(text: str) -> str:
    """Return a text as a value inside braces: plain where YAML reads that back as the same text, else quoted."""
    if _PLAIN.fullmatch(text) and parse(f"[{text}]", "") == [text]:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
