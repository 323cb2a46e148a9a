# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes plain data as block YAML, quickly and always in the same form; ruamel.yaml takes 0.4 s to be imported."""

import re
from collections.abc import Iterator, Mapping

_NOT_TEXT = {"null", "true", "false", "yes", "no", "on", "off"}


def dump(data: Mapping[str, object]) -> str:
    """Return a mapping as YAML text."""
    return "".join(f"{line}\n" for line in _mapping(data, ""))


def _mapping(data: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{indent}{_scalar(key)}:", value, indent)


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield head
        yield from _mapping(value, indent + "  ")
    elif isinstance(value, list | tuple) and value:
        yield head
        for item in value:
            yield from _item(item, indent + "  ")
    else:
        yield f"{head} {_scalar(value)}"


def _item(item: object, indent: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{indent}- {_scalar(item)}"
        return
    first = True
    for line in _mapping(item, indent + "  "):
        yield f"{indent}- {line.removeprefix(indent + '  ')}" if first else line
        first = False


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    return _text(str(value))


def _text(text: str) -> str:
    """Return a text plain where YAML reads it back as that text, else quoted."""
    plain = re.fullmatch(r"[A-Za-z_(/][\w (),./+~@<>=;-]*", text, re.ASCII) and not text.endswith((" ", ":"))
    if plain and text.lower() not in _NOT_TEXT and " #" not in text and "  " not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
