# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Shows an audit: a page of 80 columns for people, and a document with everything for programs."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any, NamedTuple

from dropreasons.audit.compare import Comparison, Counts, Verdict
from dropreasons.audit.history import ALARMS, HIDES, Case
from dropreasons.audit.read import Pair
from dropreasons.enums import reason_name
from dropreasons.findings import Finding
from dropreasons.ranges import merged
from dropreasons.resolve import FAMILY_NAMES

SCHEMA_VERSION = "1.0"
_WIDTH = 80
_MOST_CASES = 5
_MOST_FINDINGS = 5
_EFFECTS = {
    HIDES: "a reason to look into passes for benign",
    ALARMS: "a benign reason passes for one to look into",
}
_FORMATS = {".go": "go", ".py": "python", ".rs": "rust", ".ts": "typescript", ".js": "typescript", ".bt": "bpftrace"}
_C = {".c", ".h", ".cc", ".cpp", ".hpp"}


class Audit(NamedTuple):
    """All that was found of a file."""

    file: str
    pairs: tuple[Pair, ...]
    comparison: Comparison
    cases: tuple[Case, ...]
    findings: tuple[Finding, ...]

    def fails(self, on: str | None) -> bool:
        """Tell whether the table is wrong (or, if asked, silent) on a kernel looked at, or denies itself."""
        if on is None:
            return False
        verdicts = [v for judged in self.comparison.judged.values() for v in judged]
        return (
            any(v.wrong for v in verdicts)
            or any(finding.level == "error" for finding in self.findings)
            or (on == "silent" and any(v.silent for v in verdicts))
        )


def as_text(audit: Audit) -> str:
    """Return the page."""
    parts = [_head(audit), *_tables(audit.comparison), _distributions(audit.comparison), _worst(audit)]
    parts += [_findings(audit.findings), _next(audit)]
    return "\n".join(part for part in parts if part)


def _head(audit: Audit) -> str:
    """Say in a few sentences what the table is worth."""
    numbers = {pair.number for pair in audit.pairs}
    high = sum(number > 0xFFFF for number in numbers)
    sentences = [f"{audit.file} names {len(numbers)} numbers" + (f", {high} of them of sub-systems." if high else ".")]
    sentences += _worth(audit.comparison)
    notes = [*audit.comparison.notes, *_renamed(audit.comparison)]
    return _wrap(" ".join(sentences)) + "".join(_wrap(f"note: {note}") for note in notes)


def _renamed(comparison: Comparison) -> Iterator[str]:
    """Say which names count as right because the kernel's is another of the same reason."""
    verdicts = [verdict for judged in comparison.judged.values() for verdict in judged]
    names = {(reason_name(differs.says), differs.means) for verdict in verdicts for differs in verdict.renamed}
    if names:
        yield "right by an alias: " + ", ".join(f"{says} for {means}" for says, means in sorted(names))


def _worth(comparison: Comparison) -> Iterator[str]:
    """Yield the kernels a table is right for; what it is worth on the newest ones."""
    if not comparison.upstream:
        return
    whole = _where(comparison, lambda counts: not counts.wrong and not counts.silent)
    gaps = _where(comparison, lambda counts: counts.silent > counts.wrong == 0)
    ranges = comparison.ranges("core")
    if whole:
        yield f"Of the upstream kernels it has every core reason right on {whole} only."
    if gaps:
        yield f"On {gaps} it is right as far as it goes, and silent on some."
    if not whole and not gaps:
        best = max(ranges, key=lambda found: found.said.right / found.said.reasons)
        yield f"It is wrong on every upstream kernel, least on {best}: {best.said.right} of {best.said.reasons} right."
    newest = ranges[0].said
    if newest.wrong or newest.silent:
        said = f"{newest.right} of {newest.reasons}, wrong for {newest.wrong}, silent on {newest.silent}"
        yield f"On {ranges[0]} it is right for {said}."


def _where(comparison: Comparison, holds: Callable[[Counts], bool]) -> str:
    """Return the upstream kernels of whose counts something holds, newest first."""
    counts = [comparison.counts(table, "core") if table else None for _, table in comparison.upstream]
    said = [True if found and holds(found) else None for found in counts]
    return " and ".join(str(found) for found in merged([stretch for stretch, _ in comparison.upstream], said))


