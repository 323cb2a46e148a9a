# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The pages on reasons: one for each, and lists by class, layer, sub-system and counter."""

from collections.abc import Iterator
from typing import Any

from dropreasons.generate.markdown import Page, Pages, slug
from dropreasons.generate.strips import names_strip
from dropreasons.taxonomy import CLASSES, LAYERS, SUBSYSTEMS

_KINDS: list[tuple[str, str, dict[str, str]]] = [
    ("classes", "class", CLASSES),
    ("layers", "layer", LAYERS),
    ("subsystems", "subsystem", SUBSYSTEMS),
]


def reason_pages(pages: Pages) -> Iterator[Page]:
    """Yield the address and text of every page on reasons."""
    lines = dict(pages.registry.database.execute("select name, line from reason"))
    for reason in pages.reasons:
        strip = names_strip(pages.registry, pages.rows, reason["name"])
        yield (
            f"reasons/{reason['name']}.md",
            pages.page("reason", reason=reason, strip=strip, line=lines[reason["name"]]),
        )
    yield "reasons/index.md", pages.page("reasons", reasons=pages.reasons)
    for kind, key, meanings in _KINDS:
        groups = {name: [r for r in pages.reasons if r[key] == name] for name in meanings}
        yield f"{kind}/index.md", pages.page("groups", kind=kind, meanings=meanings, groups=groups)
        for name, members in groups.items():
            page = pages.page("group", name=name, meaning=meanings[name], kind=kind, reasons=members)
            yield f"{kind}/{name}.md", page
    counters = _counters(pages.reasons)
    yield "counters/index.md", pages.page("counters", counters=counters)
    for name, rows in counters.items():
        yield f"counters/{slug(name)}.md", pages.page("counter", name=name, rows=rows)


def _counters(reasons: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return, by counter, the reasons it rises with and how."""
    found: dict[str, list[dict[str, Any]]] = {}
    for reason in reasons:
        for counter in reason["counters"]:
            found.setdefault(counter["name"], []).append({**counter, "reason": reason})
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))
