# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Renders a reason's document as the page a terminal shows, 80 columns wide."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dropreasons.statements import statements

WIDTH = 80
SEVERITIES = {
    "benign": "normal, can be ignored",
    "depends": "may be normal",
    "investigate": "worth looking into",
}


def reason_page(reason: Mapping[str, Any]) -> str:
    """Return the page of a reason."""
    blocks = [_head(reason)]
    sections: list[tuple[str, Iterable[str]]] = [
        ("What happened", _paragraphs(reason["meaning"])),
        ("Common causes", _bullets(reason["causes"])),
        ("See for yourself", _steps(reason["confirm"])),
        ("What to do", _bullets(reason["remedies"])),
        (
            "Counters that rise with it",
            _bullets(f"{c['name']} ({c['where']}), by {c['function']}" for c in reason["counters"]),
        ),
        ("Settings", _bullets(f"{s['name']}: {s['note']}" for s in reason["sysctls"])),
        ("Raised by", _bullets(_caller(c) for c in reason["callers"])),
        ("Its number", _numbers(reason)),
        ("Other names", _bullets(f"{a['name']} ({a['kind']}): {a['note']}" for a in reason["aliases"])),
        ("History", _history(reason)),
        ("See also", _wrap(", ".join(reason["related"])) if reason["related"] else ()),
        ("References", _bullets(_reference(r) for r in reason["references"])),
        ("How we know", _bullets(statements(reason))),
    ]
    for title, lines in sections:
        text = "\n".join(lines)
        if text:
            blocks.append(f"{title}\n{text}")
    return "\n\n".join(blocks) + "\n"


def _head(reason: Mapping[str, Any]) -> str:
    # Only the core's C symbols differ from the name.
    origin = [reason["symbol"], reason["subsystem"]] if reason["symbol"] != reason["name"] else [reason["subsystem"]]
    lines = [f"{reason['name']}  ({', '.join(origin)})"]
    lines += textwrap.wrap(reason["summary"], WIDTH)
    if reason["overlay"]:
        lines += [f"Of the overlay {reason['overlay']}, not of Linux."]
    facts = [reason["class"], reason["layer"], reason["direction"], SEVERITIES[reason["severity"]]]
    lines += ["", *textwrap.wrap(" | ".join([*facts, _life(reason)]), WIDTH)]
    return "\n".join(lines)


def _life(reason: Mapping[str, Any]) -> str:
    """Say since when and until when kernels have the reason."""
    if reason["since"] is None:
        text = "proposed, in no kernel" if reason["status"] == "proposed" else "in no upstream release"
    else:
        text = f"since {reason['since']}"
        if reason["until"]:
            text += f", last in {reason['until']}"
    if reason["backports"]:
        text += f" (also from {', '.join(reason['backports'])})"
    return text


def _wrap(text: str, first: str = "  ", rest: str = "  ") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(filter(None, text.split("\n\n"))):
        if number:
            yield ""
        yield from _wrap(" ".join(paragraph.split()))


def _bullets(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _wrap(" ".join(text.split()), "  - ", "    ")


def _steps(steps: Iterable[dict[str, str]]) -> Iterator[str]:
    for step in steps:
        yield f"  $ {step['run']}"
        yield from _wrap(" ".join(step["look"].split()), "      ", "      ")


def _caller(caller: dict[str, Any]) -> str:
    return f"{caller['function']} ({caller['file']}, {caller['kernels']}): {caller['when']}"


def _reference(reference: dict[str, Any]) -> str:
    where = reference["url"] or reference["id"]
    return f"{reference['title']} <{where}>" if where else str(reference["title"])


def _history(reason: Mapping[str, Any]) -> Iterator[str]:
    history, successor = reason["history"] or {}, reason["replaced_by"]
    if history.get("introduced"):
        commit = history["introduced"]
        yield from _wrap(f'Came with {commit["commit"][:12]} "{commit["subject"]}".')
    if history.get("note"):
        yield from _paragraphs(history["note"])
    if successor:
        names = ", ".join(successor["names"]) or "nothing"
        yield from _wrap(
            f"Replaced by {names} ({successor['kind'].replace('_', ' ')}). {successor['note'] or ''}".strip()
        )


def _numbers(reason: Mapping[str, Any]) -> Iterator[str]:
    """Show the number on upstream kernels; distributions are asked for one at a time."""
    rows = reason["numbers"]["upstream"]
    for row in rows:
        yield f"  {row['kernels']:<28} {_both(row)}"
    elsewhere = reason["numbers"]["distributions"]
    if not rows:
        for row in elsewhere:
            yield from _wrap(f"{row['family']} {row['line']} ({', '.join(row['kernels'])}): {_both(row)}")
    elif elsewhere:
        yield from _wrap("Distributions renumber; for one kernel:")
        yield f'  $ dropreasons explain {reason["name"]} --kernel "$(uname -r)"'


def _both(row: dict[str, Any]) -> str:
    return f"{row['value']}" if row["value"] < 1 << 16 else f"{row['value_hex']} ({row['value']})"
