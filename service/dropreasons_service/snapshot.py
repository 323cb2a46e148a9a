# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""One registry.db opened for serving, with the answers that never change made once."""

import hashlib
import json
from pathlib import Path
from typing import Any

from dropreasons.lookup import Registry
from dropreasons_service.answers import JSON, Answer, answer, json_answer, redirect

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
        self.answers = self._answers()

    def _answers(self) -> dict[str, Answer]:
        """Return the answers by path."""
        release = self.meta["release"]
        answers = {
            "/v1": json_answer(self._service_document()),
            "/v1/reasons": json_answer(self.listing(self.reasons)),
            "/v1/kernels": json_answer(self._kernels()),
            "/healthz": json_answer({"status": "ok"}, cache="no-store"),
            "/readyz": json_answer({"status": "ok", "release": release, "sha256": self.digest}, cache="no-store"),
        }
        for name, body in self.registry.bodies():
            links = [("link", f'</reasons/{name}/>; rel="alternate"; type="text/html"')]
            answers[f"/v1/reasons/{name}"] = answer(body.encode(), JSON, headers=links)
        for spelling, name in self.registry.database.execute("select spelling, name from spelling"):
            for written in (spelling, spelling.lower()):
                answers.setdefault(f"/v1/reasons/{written}", redirect(f"/v1/reasons/{name}"))
        return answers

    def listing(self, reasons: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the envelope of a list of reasons."""
        items = [
            {**{key: reason[key] for key in _REASON_KEYS}, "url": f"/v1/reasons/{reason['name']}"} for reason in reasons
        ]
        return {
            "schema_version": SCHEMA_VERSION,
            "release": self.meta["release"],
            "total": len(self.reasons),
            "count": len(items),
            "items": items,
            "next": None,
        }

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
                "header": "/v1/header/{kernel}.h",
                "openapi": "/openapi.json",
                "site": "/",
            },
        }

    def _kernels(self) -> dict[str, Any]:
        """Return every span of kernels that was read, with the table it uses."""
        items = self.registry.spans()
        return {
            "schema_version": SCHEMA_VERSION,
            "release": self.meta["release"],
            "total": len(items),
            "count": len(items),
            "items": items,
            "next": None,
        }
