# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Checks overlays: by the rules of the catalogue, and for names and numbers that are taken."""

from collections.abc import Sequence
from pathlib import Path

from dropreasons.catalogue import Catalogue
from dropreasons.evidence import NONE
from dropreasons.findings import Finding
from dropreasons.lookup import Registry
from dropreasons.overlays.names import taken_names
from dropreasons.overlays.numbers import taken_numbers
from dropreasons.overlays.reading import Overlaid
from dropreasons.registry_file import RegistryError
from dropreasons.rules import Context, run_rules
from dropreasons.tables import Kernels


class _Private(Context):
    """What rules may look at of an overlay: no kernel holds it, so its callers cannot be held against source."""

    def __init__(self, overlay: Overlaid, elsewhere: frozenset[str]) -> None:
        super().__init__(Catalogue(overlay.reasons, Kernels({}, {}), NONE, overlay.source))
        self.appearances = overlay.appearances()
        self.known = frozenset((*self.reasons, *self.appearances)) | elsewhere


def check_overlays(overlays: Sequence[Overlaid], registry: Registry, root: Path) -> list[Finding]:
    """Return all that is to be said of overlays over a registry; `root` may hold the kernels/ it was made from.

    Raises:
        RegistryError: the registry has overlays already, which would be taken for Linux.
    """
    laid = registry.overlays()
    if laid:
        names = ", ".join(overlay["name"] for overlay in laid)
        raise RegistryError(f"{registry.path}: has overlays already ({names}); lay all of them over a plain registry")
    findings = [*taken_names(overlays, registry.database), *taken_numbers(overlays, registry.database, root)]
    linux = {name for (name,) in registry.database.execute("select name from spelling")}
    known = frozenset(linux.union(*(overlay.reasons for overlay in overlays)))
    for overlay in overlays:
        context = _Private(overlay, known)
        findings += run_rules(context.catalogue, context)
    return findings
