# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Holds a kernel against the catalogue: what a developer's tree has that reasons.yaml does not."""

from dropreasons.catalogue import Catalogue
from dropreasons.enums import is_marker, reason_name
from dropreasons.importers.reading import Imported
from dropreasons.importers.skeleton import skeleton
from dropreasons.importers.tree import ImportedTree


def drift(read: Imported | ImportedTree, catalogue: Catalogue) -> list[str]:
    """Return what the catalogue misses: names with a ready skeleton, and callers nobody described."""
    lists = (read.imported if isinstance(read, ImportedTree) else read).lists
    sites = read.sites if isinstance(read, ImportedTree) else ()
    spelled = {alias.name for entry in catalogue.reasons.values() for alias in entry.aliases} | set(catalogue.reasons)
    messages = []
    for values in lists.values():
        for symbol in values:
            name = reason_name(symbol)
            if not is_marker(symbol) and name not in spelled:
                raised = [(s.function, s.file) for s in sites if s.reason == symbol]
                messages.append(f"{name} has no entry; begin with:\n\n{skeleton(name, raised)}")
    described = {(name, c.function, c.file) for name, entry in catalogue.reasons.items() for c in entry.callers}
    for site in sites:
        name = reason_name(site.reason)
        if name in catalogue.reasons and (name, site.function, site.file) not in described:
            described.add((name, site.function, site.file))
            messages.append(f"{site.file}:{site.line}: {site.function} raises {name}, which its entry does not say")
    return messages
