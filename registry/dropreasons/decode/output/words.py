# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The words that every form of a summary for people uses."""

from collections.abc import Iterable, Iterator, Sequence

from dropreasons.decode.advice import Advice
from dropreasons.decode.output.printable import printable
from dropreasons.decode.rows import Counted, Row
from dropreasons.decode.summary import Input, Summary
from dropreasons.decode.timeline import shown_length, shown_time

SEVERITY_WORDS = {
    "investigate": "look into it",
    "depends": "may be normal",
    "unknown": "not decoded",
    "benign": "normal",
}
#: Rows that people are shown unless they ask for more.
MOST_ROWS = 20
#: Reasons to look at that are told in full.
MOST_LOOKS = 3
_MOST_LISTED = 3
_MOST_CANDIDATES = 5
_SURE = {
    "assumed": "likely: this very kernel was not read",
    "candidates": "the same on every kernel that these lines can come from",
}


def of(number: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def percent(share: float) -> str:
    """Return a share with one decimal."""
    return f"{100 * share:.1f}%"


def listed(found: Sequence[Counted], most: int = _MOST_LISTED) -> str:
    """Return the most frequent of some things, and how many more there are."""
    said = [f"{printable(one.label)} ({one.drops:,})" for one in found[:most]]
    return ", ".join(said) + (f" and {len(found) - most} more" if len(found) > most else "")


def page_of(row: Row, site: str) -> str:
    """Return the address of a reason's page."""
    return f"{site.rstrip('/')}/reasons/{row.entry}/"


def heading(summary: Summary) -> str:
    """Say how much was read and what of it was understood."""
    name = printable(summary.inputs[0].name) if len(summary.inputs) == 1 else of(len(summary.inputs), "input")
    unknown = f", {summary.unknown:,} of them not understood" if summary.unknown else ""
    return f"{name}: {of(summary.drops, 'drop')} in {of(summary.lines, 'line')}{unknown}"


def kernels(summary: Summary) -> Iterator[str]:
    """Say which kernel each input was decoded for, how it was found, and what must be said of that."""
    for read in summary.inputs:
        name = f"{printable(read.name)}: " if len(summary.inputs) > 1 else ""
        counts = f"{of(read.tally.drops, 'drop')}, " if name else ""
        yield f"{name}{counts}kernel: {printable(read.origin.described, 400)}"
        yield from (f"note: {printable(note, 400)}" for note in read.origin.notes)


def when(summary: Summary) -> str:
    """Say from when to when the drops were, empty where nobody says."""
    if summary.first is None or summary.last is None:
        return ""
    first, last = shown_time(summary.first), shown_time(summary.last)
    return first if first == last else f"{first} to {last} ({shown_length(summary.last - summary.first)})"


def explained(row: Row) -> Iterator[str]:
    """Yield what is to be said of a row, a paragraph each."""
    if row.meaning:
        yield row.meaning
    if row.candidates:
        names = [f"{possible.name} ({possible.kernels})" for possible in row.candidates[:_MOST_CANDIDATES]]
        more = len(row.candidates) - len(names)
        yield f"one of these: {'; '.join(names)}" + (f"; and {more} more" if more else "")
    if row.entry and row.confidence in _SURE:
        yield _SURE[row.confidence]
    if row.corrected_from:
        yield f"printed as {', '.join(map(printable, row.corrected_from))}"
    if row.details:
        yield f"of these {listed(row.details, _MOST_CANDIDATES)}"
    if row.reasons:
        yield listed(row.reasons, _MOST_CANDIDATES)
    yield from (printable(note, 400) for note in row.notes)


def places(row: Row) -> str:
    """Say where drops were seen most, and when."""
    where = f"in {listed(row.locations)}" if row.locations else ""
    times = " to ".join(dict.fromkeys(filter(None, (shown_time(row.first), shown_time(row.last)))))
    return "; ".join(filter(None, (where, times)))


def then(advice: Advice) -> str:
    """Name the reasons to look at after the first ones."""
    rows = [look.row for look in advice.first[MOST_LOOKS:]]
    return f"Then: {listed([Counted(row.label, row.drops) for row in rows], 8)}" if rows else ""


def normal(advice: Advice) -> str:
    """Name the reasons that are normal."""
    if not advice.benign:
        return ""
    return f"Normal, nothing need be done: {listed([Counted(row.label, row.drops) for row in advice.benign], 8)}"


def undecoded(advice: Advice) -> str:
    """Name the reasons that were not decoded, and say what would help."""
    if not advice.open:
        return ""
    what = listed([Counted(row.label, row.drops) for row in advice.open], 8)
    if any(row.candidates for row in advice.open):
        return f"Not decoded: {what}. Give --kernel RELEASE (uname -r of that machine) or --table FILE."
    return f"Not decoded: {what}"


def foreign(summary: Summary) -> str:
    """Name the reasons that are none of the kernel's."""
    return f"Of other registries, not the kernel's: {listed(summary.foreign, 8)}" if summary.foreign else ""


def not_understood(inputs: Iterable[Input]) -> Iterator[str]:
    """Yield the first lines that were not understood."""
    for read in inputs:
        for number, text in read.tally.not_understood:
            yield f"{printable(read.name)}:{number}: {printable(text, 200)}"
