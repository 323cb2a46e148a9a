# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads overlays: a head that names the overlay and its numbers, and entries as in reasons.yaml."""

import hashlib
from collections.abc import Iterable, Iterator
from copy import copy
from pathlib import Path
from typing import NamedTuple

from dropreasons.catalogue import reasons_in
from dropreasons.derive import Appearance
from dropreasons.findings import Finding, FindingsError
from dropreasons.model.overlay import Overlay, PrivateList
from dropreasons.model.reason import Reason
from dropreasons.schema import load_model
from dropreasons.source import Source, read_source

HEAD = "overlay"


class Overlaid(NamedTuple):
    """An overlay that was read: its head, its entries, where they stand, and the sha256 of its file."""

    head: Overlay
    reasons: dict[str, Reason]
    source: Source
    sha256: str

    def lists(self) -> Iterator[tuple[tuple[str | int, ...], PrivateList]]:
        """Yield each list with its path in the file."""
        for index, each in enumerate(self.head.lists):
            yield (HEAD, "lists", index), each

    def appearances(self) -> dict[str, Appearance]:
        """Return every name that has a number, in the sub-system it stands in."""
        return {
            name: Appearance(name, name, each.subsystem, {}, None, None, ())
            for _, each in self.lists()
            for name in each.numbers
        }


def read_overlays(paths: Iterable[Path]) -> list[Overlaid]:
    """Read some overlays.

    Raises:
        FindingsError: with every mistake of form in any of them.
    """
    findings: list[Finding] = []
    overlays: list[Overlaid] = []
    for path in paths:
        try:
            overlays += _read(path, findings)
        except FindingsError as error:
            findings += error.findings
    if findings:
        raise FindingsError(findings)
    return overlays


def _read(path: Path, findings: list[Finding]) -> Iterator[Overlaid]:
    """Yield an overlay if it is well formed, adding what is wrong to the findings."""
    source = read_source(path)
    data = source.data if isinstance(source.data, dict) else {}
    if HEAD not in data:
        message = "an overlay begins with the key 'overlay': its name, its title and its lists of numbers"
        raise FindingsError([Finding("DR001", "error", message, source.locate(()))])
    head_data = data[HEAD] if isinstance(data[HEAD], dict) else {}
    head = load_model(Overlay, source, findings, head_data, (HEAD,))
    entries = copy(source)
    entries.data = {name: entry for name, entry in data.items() if name != HEAD}
    reasons = reasons_in(entries, findings)
    if head is not None:
        yield Overlaid(head, reasons, source, hashlib.sha256(path.read_bytes()).hexdigest())
