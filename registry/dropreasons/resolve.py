# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Finds the table of a kernel from its release string, and says how sure that is."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import NamedTuple

from dropreasons.kernelrelease import KernelRelease, parse_release
from dropreasons.ranges import point

#: From the surest down: this very build was read; it lies between two equal reads of its line; its line was read
#: but not this point; several tables are possible; nothing is known.
CONFIDENCES = ("exact", "line", "assumed", "candidates", "unknown")

FAMILY_NAMES = {
    "amazon": "Amazon Linux", "android": "Android", "arch": "Arch Linux", "debian": "Debian", "fedora": "Fedora",
    "kylin": "Kylin", "openeuler": "openEuler", "proxmox": "Proxmox", "rhel": "the Red Hat family", "suse": "SUSE",
    "tencentos": "TencentOS", "ubuntu": "Ubuntu", "upstream": "upstream", "wsl2": "WSL2",
}  # fmt: skip


class Candidate(NamedTuple):
    """A table a kernel may have; None stands for a kernel without drop reasons.

    `shows` names the lists that were read for this kernel itself, None meaning all of the table.
    """

    table: str | None
    shows: tuple[str, ...] | None
    evidence: str


class Resolution(NamedTuple):
    """What is known of the table of one kernel."""

    release: KernelRelease
    confidence: str
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...]


class _Span(NamedTuple):
    first: tuple[int, ...]
    last: tuple[int, ...] | None
    read: frozenset[tuple[int, ...]]
    all_read: bool
    candidate: Candidate
    evidence: str

    def holds(self, at: tuple[int, ...]) -> bool:
        """Tell whether a point lies in the span."""
        return self.first <= at and (self.last is None or at <= self.last)

    def was_read(self, at: tuple[int, ...]) -> bool:
        """Tell whether the kernel at a point was read itself."""
        return at in self.read or (self.all_read and self.holds(at))

    def read_ends(self) -> set[tuple[int, ...]]:
        """Return the outermost points of the span that were read."""
        return {*self.read} | ({self.first, self.last or self.first} if self.all_read else set())


def resolve(database: sqlite3.Connection, text: str) -> Resolution:
    """Resolve a kernel release to its table.

    Raises:
        NotARelease: the text is no kernel release string.
    """
    release = parse_release(text)
    # A bare 7.3 is no release of a distribution, even if the package of one calls itself so.
    exact = database.execute(
        "select table_id, shows, family, source from span where release = ? order by position", (_abi(release),)
    ).fetchone()
    if exact and release.family != "upstream":
        candidate = Candidate(exact[0], _names(exact[1]), exact[3] or exact[2])
        found = Resolution(release, "exact", (candidate,), ())
    else:
        found = _FINDERS.get(release.family, _other_distribution)(database, release)
    own = dict(database.execute("select source, table_id from span where family = 'overlay' and line = ?", (text,)))
    return found._replace(candidates=tuple(c._replace(table=own.get(c.table, c.table)) for c in found.candidates))


def _abi(release: KernelRelease) -> str:
    """Return the release as spans name it: Debian's ABIs stand without the flavour."""
    if release.family == "debian":
        head, _, _ = release.text.partition("-")
        return head if "+" in head else "-".join(release.text.split("-")[:2]) if release.line.count(".") == 2 else head
    return release.text


def _spans(database: sqlite3.Connection, family: str, line: str, flavour: str) -> list[_Span]:
    """Return the spans of one row of points, oldest first, without those known by family only."""
    rows = database.execute(
        "select first, last, points, evidence, table_id, shows, source from span where family = ? and line = ? and"
        " flavour = ? and evidence != 'family' order by position",
        (family, line, flavour),
    )
    spans = []
    for first, last, points, evidence, table, shows, source in rows:
        start, end = point(first), point(last) if last else None
        named = {point(p) for p in json.loads(points)}
        if evidence == "ends" and not named:
            named = {start, end or start}
        shown = _names(shows)
        all_read = evidence == "read" and not named
        spans.append(
            _Span(start, end, frozenset(named), all_read, Candidate(table, shown, source or evidence), evidence)
        )
    return sorted(spans, key=lambda span: span.first)


