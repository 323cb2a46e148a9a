# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Puts the fields of every entry in the order of the model, and takes white space away that says nothing."""

import re
from typing import NamedTuple

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from dropreasons.edit.document import ORDER, Document, Edit, Entry, NotEditable
from dropreasons.edit.effect import reasons_of
from dropreasons.findings import Location

_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


class Tidied(NamedTuple):
    """A text in canonical form, and what stands otherwise in the text before: entries, and places of white space."""

    text: str
    moved: tuple[tuple[str, Location], ...]
    blank: tuple[Location, ...]


def tidy(document: Document) -> Tidied:
    """Return a file in canonical form; its entries say what they said.

    Raises:
        FindingsError: an entry is not of the form of a reason.
        NotEditable: the entries would not say the same afterwards, so nothing should be written.
    """
    before = reasons_of(document.text, document.name)
    moved = [entry for entry in document.entries.values() if list(entry.fields) != _order(entry)]
    blank = [*_trailing(document), *_surplus_lines(document)]
    if not document.ended:
        blank.append(Edit(len(document.text) - 1, len(document.text), ""))
    tidied = _with(document, [_in_order(document, entry) for entry in moved])
    tidied = _with(tidied, _trailing(tidied))
    tidied = _with(tidied, _surplus_lines(tidied))
    # A change of the order of the entries themselves would be seen as well: lists compare in order.
    if tidied is not document and list(reasons_of(tidied.text, document.name).items()) != list(before.items()):
        raise NotEditable(f"{document.name}: putting it in order would change what it says; nothing was written")
    return Tidied(
        tidied.text,
        tuple((entry.name.value, document.place(entry.name.start_mark.index)) for entry in moved),
        tuple(document.place(edit.start) for edit in sorted(blank)),
    )


def _with(document: Document, edits: list[Edit]) -> Document:
    """Return a document after some edits."""
    return Document(document.edited(edits), document.name) if edits else document


def _order(entry: Entry) -> list[str]:
    """Return the fields of an entry in the canonical order."""
    return sorted(entry.fields, key=ORDER.index)


def _in_order(document: Document, entry: Entry) -> Edit:
    """Return the edit that puts the fields of an entry in order, each with its comments."""
    fields = list(entry.fields.values())
    lines = [document.text[entry.fields[name].start : entry.fields[name].end] for name in _order(entry)]
    return Edit(fields[0].start, fields[-1].end, "".join(lines))


def _trailing(document: Document) -> list[Edit]:
    """Return the edits that take white space from the ends of lines; in a block of text it may be meant."""
    texts = [span for entry in document.entries.values() for span in _blocks(document, entry)]
    found = [match.span() for match in _TRAILING.finditer(document.text)]
    return [Edit(start, end, "") for start, end in found if not any(a <= start < b for a, b in texts)]


def _blocks(document: Document, entry: Entry) -> list[tuple[int, int]]:
    """Return where the texts of an entry stand whose line ends belong to them."""
    nodes: list[Node] = [field.value for field in entry.fields.values()]
    spans = []
    for node in nodes:
        if isinstance(node, MappingNode):
            nodes += (value for _, value in node.value)
        elif isinstance(node, CollectionNode):
            nodes += node.value
        elif isinstance(node, ScalarNode) and node.style in {"|", ">"}:
            start, end = node.start_mark.index, node.end_mark.index
            # The line of the sign itself is none of the text, and neither are blank lines behind the last word.
            first = document.text.index("\n", start)
            spans.append((first, start + len(document.text[start:end].rstrip())))
    return spans


def _surplus_lines(document: Document) -> list[Edit]:
    """Return the edits that leave at most one blank line behind an entry, and none at the end of the file."""
    edits = []
    for entry in document.entries.values():
        start = list(entry.fields.values())[-1].end
        for blank in re.finditer(r"\n{2,}", document.text[start - 1 : entry.end]):
            last = start - 1 + blank.end() == len(document.text)
            keep = 1 if last else 2
            if blank.end() - blank.start() > keep:
                edits.append(Edit(start - 1 + blank.start() + keep, start - 1 + blank.end(), ""))
    return edits
