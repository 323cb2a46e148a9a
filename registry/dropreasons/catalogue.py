# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The catalogue: what people wrote, joined with what was read from kernels."""

from pathlib import Path
from typing import NamedTuple

from dropreasons.evidence import load_evidence
from dropreasons.findings import Finding, FindingsError, Location
from dropreasons.model.evidence import Evidence
from dropreasons.model.reason import Reason
from dropreasons.schema import load_model
from dropreasons.source import Source, read_source
from dropreasons.tables import Kernels, load_kernels

REASONS_FILE = "reasons.yaml"
KERNELS_FOLDER = "kernels"


class Catalogue(NamedTuple):
    """Every reason that has an entry, by name, and the evidence of all kernels."""

    reasons: dict[str, Reason]
    kernels: Kernels
    evidence: Evidence
    source: Source


def load_catalogue(root: Path) -> Catalogue:
    """Load reasons.yaml and kernels/ of a folder.

    Raises:
        FindingsError: with every mistake of form in either.
    """
    findings: list[Finding] = []
    try:
        source = read_source(root / REASONS_FILE, REASONS_FILE)
        reasons = reasons_in(source, findings)
    except FindingsError as error:
        findings += error.findings
    try:
        kernels = load_kernels(root / KERNELS_FOLDER)
        evidence = load_evidence(root / KERNELS_FOLDER)
    except FindingsError as error:
        findings += error.findings
    if findings:
        raise FindingsError(findings)
    return Catalogue(reasons, kernels, evidence, source)


def reasons_in(source: Source, findings: list[Finding]) -> dict[str, Reason]:
    """Validate every entry, adding all mistakes to the findings."""
    if not isinstance(source.data, dict) or not source.data:
        place = Location(source.name, 1, 1)
        raise FindingsError([Finding("DR001", "error", "must be a mapping of names to entries", place)])
    reasons = {}
    for name, data in source.data.items():
        if not isinstance(name, str):
            message = f"the name {name!r} is read as a {type(name).__name__}; quote it"
            findings.append(Finding("DR001", "error", message, source.locate((name,), key=True)))
            continue
        entry = load_model(Reason, source, findings, data if isinstance(data, dict) else {}, (name,))
        if entry is not None:
            reasons[name] = entry
    return reasons
