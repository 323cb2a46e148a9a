# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Turns the handed-over lines and ABIs into spans of kernels."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dropreasons.kernelrelease import parse_release
from dropreasons.model.table import Evidence, Read, Span

# The parts a headers package holds; the lists of mac80211 and openvswitch are in the sources only.
_IN_HEADERS = {"core", "subsystems", "qdisc"}
# Which family, line and point a reading belongs to, taken from its text about how the version is known.
_OTHERS: dict[str, tuple[str, str, str, Evidence]] = {
    "almalinux-9.4-5.14.0-427.33.1.el9_4": ("rhel", "el9_4", "427.33.1", "claimed"),
    "rhel9-5.14-ppc64le-2022-11": ("rhel", "el9", "0", "family"),
    "rhel9-5.14-2024-01-kepler": ("rhel", "el9", "0", "family"),
    "rhel9-5.14-2024-05": ("rhel", "el9", "0", "family"),
    "rhel9-5.14-2026-07": ("rhel", "el9", "0", "family"),
    "rhel9-ctrliq-db4ce5d04b34": ("rhel", "el9", "0", "family"),
    "rhel8-4.18-2023-07": ("rhel", "el8", "0", "family"),
    "rhel8-4.18-2024-03": ("rhel", "el8", "0", "family"),
    "rhel10-6.12-2025-07": ("rhel", "el10", "0", "family"),
    "amzn2023-6.1": ("amazon", "amzn2023-6.1", "0", "family"),
    "android-common-6.12-0c10203e": ("android", "6.12", "0", "family"),
    "android-gki-6.6-2026-01": ("android", "6.6", "0", "family"),
    "android-samsung-6.6-64f4aac3": ("android", "6.6", "0", "family"),
    "kylin-v10-4.19": ("kylin", "4.19", "0", "family"),
    "openeuler-6.6-2025-05": ("openeuler", "6.6", "0", "family"),
    "suse-6.12-9fc95beef107": ("suse", "6.12", "0", "family"),
    "tencentos-5.4.119": ("tencentos", "5.4", "0", "family"),
    "wsl2-5.15-2024-10": ("wsl2", "5.15", "0", "family"),
    "wsl2-6.1-2025-07": ("wsl2", "6.1", "0", "family"),
    "wsl2-6.1.21.2": ("wsl2", "6.1", "21.2", "read"),
    "wsl2-6.6.87.2": ("wsl2", "6.6", "87.2", "claimed"),
}


def all_spans(data: Mapping[str, Any], names: dict[str, str], reads: Iterable[Read]) -> dict[str, tuple[Span, ...]]:
    """Return the spans by family; `names` maps a handed-over table to the distinct table it is now."""
    by_name = {read.name: read for read in reads}
    spans = {
        "upstream": _upstream(data["lines"]["lines"], names),
        "debian": _debian(data["debian"]["debian"], names, list(by_name.values())),
        "ubuntu": _ubuntu(data["ubuntu"]["ubuntu"], names, by_name),
    }
    for name, (family, line, first, evidence) in _OTHERS.items():
        if name not in by_name:
            continue
        last = None if evidence == "family" else first
        read = by_name[name]
        spans.setdefault(family, ())
        spans[family] += (
            Span(
                line=line, first=first, last=last, table=names[name], evidence=evidence, shows=read.shows, source=name
            ),
        )
    spans["local"] = tuple(_running(read, names) for read in by_name.values() if "uname" in read.source)
    return spans


def _upstream(lines: dict[str, list[dict[str, Any]]], names: dict[str, str]) -> tuple[Span, ...]:
    """Return the spans of upstream lines; their points are point releases."""
    spans = []
    for line, rows in lines.items():
        for row in rows:
            elsewhere = [text for text in row.get("read", ()) if " " in text]
            notes = [row.get("note"), f"also read in {', '.join(elsewhere)}" if elsewhere else None]
            spans.append(
                Span(
                    line=line,
                    first=_point(row["from"]),
                    last=_point(row["to"]) if row["to"] else None,
                    table=names[row["table"]] if row["table"] else None,
                    evidence=row["evidence"],
                    points=tuple(_point(text) for text in row.get("read", ()) if " " not in text),
                    note="; ".join(filter(None, notes)) or None,
                )
            )
    return tuple(spans)


