# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""One state of the registry, as it is compared and released: documents and tables as plain data."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

Document = Mapping[str, Any]
#: Sub-system to C enumerator to number.
Lists = Mapping[str, Mapping[str, int]]


class State(NamedTuple):
    """The published document of every reason by name, the lists of every table by its id, and who uses which."""

    reasons: Mapping[str, Document]
    tables: Mapping[str, Lists]
    #: The spans of kernels, by family, line, flavour and first point; `table` is null where there are no reasons.
    kernels: Mapping[str, Mapping[str, Any]]


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
        return state_in(path.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a release of the registry; expected a file like releases/1.0.0.json"
        ) from error


def state_in(text: str) -> State:
    """Return the state that the text of a release holds."""
    data = json.loads(text)
    return State(data["reasons"], data["tables"], data["kernels"])
