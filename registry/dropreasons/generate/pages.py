# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes the pages of the documentation site, and the files beside them, from a built registry."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dropreasons.files import write_whole
from dropreasons.generate.kernel_pages import kernel_pages
from dropreasons.generate.markdown import Page, Pages
from dropreasons.generate.reason_pages import reason_pages
from dropreasons.generate.static_files import static_files
from dropreasons.lookup import Registry
from dropreasons.problem_types import PROBLEM_TYPES

_INCLUDED = re.compile(r"<!-- include (?P<template>[a-z-]+) -->")


class RuleText(NamedTuple):
    """A lint rule as its page shows it."""

    id: str
    level: str
    purpose: str
    detail: str


class Sources(NamedTuple):
    """What the site is made from beside the registry.

    `releases` has the page of each release, by its version.  `address` is where the site will stand, with a slash at
    its end; `repository` the address of one file of the catalogue's source with `{path}` and `{line}` in it, or empty
    where there is none.
    """

    rules: Sequence[RuleText]
    handwritten: Path
    changelog: str
    releases: Mapping[str, str]
    address: str
    repository: str


def write_pages(registry: Registry, sources: Sources, folder: Path) -> int:
    """Write every page, the hand-written ones beside the made ones; remove pages that are no longer made.

    Returns:
        How many files changed.
    """
    documents = [json.loads(body) for _, body in registry.bodies()]
    pages = Pages(registry, documents, sources.repository)
    wanted: dict[Path, str | bytes] = {folder / name: text for name, text in _made(registry, pages, sources)}
    for source in sorted(path for path in sources.handwritten.rglob("*") if path.is_file()):
        target = folder / source.relative_to(sources.handwritten)
        wanted[target] = _filled(source, pages) if source.suffix == ".md" else source.read_bytes()
    for stale in [path for path in folder.rglob("*") if path.is_file() and path not in wanted]:
        stale.unlink()
    return sum(write_whole(path, content) for path, content in wanted.items())


def _made(registry: Registry, pages: Pages, sources: Sources) -> Iterator[Page]:
    """Yield the address and text of every file that is made."""
    yield from reason_pages(pages)
    yield from kernel_pages(pages)
    yield "rules.md", pages.page("rules", rules=sources.rules)
    for slug, problem in PROBLEM_TYPES.items():
        yield f"problems/{slug}.md", pages.page("problem", slug=slug, problem=problem)
    yield "releases/index.md", pages.page("releases", releases=_releases(registry))
    for version, text in sources.releases.items():
        yield f"releases/{version}.md", text
    yield from static_files(registry, sources.changelog, sources.address)


def _releases(registry: Registry) -> list[dict[str, Any]]:
    """Return every release, the newest first."""
    columns = ("version", "date", "reasons", "tables", "sha256")
    rows = registry.database.execute("select version, date, reasons, tables, sha256 from release order by rowid desc")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _filled(source: Path, pages: Pages) -> str:
    """Return a hand-written page with the parts that are made put in."""
    return _INCLUDED.sub(lambda found: pages.part(found["template"]), source.read_text(encoding="utf-8"))