def _point(release: str) -> str:
    """Return the point of an upstream release in its line, as a span writes it."""
    return ".".join(str(n) for n in parse_release(release).point)


def _debian(abis: dict[str, dict[str, Any]], names: dict[str, str], reads: Sequence[Read]) -> tuple[Span, ...]:
    """Return one span for each Debian ABI that was read."""
    spans = []
    for abi, row in abis.items():
        release = parse_release(f"{abi}-amd64")
        at = ".".join(str(n) for n in release.point)
        source = f"linux-headers-{abi}-common {row['version']}"
        if "sha256" in row:
            source += f", {row['header']}, sha256 {row['sha256']}"
        spans.append(
            Span(
                line=release.line,
                first=at,
                last=at,
                table=names[row["table"]] if row["table"] else None,
                evidence="read",
                shows=_debian_shows(abi, row["version"], reads) if row["table"] else None,
                release=abi,
                source=source,
            )
        )
    return tuple(sorted(spans, key=lambda s: (parse_release(f"{s.release}-amd64").version, _key(s.first))))


def _debian_shows(abi: str, version: str, reads: Sequence[Read]) -> tuple[str, ...] | None:
    """Return which lists Debian's packages of one ABI showed: a headers package has no net/ folder."""
    shows = {"core"}
    for read in reads:
        package = str(read.source.get("package", ""))
        if f"linux-headers-{abi}-common" in package or re.search(rf"linux-source-\S+ {re.escape(version)} ", package):
            shows.update(read.shows)
    return tuple(sorted(shows))


def _ubuntu(rows: list[dict[str, Any]], names: dict[str, str], reads: Mapping[str, Read]) -> tuple[Span, ...]:
    """Return the spans of Ubuntu's ABIs; their points are ABI numbers."""
    # Ubuntu 22.04 was released before 5.15.58: ABIs 25 to 48 of 5.15.0 have no enum (ubuntu.yaml, head).
    none = Span(line="5.15.0", flavour="generic", first="25", last="48", table=None, evidence="ends")
    spans = [
        Span(
            line=row["base"],
            flavour=row["flavour"],
            first=str(row["from"]),
            last=str(row["to"]),
            table=names[row["table"]],
            evidence=row["evidence"],
            shows=_ubuntu_shows(row, reads),
            note=f"{row['read']} package versions of the span were read",
        )
        for row in rows
    ]
    if "ubuntu-tegra-6.8.0-1034" in names:
        spans.append(
            Span(
                line="6.8.0",
                flavour="nvidia-tegra",
                first="1034",
                last="1038",
                table=names["ubuntu-tegra-6.8.0-1034"],
                evidence="assumed",
                points=("1034",),
                shows=reads["ubuntu-tegra-6.8.0-1034"].shows,
                source="ubuntu-tegra-6.8.0-1034",
            )
        )
    return (none, *spans)


def _ubuntu_shows(row: dict[str, Any], reads: Mapping[str, Read]) -> tuple[str, ...]:
    """Return which lists were read for a flavour: the sources were opened for the generic one only."""
    shows = set(reads[row["table"]].shows)
    return tuple(sorted(shows if row["flavour"] == "generic" else shows & _IN_HEADERS))


def _running(read: Read, names: dict[str, str]) -> Span:
    """Return the span of a kernel that was read while it ran."""
    release = str(read.source["uname"]).split()[0]
    parsed = parse_release(release)
    at = ".".join(str(n) for n in parsed.point)
    return Span(
        line=parsed.line,
        flavour=parsed.flavour,
        first=at,
        last=at,
        table=names[read.name],
        evidence="read",
        shows=read.shows,
        release=release,
        source=read.name,
    )


def _key(at: str) -> tuple[int, ...]:
    """Return a point for sorting."""
    return tuple(int(n) for n in at.split("."))
