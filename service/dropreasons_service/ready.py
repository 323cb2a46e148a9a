# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Makes the answers that depend on nothing but their path, each in every form it has."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dropreasons.generate.exports import as_csv, as_lines
from dropreasons_service.answers import (
    CSV,
    JSON,
    LATEST,
    LINKSET,
    NDJSON,
    NO_STORE,
    SCHEMA,
    TEXT,
    Answer,
    answer,
    link,
    located,
    redirect,
    see_other,
    to_json,
)
from dropreasons_service.prepared import (
    AXES,
    CATALOGUE,
    SCHEMA_VERSION,
    api_catalog,
    envelope,
    service_document,
    words,
)
from dropreasons_service.releases import HISTORY

if TYPE_CHECKING:
    from dropreasons_service.snapshot import Snapshot

#: The answers of one path by media type, the default first.
Forms = dict[str, Answer]
_PAGE = "text/html"
#: The ends of an address that ask for one form of it, where no header can be sent.
_SUFFIXES = {JSON: ".json", NDJSON: ".ndjson", CSV: ".csv", TEXT: ".txt"}


def ready_forms(snapshot: "Snapshot") -> dict[str, Forms]:
    """Return every path that is answered alike every time, with its answers."""
    forms: dict[str, Forms] = {}
    for part in (_state, _lists, _reasons, _schemas):
        forms |= dict(part(snapshot))
    return forms


def _state(snapshot: "Snapshot") -> Iterator[tuple[str, Forms]]:
    """Yield what tells of the service itself."""
    state = {"status": "ok", "release": snapshot.release, "sha256": snapshot.digest}
    yield "/healthz", _json({"status": "ok"}, cache=NO_STORE)
    yield "/readyz", _json(state, cache=NO_STORE)
    catalogue = link(CATALOGUE, "api-catalog")
    yield CATALOGUE, {LINKSET: answer(to_json(api_catalog()), LINKSET, headers=[catalogue])}
    document = service_document(snapshot.release, snapshot.digest, snapshot.registry.overlays())
    links = [catalogue, link("/openapi.json", "service-desc", JSON), link("/api/", "service-doc", _PAGE)]
    yield "/v1", _json(document, headers=[located("/v1"), *links])
    yield "/v1/releases", _json(snapshot.releases.index(), headers=[located("/v1/releases")])


def _lists(snapshot: "Snapshot") -> Iterator[tuple[str, Forms]]:
    """Yield the lists: reasons, kernels, and the words of the taxonomy."""
    whole, release = snapshot.reasons, snapshot.release
    bodies = {
        JSON: to_json(snapshot.listing(whole, len(whole))),
        NDJSON: as_lines(whole),
        CSV: as_csv(whole),
    }
    yield from _negotiated("/v1/reasons", bodies, "/reasons/", [], "/v1/reasons.json")
    spans = snapshot.registry.spans()
    yield "/v1/kernels", _list("/v1/kernels", release, spans, "/kernels/")
    for axis, key, meanings in AXES:
        items = words(axis, key, meanings, whole)
        yield f"/v1/{axis}", _list(f"/v1/{axis}", release, items, f"/{axis}/")


def _reasons(snapshot: "Snapshot") -> Iterator[tuple[str, Forms]]:
    """Yield every reason, and the redirects from its other spellings."""
    names = set()
    released = snapshot.release in snapshot.releases.made
    described = link(f"/v1/schemas/published-reason-{SCHEMA_VERSION}.json", "describedby", SCHEMA)
    for name, body in snapshot.registry.bodies():
        names.add(name)
        path = f"/v1/reasons/{name}"
        bodies = {JSON: body.encode(), TEXT: snapshot.registry.page(name).encode()}
        # What is latest now may be a release, byte for byte; that address lasts.
        lasting = path.replace("/v1", f"/v1/releases/{snapshot.release}", 1) if released else f"{path}.json"
        yield from _negotiated(path, bodies, f"/reasons/{name}/", [described, HISTORY], lasting)
    for spelling, name in snapshot.registry.database.execute("select spelling, name from spelling"):
        for written in {spelling, spelling.lower()} - names:
            yield f"/v1/reasons/{written}", {TEXT: redirect(f"/v1/reasons/{name}")}


def _schemas(snapshot: "Snapshot") -> Iterator[tuple[str, Forms]]:
    """Yield every JSON Schema, and the list of them."""
    rows = snapshot.registry.database.execute("select file, body from schema order by file").fetchall()
    items = [{"title": json.loads(body)["title"], "url": f"/v1/schemas/{file}"} for file, body in rows]
    yield "/v1/schemas", _list("/v1/schemas", snapshot.release, items)
    for file, body in rows:
        path = f"/v1/schemas/{file}"
        yield path, {SCHEMA: answer(body.encode(), SCHEMA, headers=[located(path)])}


def _negotiated(
    path: str, bodies: dict[str, bytes], page: str, links: Iterable[tuple[str, str]], lasting: str
) -> Iterator[tuple[str, Forms]]:
    """Yield an address that has several forms, and one address for each form, for those who can send no header.

    Args:
        path: the address.
        bodies: its forms by media type, the default first.
        page: the page for people.
        links: further headers of links.
        lasting: the address at which the JSON form stands as well.
    """
    others = [link(path + _SUFFIXES[kind], "alternate", kind) for kind in bodies]
    headers = [*others, link(page, "alternate", _PAGE), *links]
    made = {
        kind: answer(
            body,
            kind,
            headers=[located(lasting if kind == JSON else path + _SUFFIXES[kind]), *headers],
            vary="Accept",
        )
        for kind, body in bodies.items()
    }
    yield path, {**made, _PAGE: see_other(page)}
    for kind, body in bodies.items():
        own = path + _SUFFIXES[kind]
        yield own, {kind: answer(body, kind, headers=[located(own), *headers])}


def _list(path: str, release: str, items: list[dict[str, Any]], page: str = "") -> Forms:
    """Return the envelope of a whole list."""
    pages = [link(page, "alternate", _PAGE)] if page else []
    return _json(envelope(release, SCHEMA_VERSION, items), headers=[located(path), *pages])


def _json(document: Any, cache: str = LATEST, headers: Iterable[tuple[str, str]] = ()) -> Forms:
    return {JSON: answer(to_json(document), JSON, cache=cache, headers=headers)}
