# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Makes what stands beside the pages: redirects, headers, the look-up index, a feed, a list for language models."""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from dropreasons.generate.c_header import header_for_table
from dropreasons.generate.look_up_index import look_up_index
from dropreasons.lookup import Registry

File = tuple[str, str]
_SECTION = re.compile(
    r"^## (?P<title>.+?) \((?P<date>\d{4}-\d\d-\d\d)\)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
_REDIRECT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="{target}"><meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={target}"></head>
<body><p><a href="{target}">{title}</a></p></body></html>
"""


def static_files(registry: Registry, changelog: str, address: str) -> Iterator[File]:
    """Yield the address and text of every file that is no page.

    Args:
        registry: the built registry.
        changelog: the text of CHANGELOG.md; its sections that carry a date become the feed.
        address: where the site will stand, with a slash at its end.
    """
    yield "look-up.json", json.dumps(look_up_index(registry), ensure_ascii=False, separators=(",", ":"))
    yield from _redirects(registry)
    for (table,) in registry.database.execute("select id from kernel_table order by id").fetchall():
        yield f"kernels/{table}.h", header_for_table(registry, table)
    documents = [json.loads(body) for _, body in registry.bodies()]
    yield "llms.txt", _for_models(documents, address)
    yield "feed.xml", _feed(changelog, address)


def _redirects(registry: Registry) -> Iterator[File]:
    """Yield a page for every other spelling of a name, and for every number in decimal."""
    spellings = registry.database.execute("select spelling, name from spelling order by spelling").fetchall()
    for spelling, name in spellings:
        for written in dict.fromkeys((spelling, spelling.lower())):
            if written != name:
                yield f"reasons/{written}/index.html", _redirect(f"../{name}/", name)
    values = registry.database.execute("select distinct value from value where in_subsystem = 1 order by value")
    for (value,) in values.fetchall():
        yield f"numbers/{value}/index.html", _redirect(f"../{value:#x}/", f"{value:#x}")
        yield f"reasons/{value}/index.html", _redirect(f"../../numbers/{value:#x}/", f"{value:#x}")


def _redirect(target: str, title: str) -> str:
    return _REDIRECT.format(target=escape(target), title=escape(title))


def _for_models(documents: list[dict[str, Any]], address: str) -> str:
    """Return the list of pages in the form of llms.txt."""
    lines = [
        "# dropreasons",
        "",
        "> Why Linux dropped a packet: every reason, with its meaning, its number on each kernel, and what to do.",
        "> The number of a reason differs from kernel to kernel; never map one without knowing the kernel.",
        "",
        "## Data",
        "",
        f"- [Look-up index]({address}look-up.json): every name, number and kernel as JSON",
        f"- [API]({address}api/): the same over HTTP, for one kernel at a time",
        "",
        "## Reasons",
        "",
    ]
    lines += [f"- [{d['name']}]({address}reasons/{d['name']}/): {d['summary']}" for d in documents]
    return "\n".join(lines) + "\n"


def _feed(changelog: str, address: str) -> str:
    """Return the dated sections of the change log as an Atom feed."""
    sections = list(_SECTION.finditer(changelog))
    updated = max((section["date"] for section in sections), default="1970-01-01")
    entries = "".join(
        f"<entry><id>{address}#{escape(section['title'])}</id><title>dropreasons {escape(section['title'])}</title>"
        f'<updated>{section["date"]}T00:00:00Z</updated><link href="{address}"/>'
        f'<content type="text">{escape(section["body"].strip())}</content></entry>\n'
        for section in sections
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{address}</id><title>dropreasons: changes</title><updated>{updated}T00:00:00Z</updated>"
        f'<author><name>the dropreasons project</name></author><link rel="self" href="{address}feed.xml"/>'
        f'<link href="{address}"/>\n{entries}</feed>\n'
    )
