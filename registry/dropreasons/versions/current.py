# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The state a catalogue is in, and what it is called beside the releases."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dropreasons.catalogue import Catalogue
from dropreasons.derive import all_lists, appearances, upstream_spans
from dropreasons.publish import reason_document
from dropreasons.tables import Kernels
from dropreasons.versions.archive import Released
from dropreasons.versions.bump import FIRST, bumped, needed, parse_version
from dropreasons.versions.changes import changed_names, changes_between
from dropreasons.versions.state import Document, State, state_in

#: In which releases an entry was added and last changed.
Stamp = Mapping[str, str | None]
_UNRELEASED: Stamp = {"added_in": None, "changed_in": None}


class Named(NamedTuple):
    """A state under the name of its release, or of the one to come; each document says since when it is so."""

    name: str
    reasons: Mapping[str, Document]


def state_of(catalogue: Catalogue) -> State:
    """Return the state that a catalogue is in."""
    lives = appearances(catalogue.kernels)
    upstream = upstream_spans(catalogue.kernels)
    documents = {
        name: reason_document(name, entry, lives.get(name), catalogue, upstream)
        for name, entry in sorted(catalogue.reasons.items())
    }
    tables = {table.table: all_lists(table) for table in catalogue.kernels.tables.values()}
    return State(documents, dict(sorted(tables.items())), dict(_kernels(catalogue.kernels)))


def _kernels(kernels: Kernels) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every span of kernels under an id that stays while the span grows."""
    for family, spans in sorted(kernels.spans.items()):
        for span in spans:
            # What is known by family only begins nowhere; its source tells such spans apart.
            begins = span.source if span.evidence == "family" else span.release or span.first
            parts = (family, span.line, span.flavour, begins)
            yield "/".join(filter(None, parts)), {"family": family, **span.model_dump(mode="json")}


def named(state: State, releases: Sequence[Released]) -> Named:
    """Name a state: the last release if it equals that, otherwise the next one, marked as unreleased."""
    if not releases:
        return Named(f"{FIRST}-unreleased", _stamped(state, {}, set()))
    release, text = releases[-1]
    last = state_in(text)
    changes = changes_between(last, state)
    name = release.version
    if changes:
        name = f"{bumped(parse_version(release.version), needed(changes))}-unreleased"
    stamps = {name: document["registry"] for name, document in last.reasons.items()}
    return Named(name, _stamped(state, stamps, changed_names(changes)))


def _stamped(state: State, stamps: Mapping[str, Stamp], changed: set[str]) -> dict[str, Document]:
    """Return the documents with the releases of their entries; null stands for the release to come."""
    documents: dict[str, Document] = {}
    for name, document in state.reasons.items():
        stamp = stamps.get(name, _UNRELEASED)
        documents[name] = {**document, "registry": {**stamp, "changed_in": None} if name in changed else stamp}
    return documents
