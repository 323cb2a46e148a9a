# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""One state of the registry, as it is compared and released: documents and tables as plain data."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dropreasons.catalogue import Catalogue
from dropreasons.derive import all_lists, appearances, upstream_spans
from dropreasons.publish import reason_document

Document = Mapping[str, Any]
#: Sub-system to C enumerator to number.
Lists = Mapping[str, Mapping[str, int]]


class State(NamedTuple):
    """The published document of every reason by name, and the lists of every table by its id."""

    reasons: Mapping[str, Document]
    tables: Mapping[str, Lists]


def state_of(catalogue: Catalogue) -> State:
    """Return the state that a catalogue is in."""
    lives = appearances(catalogue.kernels)
    upstream = upstream_spans(catalogue.kernels)
    documents = {
        name: reason_document(name, entry, lives.get(name), catalogue, upstream)
        for name, entry in sorted(catalogue.reasons.items())
    }
    tables = {table.table: all_lists(table) for table in catalogue.kernels.tables.values()}
    return State(documents, dict(sorted(tables.items())))


def canonical(data: Any) -> str:
    """Return data as JSON that is the same wherever it is made."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_release(path: Path) -> State:
    """Read the state that a release file holds.

    Raises:
        ValueError: the file is no release.
        OSError: it cannot be read.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return State(data["reasons"], data["tables"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a release of the registry; expected a file like releases/1.0.0.json"
        ) from error
