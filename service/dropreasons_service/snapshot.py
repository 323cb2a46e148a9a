# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""One registry.db opened for serving, with the answers that never change made once."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dropreasons.lookup import Registry
from dropreasons.numbers import everywhere
from dropreasons_service.answers import JSON, Answer, answer, json_answer, link, located
from dropreasons_service.conditions import chosen
from dropreasons_service.prepared import SCHEMA_VERSION, envelope
from dropreasons_service.ready import Forms, ready_forms
from dropreasons_service.releases import Releases
from dropreasons_service.resolving import Resolver

_REASON_KEYS = ("name", "symbol", "subsystem", "overlay", "status", "summary", "class", "layer", "severity")


class NotAcceptable(Exception):
    """An answer that exists, but in no form that is accepted; `offered` lists those it has."""

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(offered)
        self.offered = offered


class Snapshot:
    """An open registry, its digest, and every answer that depends on nothing but its path."""

    def __init__(self, path: str | None = None) -> None:
        """Open a registry.db and read all of it once.

        Raises:
            RegistryError: it is missing, damaged or foreign.
        """
        self.registry = Registry(path)
        self.registry.verify()
        self.digest = hashlib.sha256(Path(self.registry.path).read_bytes()).hexdigest()
        self.meta = self.registry.meta()
        self.release = self.meta["release"]
        self.reasons: list[dict[str, Any]] = [json.loads(body) for _, body in self.registry.bodies()]
        self.resolver = Resolver(self.registry)
        self.releases = Releases(self.registry)
        self.forms: dict[str, Forms] = ready_forms(self)
        self.answers = {path: next(iter(forms.values())) for path, forms in self.forms.items()}

    def ready(self, path: str, accept: bytes) -> Answer | None:
        """Return the answer of a path in the form accepted best, None if none is made.

        Raises:
            NotAcceptable: there is an answer, but in no form that is accepted.
        """
        made = self.answers.get(path)
        if made is None or accept in {b"", b"*/*"} or made.status != 200:
            return made
        forms = self.forms[path]
        wanted = chosen(accept, forms)
        if wanted is None:
            raise NotAcceptable(list(forms))
        return forms[wanted]

    def resolved(self, kernel: str, value: int) -> Answer:
        """Return what a value means on a kernel.

        Raises:
            NotARelease: `kernel` is no kernel release string.
        """
        body = self.resolver.resolved(kernel, value)
        quoted = kernel.replace("+", "%2B").replace("~", "%7E") if "+" in kernel or "~" in kernel else kernel
        return answer(body, JSON, headers=[located(f"/v1/resolve?kernel={quoted}&value={value}")])

    def number(self, value: int) -> Answer:
        """Return every meaning a number has had; the answer is kept where it has had any."""
        address = f"/v1/numbers/{value:#x}"
        if address in self.answers:
            return self.answers[address]
        found = everywhere(self.registry, value)
        page = [link(f"/numbers/{value:#x}/", "alternate", "text/html")] if found["meanings"] else []
        made = json_answer(found, headers=[located(address), *page])
        if found["meanings"]:
            self.forms[address] = {JSON: made}
            self.answers[address] = made
        return made

    def listing(self, found: Sequence[dict[str, Any]], total: int, following: str | None = None) -> dict[str, Any]:
        """Return the envelope of a list of reasons.

        Args:
            found: the reasons of this page.
            total: how many there are on all pages.
            following: the address of the next page.
        """
        items = [
            {**{key: reason[key] for key in _REASON_KEYS}, "url": f"/v1/reasons/{reason['name']}"} for reason in found
        ]
        return {**envelope(self.release, SCHEMA_VERSION, items, total), "next": following}
