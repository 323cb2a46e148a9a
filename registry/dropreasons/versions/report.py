# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Tells changes: as text, Markdown, annotations for GitHub, or JSON."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from dropreasons.versions.bump import needed
from dropreasons.versions.changes import CLASSES, Change

_LONGEST = 60
_TITLES = {
    "NAME": "Names", "SYMBOL": "C symbols", "WIRE": "Numbers", "MEANING": "Meaning", "PROSE": "Texts",
}  # fmt: skip


def as_text(changes: Sequence[Change]) -> str:
    """Return one line for each change, and the bump that they need."""
    lines = [f"{c.fingerprint} {c.change_class:<7} {'BREAKS ' if c.breaks else ''}{_told(c)}" for c in changes]
    return "\n".join([*lines, f"{len(changes)} changes; they need a bump of: {needed(changes)}"]) + "\n"


def as_markdown(changes: Sequence[Change]) -> str:
    """Return a section for each class of change."""
    parts = []
    for change_class in CLASSES:
        members = [change for change in changes if change.change_class == change_class]
        if members:
            lines = [f"- {'**Breaks.** ' if c.breaks else ''}{_escaped(_told(c))}" for c in members]
            parts.append(f"### {_TITLES[change_class]}\n\n" + "\n".join(lines))
    return "\n\n".join(parts or ["Nothing changed."]) + "\n"


def as_github(changes: Sequence[Change]) -> str:
    """Return an annotation for each change: an error where it breaks a reader."""
    lines = []
    for change in changes:
        level = "error" if change.breaks else "notice"
        told = _told(change).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        lines.append(f"::{level} title={change.change_class}::{told}")
    return "".join(f"{line}\n" for line in lines)


def as_json(changes: Sequence[Change]) -> str:
    """Return the changes as a JSON document."""
    return json.dumps(as_data(changes), ensure_ascii=False, indent=1) + "\n"


def as_data(changes: Sequence[Change]) -> dict[str, Any]:
    """Return the changes as plain data, with the bump that they need."""
    return {"bump": needed(changes), "changes": [change.as_dict() for change in changes]}


FORMATS: dict[str, Callable[[Sequence[Change]], str]] = {
    "text": as_text, "json": as_json, "markdown": as_markdown, "github": as_github,
}  # fmt: skip


def _told(change: Change) -> str:
    """Say in a line what changed; long texts are only said to differ."""
    old, new = _short(change.old), _short(change.new)
    if change.kind == "added":
        return f"{change.id} added" + (f": {new}" if new and change.new != change.id else "")
    if change.kind == "removed":
        return f"{change.id} removed" + (f": {old}" if old and change.old != change.id else "")
    return f"{change.id} changed" + (f" from {old} to {new}" if old and new else "")


def _short(value: Any) -> str:
    """Return a value to show, empty where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST and "\n" not in text else ""


def _escaped(text: str) -> str:
    return text.replace("_", "\\_").replace("*", "\\*").replace("<", "&lt;")
