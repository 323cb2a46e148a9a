# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads YAML that people write, safely, and tells the line and column of anything in it."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from dropreasons.findings import Finding, FindingsError, Location

LARGEST_FILE = 8 * 1024 * 1024
DEEPEST_NESTING = 20

Path_ = Sequence[str | int]


class Source:
    """A YAML file that was read: its plain data, and where each part of it stands."""

    def __init__(self, name: str, text: str, data: Any) -> None:
        self.name = name
        self.data = data
        self._text = text

    @cached_property
    def _root(self) -> Node | None:
        # Composed only when there is something to report: a good file never pays for positions.
        root: Node | None = _yaml().compose(self._text)
        return root

    def locate(self, path: Path_, *, key: bool = False) -> Location:
        """Return the place of a value (or of its key), or of the nearest part of it that exists."""
        node, key_node = self._root, None
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            key_node, node = child
        best = key_node if key and key_node is not None else node
        if best is None:
            return Location(self.name)
        return Location(self.name, best.start_mark.line + 1, best.start_mark.column + 1)


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a YAML file.

    Args:
        path: the file.
        name: what to call it in findings; the path as given otherwise.

    Raises:
        FindingsError: the file cannot be read, is too large, is no valid YAML, repeats a key, nests too deeply
            or uses aliases (a few bytes of which can stand for gigabytes).
    """
    shown = name or str(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _stop(
                shown, f"is {size / 1e6:.0f} MB; files of the catalogue hold at most {LARGEST_FILE // 10**6} MB"
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise _stop(shown, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _stop(shown, f"is not UTF-8 text: byte {error.start}") from error
    return Source(shown, text, parse(text, shown))


def parse(text: str, name: str) -> Any:
    """Turn YAML text into plain data.

    Raises:
        FindingsError: as for `read_source`.
    """
    try:
        _refuse_tricks(text, name)
        return _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join((error.problem or "not YAML").split())
        location = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
        raise FindingsError([Finding("DR000", "error", f"not valid YAML: {problem}", location)]) from error
    except (YAMLError, ValueError) as error:
        raise _stop(name, f"not valid YAML: {' '.join(str(error).split())}") from error


def _yaml() -> YAML:
    """Return a safe loader on the C parser."""
    return YAML(typ="safe", pure=False)


def _refuse_tricks(text: str, name: str) -> None:
    """Refuse what a catalogue never needs and an attacker does: aliases and deep nesting."""
    depth = 0
    for event in _yaml().parse(text):
        if isinstance(event, AliasEvent):
            message = "YAML aliases are not used here; write the text out"
        elif isinstance(event, CollectionStartEvent):
            depth += 1
            if depth <= DEEPEST_NESTING:
                continue
            message = f"nested more than {DEEPEST_NESTING} deep"
        else:
            depth -= isinstance(event, CollectionEndEvent)
            continue
        place = Location(name, event.start_mark.line + 1, event.start_mark.column + 1)
        raise FindingsError([Finding("DR000", "error", message, place)])


def _child(node: Node | None, step: str | int) -> tuple[Node, Node] | None:
    """Return the key node and the value node one step below a node."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _stop(name: str, message: str) -> FindingsError:
    """Return the error of a file that cannot be used at all."""
    return FindingsError([Finding("DR000", "error", message, Location(name))])
