# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says what an edit would do to the catalogue, before anything is written."""

import re
from typing import NamedTuple

from dropreasons.catalogue import REASONS_FILE, Catalogue, reasons_in
from dropreasons.findings import Finding, FindingsError
from dropreasons.model.reason import Reason
from dropreasons.rules import run_rules
from dropreasons.source import Source, parse

# Until a kernel that has a new name is imported, there is none that knows it.
_EXPECTED = "DR012"


class Effect(NamedTuple):
    """The errors that an edit brings, and those that are expected to pass."""

    errors: tuple[Finding, ...]
    expected: tuple[Finding, ...]


def reasons_of(text: str, name: str) -> dict[str, Reason]:
    """Return the entries of a text.

    Raises:
        FindingsError: it is no valid YAML, or an entry is not of the form of a reason.
    """
    return _reasons(Source(name, text, parse(text, name)))


def effect(catalogue: Catalogue, text: str, renamed: tuple[str, str] | None = None) -> Effect:
    """Return the errors that a catalogue has with another text for its entries and has not today.

    Args:
        catalogue: the catalogue as it is.
        text: what its file of entries is to say.
        renamed: a name and the one that takes its place, so that what was said of the old one is not new.
    """
    source = Source(REASONS_FILE, text, parse(text, REASONS_FILE))
    after = _errors(catalogue._replace(reasons=_reasons(source), source=source))
    expected = [error for error in after if renamed and (error.id, error.context) == (_EXPECTED, f"/{renamed[1]}")]
    errors = [error for error in after if error not in expected]
    if errors:
        known = {(error.id, _as_renamed(error.message, renamed)) for error in _errors(catalogue)}
        errors = [error for error in errors if (error.id, error.message) not in known]
    return Effect(tuple(errors), tuple(expected))


def _reasons(source: Source) -> dict[str, Reason]:
    findings: list[Finding] = []
    reasons = reasons_in(source, findings)
    if findings:
        raise FindingsError(findings)
    return reasons


def _errors(catalogue: Catalogue) -> list[Finding]:
    return [finding for finding in run_rules(catalogue) if finding.level == "error"]


def _as_renamed(message: str, renamed: tuple[str, str] | None) -> str:
    """Return a message with the old name replaced by the new one."""
    return re.sub(rf"\b{re.escape(renamed[0])}\b", renamed[1], message) if renamed else message
