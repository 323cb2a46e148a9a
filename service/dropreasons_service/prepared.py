# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Documents that depend on nothing but their address: the words of the taxonomy, numbers, and the catalogue of APIs."""

from collections.abc import Iterable
from typing import Any

from dropreasons.lookup import Registry
from dropreasons.taxonomy import CLASSES, LAYERS, SUBSYSTEMS

#: Each axis: its address, the key that reasons and filters have for it, and what its words mean.
AXES = (
    ("classes", "class", CLASSES),
    ("layers", "layer", LAYERS),
    ("subsystems", "subsystem", SUBSYSTEMS),
)
SCHEMA_VERSION = "1.0"
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
    private: dict[str, str] = {}
    for reason in reasons:
        names.setdefault(reason[key], []).append(reason["name"])
        private[reason[key]] = f"Of the overlay {reason['overlay']}, not of Linux."
    return [
        {
            "name": word,
            "meaning": meanings.get(word) or private[word],
            "count": len(names[word]),
            "reasons": names[word],
            "url": f"/v1/reasons?{key}={word}",
            "page": f"/{axis}/{word}/",
        }
        for word in names
    ]


def numbers(registry: Registry) -> list[int]:
    """Return every number that has ever meant something."""
    query = "select distinct value from value where in_subsystem = 1 order by value"
    return [value for (value,) in registry.database.execute(query)]


def service_document(release: str, digest: str, overlays: list[dict[str, str]]) -> dict[str, Any]:
    """Return what the service offers, as templates of addresses."""
    return {
        "schema_version": SCHEMA_VERSION,
        "release": release,
        "sha256": digest,
        "overlays": overlays,
        "links": {
            "reasons": "/v1/reasons",
            "reason": "/v1/reasons/{name}",
            "resolve": "/v1/resolve?kernel={kernel}&value={value}",
            "search": "/v1/search?q={words}",
            "decode": "/v1/decode",
            "kernels": "/v1/kernels",
            "kernel": "/v1/kernels/{release}",
            "number": "/v1/numbers/{number}",
            "classes": "/v1/classes",
            "layers": "/v1/layers",
            "subsystems": "/v1/subsystems",
            "header": "/v1/header/{kernel}.h",
            "table": "/v1/tables/{kernel}.{form}",
            "releases": "/v1/releases",
            "release": "/v1/releases/{release}",
            "release-reasons": "/v1/releases/{release}/reasons",
            "release-reason": "/v1/releases/{release}/reasons/{name}",
            "release-diff": "/v1/releases/{old}/diff/{new}",
            "kernel-diff": "/v1/kernels/{old}/diff/{new}",
            "diff": "/v1/diff?from={release}&to={release}",
            "export": "/v1/export/{release}.{form}",
            "schema": "/v1/schemas/{file}",
            "api-catalog": CATALOGUE,
            "openapi": "/openapi.json",
            "metrics": "/metrics",
            "site": "/",
        },
    }


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
