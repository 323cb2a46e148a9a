# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The releases of the registry as they are served: their index, their entries and their exports, for ever the same."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from dropreasons.generate.exports import FORMS
from dropreasons.lookup import Registry
from dropreasons.versions.changes import changes_between
from dropreasons.versions.report import as_data
from dropreasons.versions.state import State, state_in
from dropreasons_service.answers import FOR_EVER, JSON, Answer, answer, json_answer, link, located, redirect, to_json
from dropreasons_service.prepared import SCHEMA_VERSION, envelope

#: What is kept of what was asked for; the rest is made anew from registry.db.
_RELEASES_KEPT = 4
_EXPORTS_KEPT = 4


HISTORY = link("/v1/releases", "version-history", JSON)


class NoSuchRelease(LookupError):
    """A release that was never made."""


class Made(NamedTuple):
    """A release as the index has it."""

    version: str
    date: str
    sha256: str
    reasons: int
    tables: int


class Releases:
    """The releases that a registry.db holds, oldest first."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        columns = "version, date, sha256, reasons, tables"
        rows = registry.database.execute(f"select {columns} from release order by rowid")  # noqa: S608  constant text
        self.made: dict[str, Made] = {row[0]: Made(*row) for row in rows}
        self.answers = lru_cache(_RELEASES_KEPT)(self._answers)
        self.export = lru_cache(_EXPORTS_KEPT)(self._export)
        self.difference = lru_cache(_EXPORTS_KEPT)(self._difference)

    def index(self) -> dict[str, Any]:
        """Return the list of all releases, the newest first."""
        newest = next(reversed(self.made), "")
        return envelope(newest or "none", SCHEMA_VERSION, [self._manifest(v) for v in reversed(self.made)])

    def state(self, version: str) -> State:
        """Return what a release holds.

        Raises:
            NoSuchRelease: it was never made.
        """
        return state_in(self._text(version))

    def _text(self, version: str) -> str:
        if version not in self.made:
            raise NoSuchRelease(version)
        query = "select body from release where version = ?"
        return str(self._registry.database.execute(query, (version,)).fetchone()[0])

    def _manifest(self, version: str) -> dict[str, Any]:
        """Return what is said of a release, with where its parts are."""
        base = f"/v1/releases/{version}"
        exports = {form: f"/v1/export/{version}.{form}" for form in FORMS}
        return {**self.made[version]._asdict(), "url": base, "reasons_url": f"{base}/reasons", "exports": exports}

    def _answers(self, version: str) -> dict[str, Answer]:
        """Return every answer below the address of a release, by path."""
        documents = json.loads(self._text(version))["reasons"]
        base = f"/v1/releases/{version}"
        manifest = {"schema_version": SCHEMA_VERSION, "release": version, **self._manifest(version)}
        items = [
            {"name": name, "summary": told["summary"], "url": f"{base}/reasons/{name}"}
            for name, told in documents.items()
        ]
        made = {
            base: self._for_ever(version, base, to_json(manifest)),
            f"{base}/reasons": self._for_ever(
                version, f"{base}/reasons", to_json(envelope(version, SCHEMA_VERSION, items))
            ),
        }
        for name, document in documents.items():
            path = f"{base}/reasons/{name}"
            made[path] = self._for_ever(version, path, to_json(document))
        for spelling, name in _spellings(documents):
            made.setdefault(f"{base}/reasons/{spelling}", redirect(f"{base}/reasons/{name}"))
        return made

    def _for_ever(self, version: str, path: str, body: bytes) -> Answer:
        """Return a JSON answer of a release, with the addresses of its neighbours in time."""
        versions = list(self.made)
        at = versions.index(version)
        latest = path.replace(f"/releases/{version}", "", 1)
        links = [link("/v1" if latest == "/v1" else latest, "latest-version", JSON), HISTORY]
        for relation, place in (("predecessor-version", at - 1), ("successor-version", at + 1)):
            if 0 <= place < len(versions):
                links.append(link(path.replace(version, versions[place], 1), relation, JSON))
        return answer(body, JSON, cache=FOR_EVER, headers=[located(path), *links, self._last_modified(version)])

    def _last_modified(self, version: str) -> tuple[str, str]:
        day = datetime.fromisoformat(self.made[version].date).replace(tzinfo=UTC)
        return "last-modified", format_datetime(day, usegmt=True)

    def _export(self, version: str, form: str) -> Answer:
        """Return a whole release in a form; parts of it can be asked for."""
        media_type, make = FORMS[form]
        body = make(self._text(version))
        digest = b64encode(sha256(body).digest()).decode()
        headers = [
            located(f"/v1/export/{version}.{form}"),
            link(f"/v1/releases/{version}", "describedby", JSON),
            ("accept-ranges", "bytes"),
            ("repr-digest", f"sha-256=:{digest}:"),
            self._last_modified(version),
        ]
        return answer(body, media_type, cache=FOR_EVER, headers=headers)

    def _difference(self, old: str, new: str) -> Answer:
        """Return what changed from one release to another."""
        told = {"schema_version": SCHEMA_VERSION, "from": old, "to": new}
        changes = as_data(changes_between(self.state(old), self.state(new)))
        return json_answer({**told, **changes}, cache=FOR_EVER, headers=[located(f"/v1/releases/{old}/diff/{new}")])


def _spellings(documents: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every other spelling of every name of a release."""
    for name, document in documents.items():
        for spelling in (name, document["symbol"], *(alias["name"] for alias in document["aliases"])):
            yield spelling, name
            yield spelling.lower(), name
