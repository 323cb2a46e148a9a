# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes the Markdown pages of the documentation site from a built registry."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from dropreasons.files import write_whole
from dropreasons.lookup import Registry
from dropreasons.numbers import everywhere
from dropreasons.problem_types import PROBLEM_TYPES
from dropreasons.statements import statements
from dropreasons.taxonomy import ACTORS, CLASSES, LAYERS, SEVERITIES

Page = tuple[str, str]
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


class RuleText(NamedTuple):
    """A lint rule as its page shows it."""

    id: str
    level: str
    purpose: str
    detail: str


def write_pages(registry: Registry, rules: Sequence[RuleText], handwritten: Path, folder: Path) -> int:
    """Write every page, the hand-written ones beside the made ones; remove pages that are no longer made.

    Returns:
        How many files changed.
    """
    wanted: dict[Path, str | bytes] = {folder / name: text for name, text in _pages(registry, rules)}
    for source in sorted(path for path in handwritten.rglob("*") if path.is_file()):
        wanted[folder / source.relative_to(handwritten)] = source.read_bytes()
    for stale in [path for path in folder.rglob("*") if path.is_file() and path not in wanted]:
        stale.unlink()
    return sum(write_whole(path, content) for path, content in wanted.items())


def _pages(registry: Registry, rules: Sequence[RuleText]) -> Iterator[Page]:
    """Yield the address and text of every page that is made."""
    environment = _environment()
    reasons: list[dict[str, Any]] = [json.loads(body) for _, body in registry.bodies()]
    names = {reason["name"] for reason in reasons}

    def page(template: str, **values: Any) -> str:
        return environment.get_template(f"{template}.md.j2").render(**values)

    for reason in reasons:
        yield (
            f"reasons/{reason['name']}.md",
            page("reason", reason=reason, names=names, actors=ACTORS, severities=SEVERITIES),
        )
    yield "reasons/index.md", page("reasons", reasons=reasons)
    for kind, key, meanings in (("classes", "class", CLASSES), ("layers", "layer", LAYERS)):
        groups = {name: [r for r in reasons if r[key] == name] for name in meanings}
        yield f"{kind}/index.md", page("groups", kind=kind, meanings=meanings, groups=groups)
        for name, members in groups.items():
            yield f"{kind}/{name}.md", page("group", name=name, meaning=meanings[name], kind=kind, reasons=members)
    numbers = [everywhere(registry, value) for value in _values(registry)]
    yield "numbers/index.md", page("numbers", numbers=numbers, few=[n for n in numbers if n["value"] < 1 << 16])
    for number in numbers:
        yield f"numbers/{number['value_hex']}.md", page("number", number=number)
    tables = list(_tables(registry))
    yield "kernels/index.md", page("kernels", families=_families(registry), tables=tables, meta=registry.meta())
    for table in tables:
        yield f"kernels/{table['id']}.md", page("table", table=table, names=names)
    yield "rules.md", page("rules", rules=rules)
    for slug, problem in PROBLEM_TYPES.items():
        yield f"problems/{slug}.md", page("problem", slug=slug, problem=problem)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dropreasons.generate"),
        autoescape=False,  # noqa: S701  Markdown, not HTML: the filter `text` escapes what either would read as markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "text": escape,
        "paragraphs": _paragraphs,
        "statements": statements,
        "title": lambda word: word.replace("-", " ").capitalize(),
    }
    return environment


def escape(text: object) -> str:
    """Return text that Markdown and HTML show as it is, on one line."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", " ".join(str(text).replace("&", "&amp;").split()))


def _paragraphs(text: str) -> str:
    """Return escaped text with its paragraphs kept."""
    return "\n\n".join(escape(paragraph) for paragraph in text.split("\n\n"))


def _values(registry: Registry) -> list[int]:
    """Return every value that has ever meant something."""
    rows = registry.database.execute("select distinct value from value where in_subsystem = 1 order by value")
    return [row[0] for row in rows]


def _tables(registry: Registry) -> Iterator[dict[str, Any]]:
    """Yield every table with its lists and the readings it comes from."""
    rows = registry.database.execute("select id, reads, lists from kernel_table order by id").fetchall()
    for table, reads, lists in rows:
        values = registry.database.execute(
            "select subsystem, value, value.name, coalesce(spelling.name, ''), inferred from value"
            " left join spelling on spelling = upper(value.name)"
            " where table_id = ? and in_subsystem = 1 order by value",
            (table,),
        ).fetchall()
        by_list: dict[str, list[tuple[int, str, str]]] = {}
        for subsystem, value, name, entry, _ in values:
            by_list.setdefault(subsystem, []).append((value, name, entry))
        yield {"id": table, "reads": json.loads(reads), "lists": by_list, "inferred": json.loads(lists)["inferred"]}


def _families(registry: Registry) -> dict[str, list[dict[str, Any]]]:
    """Return the spans of every family, upstream first and newest first."""
    families: dict[str, list[dict[str, Any]]] = {"upstream": []}
    for span in reversed(registry.spans()):
        families.setdefault(span["family"], []).append(span)
    return families
