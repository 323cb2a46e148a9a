# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says of one kernel release which table of numbers it has, how sure that is, and where table and header are."""

from typing import Any

from dropreasons.lookup import Registry
from dropreasons.resolve import Candidate, resolve


def kernel_document(registry: Registry, kernel: str) -> dict[str, Any]:
    """Return what is known of a kernel release.

    Raises:
        NotARelease: `kernel` is no kernel release string.
    """
    resolution = resolve(registry.database, kernel)
    candidates = resolution.candidates
    tables = [candidate.table for candidate in candidates if candidate.table]
    single = len(candidates) == 1 and len(tables) == 1
    return {
        "kernel": kernel,
        "family": resolution.release.family,
        "line": resolution.release.line,
        "flavour": resolution.release.flavour,
        "confidence": resolution.confidence,
        "has_reasons": bool(tables) if candidates else None,
        "tables": tables,
        "evidence": [candidate.evidence for candidate in candidates],
        "candidates": [_candidate(candidate) for candidate in candidates],
        "notes": list(resolution.notes),
        "header": f"/v1/header/{kernel}.h" if single else None,
        "resolve": f"/v1/resolve?kernel={kernel.replace('+', '%2B')}&value={{value}}",
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    """Return a table a kernel may have, with the addresses of its page and its header."""
    table = candidate.table
    return {
        "table": table,
        "lists": None if candidate.shows is None else list(candidate.shows),
        "evidence": candidate.evidence,
        "page": f"/kernels/{table}/" if table else None,
        "header": f"/kernels/{table}.h" if table else None,
    }
