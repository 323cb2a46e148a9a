# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Shows a summary as Markdown, for a ticket or a mail; nothing that was read is markup in it."""

import re

from dropreasons.decode.advice import Look
from dropreasons.decode.output import words
from dropreasons.decode.output.printable import printable
from dropreasons.decode.rows import Row
from dropreasons.decode.summary import Summary

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def as_markdown(summary: Summary, site: str, top: int = words.MOST_ROWS) -> str:
    """Return the page; names link to their pages at the site's address."""
    lines = [f"**{_text(words.heading(summary))}**", ""]
    lines += [f"- {_text(line)}" for line in (*words.kernels(summary), words.when(summary)) if line]
    lines += [
        "",
        f"| Drops | Share | {summary.by.capitalize()} | Severity | Meaning | Seen |",
        "|--:|--:|---|---|---|---|",
    ]
    lines += [_row(row, site) for row in summary.rows[:top]]
    if summary.advice.first:
        lines += ["", "**Look at first**", ""]
        lines += [_look(*look, site) for look in enumerate(summary.advice.first[: words.MOST_LOOKS], 1)]
    for text in (
        words.then(summary.advice),
        words.foreign(summary),
        words.undecoded(summary.advice),
        words.normal(summary.advice),
    ):
        lines += ["", _text(text)] if text else []
    return "\n".join(lines) + "\n"


def _row(row: Row, site: str) -> str:
    meaning = "<br>".join(map(_text, words.explained(row)))
    cells = (f"{row.drops:,}", words.percent(row.share), _name(row, site), words.SEVERITY_WORDS[row.severity])
    return f"| {' | '.join((*cells, meaning, _text(words.places(row))))} |"


def _look(number: int, look: Look, site: str) -> str:
    row = look.row
    said = f"{number}. {_name(row, site)}, {words.of(row.drops, 'drop')}: {_text(row.meaning or '')}"
    if look.run:
        said += f"\n   - `{look.run}`: {_text(look.look or '')}"
    return said + (f"\n   - {_text(look.remedy)}" if look.remedy else "")


def _name(row: Row, site: str) -> str:
    label = _text(printable(row.label))
    return f"[{label}]({words.page_of(row, site)})" if row.entry else label


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
