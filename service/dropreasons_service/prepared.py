# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Documents that depend on nothing but their address: the words of the taxonomy, numbers, and the catalogue of APIs."""

from collections.abc import Iterable, Iterator
from typing import Any

from dropreasons.lookup import Registry
from dropreasons.numbers import everywhere
from dropreasons.taxonomy import CLASSES, LAYERS, SUBSYSTEMS

#: Each axis: its address, the key that reasons and filters have for it, and what its words mean.
AXES = (
    ("classes", "class", CLASSES),
    ("layers", "layer", LAYERS),
    ("subsystems", "subsystem", SUBSYSTEMS),
)
CATALOGUE = "/.well-known/api-catalog"


def envelope(
    release: str, schema_version: str, items: list[dict[str, Any]], total: int | None = None
) -> dict[str, Any]:
    """Return items in the form every list has."""
    return {
        "schema_version": schema_version,
        "release": release,
        "total": len(items) if total is None else total,
        "count": len(items),
        "items": items,
        "next": None,
    }


def words(axis: str, key: str, meanings: dict[str, str], reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the words of one axis, each with its meaning and the names of its reasons."""
    names: dict[str, list[str]] = {word: [] for word in meanings}
    for reason in reasons:
        names[reason[key]].append(reason["name"])
    return [
        {
            "name": word,
            "meaning": meaning,
            "count": len(names[word]),
            "reasons": names[word],
            "url": f"/v1/reasons?{key}={word}",
            "page": f"/{axis}/{word}/",
        }
        for word, meaning in meanings.items()
    ]


def numbers(registry: Registry) -> Iterator[dict[str, Any]]:
    """Yield the document of every number that has ever meant something."""
    rows = registry.database.execute("select distinct value from value where in_subsystem = 1 order by value")
    for (value,) in rows.fetchall():
        yield everywhere(registry, value)


def api_catalog() -> dict[str, Any]:
    """Return the links from which a program finds this API (RFC 9727); relative, so that they hold on every host."""
    return {
        "linkset": [
            {"anchor": CATALOGUE, "item": [{"href": "/v1", "title": "dropreasons"}]},
            {
                "anchor": "/v1",
                "service-desc": [{"href": "/openapi.json", "type": "application/json"}],
                "service-doc": [{"href": "/api/", "type": "text/html"}],
                "service-meta": [{"href": "/v1", "type": "application/json"}],
                "status": [{"href": "/readyz", "type": "application/json"}],
            },
        ]
    }