def _place(release: KernelRelease, spans: list[_Span], whose: str) -> Resolution:
    """Resolve a point of a line by the reads around it."""
    at = release.point
    reading = next((span for span in spans if span.was_read(at)), None)
    if reading is not None:
        return Resolution(release, "exact", (reading.candidate,), ())
    below = _nearest(spans, lambda p: p <= at, max)
    above = _nearest(spans, lambda p: p >= at, min)
    holding = next((span for span in spans if span.holds(at)), None)
    if holding is not None:
        tables = {span.candidate.table for span in (below, above) if span}
        if below and above and tables == {holding.candidate.table}:
            return Resolution(release, "line", (holding.candidate,), ())
        note = f"{release.text} was not read; this is the table of the nearest {whose} {release.line} kernels read"
        return Resolution(release, "assumed", (holding.candidate,), (note,))
    return _between(release, below, above, whose)


def _between(release: KernelRelease, below: _Span | None, above: _Span | None, whose: str) -> Resolution:
    """Resolve a point outside every span by the nearest reads on either side."""
    if below and above:
        if below.candidate.table == above.candidate.table:
            return Resolution(release, "line", (above.candidate,), ())
        note = f"{release.text} lies between two reads of {whose} {release.line} that differ"
        return Resolution(release, "candidates", (above.candidate, below.candidate), (note,))
    nearest = below or above
    if nearest is None:
        return Resolution(release, "unknown", (), (f"no kernel of {whose} {release.line} was read",))
    note = f"{release.text} was not read; this is the table of the nearest {whose} {release.line} kernel that was"
    return Resolution(release, "assumed", (nearest.candidate,), (note,))


def _nearest(
    spans: list[_Span],
    side: Callable[[tuple[int, ...]], bool],
    pick: Callable[[Iterable[tuple[int, ...]]], tuple[int, ...]],
) -> _Span | None:
    """Return the span of the nearest point that was read on one side."""
    points = {end: span for span in spans for end in span.read_ends() if side(end)}
    return points[pick(points)] if points else None


def _upstream(database: sqlite3.Connection, release: KernelRelease) -> Resolution:
    spans = _spans(database, "upstream", release.line, "")
    if not spans:
        newest = database.execute("select line from span where family = 'upstream' order by position desc").fetchone()[
            0
        ]
        if release.version[:2] < (5, 17):
            note = f"no kernel of the line {release.line} was read; drop reasons came with 5.17"
        else:
            note = f"no kernel of the line {release.line} was read; the newest line read is {newest}"
        return Resolution(release, "unknown", (), (note,))
    if release.point and release.point[0] >= 0:
        return _place(release, spans, "upstream")
    if release.point:
        if any(span.was_read(release.point) for span in spans):
            return _place(release, spans, "upstream")
        return _line_as_a_whole(release, spans[:1], f"{release.text} was not read; its line began with this table")
    line = release.line
    note = f"{line} names a line, not one kernel of it; for a single answer give the point release ({line}.N)"
    return _line_as_a_whole(release, spans, note)


def _line_as_a_whole(release: KernelRelease, spans: list[_Span], note: str) -> Resolution:
    """Resolve to every table of some spans, newest first."""
    distinct = list(dict.fromkeys(span.candidate for span in reversed(spans)))
    tables = list(dict.fromkeys(c.table for c in distinct))
    chosen = tuple(next(c for c in distinct if c.table == table) for table in tables)
    if len(chosen) == 1:
        return Resolution(release, "assumed", chosen, (note,) if release.point else ())
    return Resolution(release, "candidates", chosen, (note,))


def _debian(database: sqlite3.Connection, release: KernelRelease) -> Resolution:
    spans = _spans(database, "debian", release.line, "")
    return _place(release, spans, "Debian") if spans else _other_distribution(database, release)


def _ubuntu(database: sqlite3.Connection, release: KernelRelease) -> Resolution:
    spans = _spans(database, "ubuntu", release.line, release.flavour)
    if spans:
        return _place(release, spans, "Ubuntu")
    return _same_base(database, release)


