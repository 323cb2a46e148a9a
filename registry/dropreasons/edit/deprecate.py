# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Marks the entry of a name that left the kernel, and says what took its place."""

from collections.abc import Sequence

from dropreasons.edit.document import Document, Edit, NotEditable, flow_text

KINDS = ("renamed_to", "split_into", "merged_into", "moved_to", "none")


def deprecate(document: Document, name: str, kind: str, names: Sequence[str], note: str | None) -> str:
    """Return a file in which an entry is marked as removed, and names its successors.

    Raises:
        NotEditable: the entry has a successor already, or the kind and the number of successors contradict each other.
    """
    entry = document.entries[name]
    _refuse(name, kind, names)
    if "replaced_by" in entry.fields:
        place = document.place(entry.fields["replaced_by"].start)
        raise NotEditable(f"{place}: {name} says already what replaced it; change it there")
    parts = [f"kind: {kind}", f"names: [{', '.join(names)}]", *([f"note: {flow_text(note)}"] if note else [])]
    successor = f"{entry.indent}replaced_by: {{{', '.join(parts)}}}\n"
    if "status" not in entry.fields:
        status = f"{entry.indent}status: removed\n"
        if "after" not in entry.fields:
            return document.edited([document.insert_field(entry, "status", status + successor)])
        return document.edited(
            [document.insert_field(entry, "status", status), document.insert_field(entry, "replaced_by", successor)]
        )
    stated = entry.fields["status"].value
    edits: list[Edit] = [] if stated.value == "removed" else [document.replace_word(stated, stated.value, "removed")]
    return document.edited([*edits, document.insert_field(entry, "replaced_by", successor)])


def _refuse(name: str, kind: str, names: Sequence[str]) -> None:
    """Refuse successors that do not fit their kind."""
    if kind == "none" and names:
        raise NotEditable(f"kind none says that nothing replaced {name}; leave out {', '.join(names)}")
    if kind != "none" and not names:
        raise NotEditable(f"say with --replaced-by what {name} is {kind.replace('_', ' ')}")
    if kind == "renamed_to" and len(names) > 1:
        raise NotEditable(f"{name} can be renamed to one name only; see split_into")
    if len(set(names)) < len(names) or name in names:
        raise NotEditable(f"the successors of {name} are other names than it, each given once")
