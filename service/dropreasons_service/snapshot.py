# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""One registry.db opened for serving, with the answers that never change made once."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dropreasons.lookup import Registry
from dropreasons_service.answers import JSON, LINKSET, SCHEMA, Answer, answer, json_answer, located, redirect, to_json
from dropreasons_service.prepared import AXES, CATALOGUE, api_catalog, envelope, numbers, words
from dropreasons_service.resolving import Resolver

SCHEMA_VERSION = "1.0"
_REASON_KEYS = ("name", "symbol", "subsystem", "status", "summary", "class", "layer", "severity")


class Snapshot:
    """An open registry, its digest, and every answer that depends on nothing but its path."""

    def __init__(self, path: str | None = None) -> None:
        """Open a registry.db.

        Raises:
            RegistryError: it is missing, damaged or foreign.
        """
        self.registry = Registry(path)
        self.digest = hashlib.sha256(Path(self.registry.path).read_bytes()).hexdigest()
        self.meta = self.registry.meta()
        self.reasons: list[dict[str, Any]] = [json.loads(body) for _, body in self.registry.bodies()]
        self.resolver = Resolver(self.registry)
        self.answers = self._answers()

    def _answers(self) -> dict[str, Answer]:
        """Return the answers by path."""
        release = self.meta["release"]
        answers = {
            "/v1": self._here("/v1", self._service_document(), [("link", f'<{CATALOGUE}>; rel="api-catalog"')]),
            "/v1/reasons": self._here("/v1/reasons", self.listing(self.reasons)),
            "/v1/kernels": self._here("/v1/kernels", self._list(self.registry.spans())),
            "/healthz": json_answer({"status": "ok"}, cache="no-store"),
            "/readyz": json_answer({"status": "ok", "release": release, "sha256": self.digest}, cache="no-store"),
            CATALOGUE: answer(to_json(api_catalog()), LINKSET, headers=[("link", f'<{CATALOGUE}>; rel="api-catalog"')]),
        }
        for axis, key, meanings in AXES:
            document = self._list(words(axis, key, meanings, self.reasons))
            answers[f"/v1/{axis}"] = self._here(f"/v1/{axis}", document, [_page(f"/{axis}/")])
        return answers | self._reasons() | self._numbers() | self._schemas()

    def _reasons(self) -> dict[str, Answer]:
        """Return the answer of every reason, and the redirects from its other spellings."""
        answers = {}
        for name, body in self.registry.bodies():
            path = f"/v1/reasons/{name}"
            answers[path] = answer(body.encode(), JSON, headers=[located(path), _page(f"/reasons/{name}/")])
        for spelling, name in self.registry.database.execute("select spelling, name from spelling"):
            for written in (spelling, spelling.lower()):
                answers.setdefault(f"/v1/reasons/{written}", redirect(f"/v1/reasons/{name}"))
        return answers

    def _numbers(self) -> dict[str, Answer]:
        """Return the answer of every number that has meant something, and the redirect from its decimal form."""
        answers = {}
        for number in numbers(self.registry):
            path = f"/v1/numbers/{number['value_hex']}"
            answers[path] = self._here(path, number, [_page(f"/numbers/{number['value_hex']}/")])
            answers[f"/v1/numbers/{number['value']}"] = redirect(path)
        return answers

    def _schemas(self) -> dict[str, Answer]:
        """Return the answer of every JSON Schema, and of the list of them."""
        rows = self.registry.database.execute("select file, body from schema order by file").fetchall()
        items = [{"title": json.loads(body)["title"], "url": f"/v1/schemas/{file}"} for file, body in rows]
        answers = {"/v1/schemas": self._here("/v1/schemas", self._list(items))}
        for file, body in rows:
            path = f"/v1/schemas/{file}"
            answers[path] = answer(body.encode(), SCHEMA, headers=[located(path)])
        return answers

    def _here(self, path: str, document: dict[str, Any], headers: Iterable[tuple[str, str]] = ()) -> Answer:
        """Return a document as the answer of its address."""
        return json_answer(document, headers=[located(path), *headers])

    def listing(self, reasons: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the envelope of a list of reasons."""
        items = [
            {**{key: reason[key] for key in _REASON_KEYS}, "url": f"/v1/reasons/{reason['name']}"} for reason in reasons
        ]
        return envelope(self.meta["release"], SCHEMA_VERSION, items, len(self.reasons))

    def _list(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the envelope of a whole list."""
        return envelope(self.meta["release"], SCHEMA_VERSION, items)

    def _service_document(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "release": self.meta["release"],
            "sha256": self.digest,
            "links": {
                "reasons": "/v1/reasons",
                "reason": "/v1/reasons/{name}",
                "resolve": "/v1/resolve?kernel={kernel}&value={value}",
                "search": "/v1/search?q={words}",
                "kernels": "/v1/kernels",
                "kernel": "/v1/kernels/{release}",
                "number": "/v1/numbers/{number}",
                "classes": "/v1/classes",
                "layers": "/v1/layers",
                "subsystems": "/v1/subsystems",
                "header": "/v1/header/{kernel}.h",
                "schema": "/v1/schemas/{file}",
                "api-catalog": CATALOGUE,
                "openapi": "/openapi.json",
                "site": "/",
            },
        }


def _page(path: str) -> tuple[str, str]:
    """Return the header that leads to the page for people."""
    return ("link", f'<{path}>; rel="alternate"; type="text/html"')
