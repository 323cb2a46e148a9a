# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Gives an entry another name: the old one stays as an alias, and whatever points to the entry follows."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dropreasons.catalogue import Catalogue
from dropreasons.edit.document import Document, Edit, Entry, NotEditable, flow_text
from dropreasons.model.reason import Reason
from dropreasons.rules import Context
from dropreasons.rules.names import well_formed_name
from dropreasons.source import parse


class Renamed(NamedTuple):
    """A text with an entry under its new name: the entries that follow it, and lines that still say the old name."""

    text: str
    followed: tuple[str, ...]
    mentions: tuple[int, ...]


def rename(document: Document, catalogue: Catalogue, old: str, new: str, note: str) -> Renamed:
    """Return a file in which the entry of one name has another.

    A name that the entry had before, and keeps as an alias, may be taken back; the alias then changes places with it.

    Raises:
        NotEditable: there is no such entry, or the new name is malformed or taken.
    """
    known(catalogue, old)
    former = _refuse(catalogue, old, new)
    entry = document.entries[old]
    edits = [document.replace_word(entry.name, old, new)]
    edits += _swap_alias(document, entry, new, old, note) if former else [_add_alias(document, entry, old, note)]
    followed = []
    for other in document.entries.values():
        pointers = list(_pointers(other, old, new, document))
        edits += (document.replace_word(node, old, new) for node in pointers)
        followed += [other.name.value] if pointers else []
    text = document.edited(edits)
    return Renamed(text, tuple(followed), tuple(_mentions(text, old)))


def known(catalogue: Catalogue, name: str) -> Reason:
    """Return an entry, or say which name was probably meant."""
    if name in catalogue.reasons:
        return catalogue.reasons[name]
    owner = _aliases(catalogue.reasons).get(name.upper())
    near = get_close_matches(name.upper(), catalogue.reasons, 1)
    hint = f"; it is an alias of {owner}" if owner else f"; did you mean {near[0]}?" if near else ""
    raise NotEditable(f"{name} has no entry{hint}")


def _refuse(catalogue: Catalogue, old: str, new: str) -> bool:
    """Refuse a new name that cannot be given; tell whether it is a former name of the same entry."""
    entry = catalogue.reasons[old]
    for _, _, message in well_formed_name.check(Context(catalogue._replace(reasons={new: entry}))):
        raise NotEditable(f"{well_formed_name.id}: {message}")
    if parse(f"[{new}]", new) != [new]:
        raise NotEditable(f"{new} is no text in YAML; take another name")
    if new in catalogue.reasons:
        raise NotEditable(f"{new} has an entry already")
    owner = _aliases(catalogue.reasons).get(new)
    former = owner == old and any(alias.name == new and alias.kind == "renamed" for alias in entry.aliases)
    if owner and not former:
        raise NotEditable(f"{new} is an alias of {owner} already; take it out there first")
    return former


def _aliases(reasons: dict[str, Reason]) -> dict[str, str]:
    """Return which entry an alias belongs to; a look-up does not tell upper from lower case."""
    return {alias.name.upper(): name for name, entry in reasons.items() for alias in entry.aliases}


def _add_alias(document: Document, entry: Entry, old: str, note: str) -> Edit:
    """Return the edit that adds the old name to the aliases, in the style they are written in."""
    row = f"{{name: {old}, kind: renamed, note: {flow_text(note)}}}"
    aliases = entry.fields.get("aliases")
    if aliases is None:
        return document.insert_field(entry, "aliases", f"{entry.indent}aliases:\n{entry.indent}  - {row}\n")
    rows = aliases.value
    assert isinstance(rows, SequenceNode)
    if rows.flow_style:
        at = rows.value[-1].end_mark.index if rows.value else rows.end_mark.index - 1
        return Edit(at, at, f", {row}" if rows.value else row)
    at = document.end_of(aliases)
    return Edit(at, at, f"{' ' * rows.start_mark.column}- {row}\n")


def _swap_alias(document: Document, entry: Entry, former: str, old: str, note: str) -> list[Edit]:
    """Return the edits that put the old name, and its note, in the place of an alias that becomes the name."""
    row = next(row for row in _items(entry.fields["aliases"].value) if _part(row, "name").value.strip() == former)
    said = _part(row, "note")
    start, end = said.start_mark.index, said.end_mark.index
    ending = "\n" if document.text[start:end].endswith("\n") else ""
    return [document.replace_word(_part(row, "name"), former, old), Edit(start, end, flow_text(note) + ending)]


def _pointers(entry: Entry, old: str, new: str, document: Document) -> Iterator[Node]:
    """Yield the values of an entry that name another entry by its old name."""
    lists = [entry.fields["related"].value] if "related" in entry.fields else []
    if "after" in entry.fields and entry.fields["after"].value.value.strip() == old:
        yield entry.fields["after"].value
    if "replaced_by" in entry.fields:
        lists += [value for key, value in entry.fields["replaced_by"].value.value if key.value == "names"]
    for names in lists:
        found = [item for item in _items(names) if item.value.strip() == old]
        if found and any(item.value.strip() == new for item in _items(names)):
            place = document.place(found[0].start_mark.index)
            raise NotEditable(f"{place}: {entry.name.value} names both {old} and {new} here; take one out first")
        yield from found


def _mentions(text: str, old: str) -> Iterator[int]:
    """Yield the lines that still have the old name, other than as the alias."""
    alias = re.compile(rf"\bname: *['\"]?{re.escape(old)}\b")
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(rf"\b{re.escape(old)}\b", alias.sub("", line)):
            yield number


def _items(node: Node) -> list[Node]:
    assert isinstance(node, SequenceNode)
    return list(node.value)


def _part(node: Node, name: str) -> ScalarNode:
    assert isinstance(node, MappingNode)
    part = next(value for key, value in node.value if key.value == name)
    assert isinstance(part, ScalarNode)
    return part
