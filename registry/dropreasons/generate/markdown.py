# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Renders templates as Markdown, with everything escaped that Markdown or HTML would read as markup."""

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dropreasons.generate.strips import UpstreamRow, upstream_rows
from dropreasons.lookup import Registry
from dropreasons.statements import statements
from dropreasons.taxonomy import ACTORS, CLASSES, LAYERS, SEVERITIES

Page = tuple[str, str]
_SEVERITY_WORDS = {"benign": "normal", "depends": "may be normal", "investigate": "look into it"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


class Pages:
    """What every page is made with: the registry, its documents, and the templates."""

    def __init__(self, registry: Registry, documents: list[dict[str, Any]], repository: str) -> None:
        self.registry = registry
        self.reasons = documents
        self.rows: list[UpstreamRow] = upstream_rows(registry)
        self._environment = _environment()
        self._environment.globals |= {
            "names": {document["name"] for document in documents},
            "actors": ACTORS,
            "classes": CLASSES,
            "layers": LAYERS,
            "severities": SEVERITIES,
            "repository": repository,
        }

    def page(self, template: str, **values: Any) -> str:
        """Return a page."""
        return self._environment.get_template(f"{template}.md.j2").render(**values)

    def part(self, template: str) -> str:
        """Return a part of a hand-written page, which may show all reasons."""
        return self.page(template, reasons=self.reasons, meta=self.registry.meta())


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
        "slug": slug,
        "badge": _badge,
        "title": lambda word: word.replace("-", " ").capitalize(),
    }
    return environment


def escape(text: object) -> str:
    """Return text that Markdown and HTML show as it is, on one line."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", " ".join(str(text).replace("&", "&amp;").split()))


def slug(text: str) -> str:
    """Return a text as a part of an address."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def _badge(severity: str) -> str:
    """Return a severity in a few words, coloured."""
    return f'<span class="dr-severity dr-{severity}">{_SEVERITY_WORDS[severity]}</span>'


def _paragraphs(text: str) -> str:
    """Return escaped text with its paragraphs kept."""
    return "\n\n".join(escape(paragraph) for paragraph in text.split("\n\n"))
