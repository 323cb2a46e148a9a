# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds names and aliases of overlays that Linux or another overlay has."""

import sqlite3
from collections.abc import Iterator, Sequence

from dropreasons.findings import Finding, Location
from dropreasons.overlays.reading import HEAD, Overlaid

TAKEN_NAME = "DR030"


def taken_names(overlays: Sequence[Overlaid], linux: sqlite3.Connection) -> Iterator[Finding]:
    """Yield each spelling that leads elsewhere already; within one overlay the rules see to it."""
    taken = dict(linux.execute("select spelling, place from spelling"))
    heads: dict[str, str] = {}
    for overlay in overlays:
        own = {text.upper(): place for text, place in _spellings(overlay)}
        head = {overlay.head.name: overlay.source.locate((HEAD, "name"))}
        for what, here, there in (("name", own, taken), ("overlay's name", head, heads)):
            for text, place in here.items():
                if text in there:
                    message = f"the {what} {text} is taken: it stands at {there[text]}"
                    yield Finding(TAKEN_NAME, "error", message, place)
            there |= {text: str(place) for text, place in here.items()}


def _spellings(overlay: Overlaid) -> Iterator[tuple[str, Location]]:
    """Yield every spelling that would lead to an entry of the overlay, with its place."""
    for name, entry in overlay.reasons.items():
        for index, alias in enumerate(entry.aliases):
            yield alias.name, overlay.source.locate((name, "aliases", index, "name"))
        yield name, overlay.source.locate((name,), key=True)