def _tables(comparison: Comparison) -> Iterator[str]:
    """Yield a table for the core list, and one for sub-systems if the pairs reach into any."""
    for part, title in (("core", "core reasons of"), ("subsystems", "sub-systems of")):
        rows = [(str(found), found.said) for found in comparison.ranges(part)]
        if not comparison.upstream:
            counted = [(row, comparison.counts(row.table, part)) for row in comparison.rows]
            rows = [(str(row), counts) for row, counts in counted if counts]
        if rows:
            head = f"{title:<28}{'reasons':>9}{'right':>11}{'wrong':>13}{'silent':>13}\n"
            yield head + "".join(_row(*row) for row in rows)


def _row(kernels: str, counts: Counts) -> str:
    cells = "".join(f"{number:>8} {_share(number, counts.reasons):>4}" for number in counts)
    name = f"{kernels:<28}" if len(kernels) <= 28 else f"{kernels}\n{'':<28}"
    return f"{name}{counts.reasons:>7}{cells}\n"


def _share(number: int, of: int) -> str:
    """Return a share in whole per cent, rounded down, so that 100 % is all."""
    return f"{100 * number // of}%"


def _distributions(comparison: Comparison) -> str:
    """Return a line for each distribution: the share that is right, lowest to highest of each of its lines."""
    if not comparison.upstream:
        return ""
    shares: dict[str, dict[str, list[int]]] = {}
    for row in comparison.rows:
        counts = comparison.counts(row.table, "core")
        if counts:
            lines = shares.setdefault(FAMILY_NAMES.get(row.family, row.family), {})
            lines.setdefault(row.kernels, []).append(100 * counts.right // counts.reasons)
    text = "distributions (how much of the core list is right)\n"
    for family, lines in shares.items():
        said = [f"{line} {min(s)}%" if min(s) == max(s) else f"{line} {min(s)}-{max(s)}%" for line, s in lines.items()]
        text += _wrap(f"{family}: {', '.join(said)}", "  ", "    ")
    return text


def _worst(audit: Audit) -> str:
    """Return the cases that mislead worst."""
    if not audit.cases:
        return ""
    text = f"worst of {len(audit.cases)} wrong numbers\n"
    for case in audit.cases[:_MOST_CASES]:
        right = f"right on {' and '.join(case.right)}" if case.right else "right on no upstream kernel"
        where = f"line {case.pair.line}; {right}" + (f"; {_EFFECTS[case.effect]}" if case.effect in _EFFECTS else "")
        said = f"{case.pair.number}: says {reason_name(case.pair.name)}, means {case.means} on {case.kernels}"
        text += _wrap(said, "  ", "      ") + _wrap(where, "      ", "      ")
    return text


def _findings(findings: tuple[Finding, ...]) -> str:
    """Return what is wrong whatever the kernel."""
    if not findings:
        return ""
    shown = sorted(findings, key=lambda finding: ("error", "warning", "info").index(finding.level))[:_MOST_FINDINGS]
    text = "".join(_wrap(finding.as_text(), "", "    ") for finding in shown)
    more = len(findings) - len(shown)
    return text + (f"{more} more; --format json has all\n" if more else "")


def _next(audit: Audit) -> str:
    """Say how to come to a table that is right."""
    kernel = audit.comparison.rows[0].kernels if not audit.comparison.upstream and audit.comparison.rows else "RELEASE"
    suffix = PurePath(audit.file).suffix
    command = f"table --kernel {kernel} --format {_FORMATS.get(suffix, 'json')}"
    if suffix in _C:
        command = f"header --kernel {kernel}"
    return f"A table that is right for one kernel:\n  dropreasons {command}\n"


def as_document(audit: Audit) -> dict[str, Any]:
    """Return everything, for JSON."""
    comparison = audit.comparison
    upstream = [
        {"first": stretch.first_release, "last": stretch.last_release, "table": table}
        for stretch, table in comparison.upstream
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "file": audit.file,
        "pairs": [pair._asdict() for pair in audit.pairs],
        "upstream": upstream,
        "kernels": [row._asdict() for row in comparison.rows],
        "tables": {
            table: {"core": _verdict(judged.core), "subsystems": _verdict(judged.subsystems)}
            for table, judged in comparison.judged.items()
        },
        "worst": [case._asdict() | {"pair": case.pair._asdict()} for case in audit.cases],
        "findings": [finding.as_dict() for finding in audit.findings],
        "notes": comparison.notes,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    counts = verdict.counts
    return {
        "reasons": counts.reasons,
        "counts": counts._asdict(),
        "right": verdict.right,
        "renamed": [differs._asdict() for differs in verdict.renamed],
        "wrong": [differs._asdict() for differs in verdict.wrong],
        "silent": verdict.silent,
    }


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    filled = textwrap.fill(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return f"{filled}\n"