def _same_base(database: sqlite3.Connection, release: KernelRelease) -> Resolution:
    """Resolve an Ubuntu kernel of a flavour that was not read to the tables of the other flavours."""
    rows = database.execute(
        "select distinct table_id, shows from span where family = 'ubuntu' and line = ? and table_id is not null"
        " order by position desc",
        (release.line,),
    ).fetchall()
    if not rows:
        return _other_distribution(database, release)
    note = f"no {release.flavour} kernel of Ubuntu {release.line} was read; these are the tables of its other flavours"
    tables = dict.fromkeys(row[0] for row in rows)
    candidates = tuple(Candidate(table, ("core", "subsystems"), "another flavour") for table in tables)
    return Resolution(release, "candidates", candidates, (note,))


def _unnamed(database: sqlite3.Connection, release: KernelRelease) -> Resolution:
    """Resolve 6.8.0-45, which Debian and Ubuntu both could print, without the flavour that tells them apart."""
    for flavour in ("amd64", "generic"):
        resolution = resolve(database, f"{release.text}-{flavour}")
        if resolution.confidence in {"exact", "line"}:
            note = f"{release.text} is taken for {FAMILY_NAMES[resolution.release.family]}'s {resolution.release.text}"
            return resolution._replace(release=release, notes=(*resolution.notes, note))
    return _other_distribution(database, release)


def _local(database: sqlite3.Connection, release: KernelRelease) -> Resolution:
    """Resolve a kernel with a suffix nobody published: built from an upstream release, perhaps changed."""
    version = ".".join(str(n) for n in release.version)
    upstream = resolve(database, version)
    note = (
        f"{release.flavour!r} is not the suffix of a distribution we know;"
        f" upstream {version} is shown, which its builder may have changed"
    )
    confidence = "assumed" if upstream.confidence in {"exact", "line"} else upstream.confidence
    return Resolution(release, confidence, upstream.candidates, (note, *upstream.notes))


def _by_family(database: sqlite3.Connection, release: KernelRelease) -> Resolution:
    """Resolve a kernel of a family whose readings carry no exact release."""
    whose = FAMILY_NAMES[release.family]
    spans = _spans(database, release.family, release.line, "")
    if any(span.was_read(release.point) for span in spans):
        return _place(release, spans, whose)
    claimed = [span.candidate for span in spans if span.evidence == "claimed"]
    if claimed:
        note = (
            f"{whose} {release.line} was read at one point, whose exact release rests on the word of who published it"
        )
        return Resolution(release, "assumed", tuple(claimed), (note,))
    line = release.line.partition("_")[0]
    rows = database.execute(
        "select table_id, shows, source from span where family = ? and line = ? order by position desc",
        (release.family, line),
    ).fetchall()
    candidates: dict[str, Candidate] = {}
    for table, shows, source in rows:
        candidates.setdefault(table, Candidate(table, _names(shows), source))
    if not candidates:
        return _other_distribution(database, release)
    if len(candidates) == 1:
        note = f"one kernel of {whose} {line} was read, and its exact release is not known"
        return Resolution(release, "assumed", tuple(candidates.values()), (note,))
    note = f"{whose} renumbers within {line}; which release has which of these tables is not known"
    return Resolution(release, "candidates", tuple(candidates.values()), (note,))


def _other_distribution(database: sqlite3.Connection, release: KernelRelease) -> Resolution:
    """Answer for a distribution that was not read with the upstream table, and say so."""
    version = ".".join(str(n) for n in release.version)
    upstream = resolve(database, version)
    whose = FAMILY_NAMES.get(release.family, "this distribution")
    if not upstream.candidates:
        return Resolution(
            release, "unknown", (), (f"no kernel of {whose} {release.upstream_line} was read", *upstream.notes)
        )
    note = f"no such kernel of {whose} was read; upstream {version} is shown, and distributions renumber"
    unread = tuple(candidate._replace(shows=(), evidence=f"upstream {version}") for candidate in upstream.candidates)
    return Resolution(release, "candidates", unread, (note,))


def _names(text: str | None) -> tuple[str, ...] | None:
    return tuple(json.loads(text)) if text else None


_FINDERS: dict[str, Callable[[sqlite3.Connection, KernelRelease], Resolution]] = {
    "upstream": _upstream,
    "debian": _debian,
    "ubuntu": _ubuntu,
    "unnamed": _unnamed,
    "local": _local,
    "rhel": _by_family,
    "amazon": _by_family,
    "android": _by_family,
    "kylin": _by_family,
    "openeuler": _by_family,
    "suse": _by_family,
    "tencentos": _by_family,
    "wsl2": _by_family,
}
