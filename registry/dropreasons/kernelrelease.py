# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Understands kernel release strings, as `uname -r` prints them on any distribution."""

import re
from typing import NamedTuple

LONGEST_RELEASE = 100
EXAMPLES = "6.12.117, 6.1.0-47-amd64, 6.8.0-45-generic or 5.14.0-427.13.1.el9_4.x86_64"

#: What `parse_release` takes, for those who describe it to others.
RELEASE_PATTERN = r"^v?\d{1,4}\.\d{1,4}(\.\d{1,6}){0,2}(-rc\d{1,2})?([-+._][A-Za-z0-9.+_~-]*)?$"

# A release candidate comes before its release: 6.10-rc5 has the point -95, 6.10.0 the point 0.
_BEFORE_RELEASE = -100

_HEAD = re.compile(r"v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:-rc(\d{1,2}))?(?=[-+._]|$)", re.ASCII)
_ALLOWED = re.compile(r"[A-Za-z0-9.+_~-]+", re.ASCII)

# The longest first: a regular expression takes the first that fits.
_UBUNTU_FLAVOURS = (
    "nvidia-lowlatency|nvidia-tegra|xilinx-zynqmp|allwinner|azure-fde|azure|aws|gcp|generic|gkeop|gke|hwe|ibm|intel|"
    "iot|kvm|laptop|lowlatency|nvidia|oem|oracle|raspi|realtime|starfive|tegra"
)
_DEBIAN_FLAVOURS = (
    r"(?:cloud-|rt-)?(?:amd64|arm64|686-pae|686|armmp-lpae|armmp|riscv64|powerpc64le|s390x|marvell|rpi|octeon|"
    r"loongson-3|mips[\w-]*|[45]kc-malta|16k)(?:-unsigned|-16k)?"
)
_DISTRIBUTIONS: list[tuple[str, re.Pattern[str]]] = [
    ("wsl2", re.compile(r"-microsoft-standard(?:-WSL2)?\+?$")),
    ("rhel", re.compile(r"-([\d.]+)\.el(\d+)(?:_(\d+))?(?:\..*|uek.*)?$")),
    ("amazon", re.compile(r"-([\d.]+)\.(amzn\w+)(?:\..*)?$")),
    ("android", re.compile(r"-android(\d+)(?:-(\d+))?(?:-.*)?$")),
    ("tencentos", re.compile(r"-([\d.]+)(?:-tlinux|\.tl\d|\.tk\d|[-.]\d{4}(?:\.\d+)?$).*$")),
    ("openeuler", re.compile(r"-([\d.]+)\.oe(\d+)\w*(?:\..*)?$")),
    ("kylin", re.compile(r"-([\w.]+)\.ky(\d+)(?:\..*)?$")),
    ("fedora", re.compile(r"-([\d.]+)\.fc(\d+)(?:\..*)?$")),
    ("proxmox", re.compile(r"-(\d+)-pve$")),
    ("arch", re.compile(r"[-.]arch(\d+)(?:-\d+)?$")),
    ("suse", re.compile(r"-([\d.]+)-(?:default|azure|rt|kvmsmall|64kb|preempt|longterm|vanilla|pae)$")),
    ("ubuntu", re.compile(rf"-(\d+)-({_UBUNTU_FLAVOURS})(?:-64k)?$")),
    ("debian", re.compile(rf"(?:-([\d.]*deb[\w.]*|\d+)|\+(?:deb|bpo)[\w.+]*|)(?:-{_DEBIAN_FLAVOURS})$")),
    ("debian", re.compile(r"\+deb\d+[\w.+]*$")),
]


class NotARelease(ValueError):
    """A text that is no kernel release string."""


class KernelRelease(NamedTuple):
    """One kernel release string, taken apart.

    `family` says who built the kernel: upstream, a distribution, `unnamed` for a distribution's number without
    its flavour (6.8.0-45), or `local` for a suffix nobody published.  `line` and `flavour` name the row of
    points the kernel belongs to, `point` its place in that row (compared as a tuple).
    """

    text: str
    family: str
    version: tuple[int, int, int]
    line: str
    flavour: str
    point: tuple[int, ...]

    @property
    def upstream_line(self) -> str:
        """The upstream line the kernel was made from, such as 6.12."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def whole_line(self) -> bool:
        """Whether the text names a line (6.12) rather than one kernel of it (6.12.0)."""
        return self.family == "upstream" and not self.point


def parse_release(text: str) -> KernelRelease:
    """Take a release string apart.

    Raises:
        NotARelease: the text does not begin with a kernel version, or has characters no release has.
    """
    head = _HEAD.match(text) if len(text) <= LONGEST_RELEASE and _ALLOWED.fullmatch(text) else None
    if head is None:
        shown = text if len(text) <= LONGEST_RELEASE else text[:LONGEST_RELEASE] + "..."
        raise NotARelease(f"{shown!r} is not a kernel release; expected something like {EXAMPLES}")
    major, minor, patch, fourth, candidate = (int(g) if g else None for g in head.groups())
    version = (major or 0, minor or 0, patch or 0)
    rest = text[head.end() :]
    if not rest:
        return _upstream(text, version, patch, fourth, candidate)
    for family, pattern in _DISTRIBUTIONS:
        found = pattern.fullmatch(rest)
        if found:
            line, flavour, point = _place(family, found, version, fourth, rest)
            return KernelRelease(text, family, version, line, flavour, point)
    family = "unnamed" if re.fullmatch(r"-\d+", rest) else "local"
    return KernelRelease(text, family, version, f"{version[0]}.{version[1]}", rest, (version[2],))


def _upstream(
    text: str, version: tuple[int, int, int], patch: int | None, fourth: int | None, candidate: int | None
) -> KernelRelease:
    """Place a release without a suffix."""
    line = f"{version[0]}.{version[1]}"
    if fourth is not None:
        return KernelRelease(text, "local", version, line, f".{fourth}", (version[2], fourth))
    if candidate is not None:
        return KernelRelease(text, "upstream", version, line, "", (_BEFORE_RELEASE + candidate,))
    return KernelRelease(text, "upstream", version, line, "", () if patch is None else (patch,))


def _place(
    family: str, found: re.Match[str], version: tuple[int, int, int], fourth: int | None, rest: str
) -> tuple[str, str, tuple[int, ...]]:
    """Say which line of its distribution a kernel is of, its flavour, and its point in that line."""
    upstream_line = f"{version[0]}.{version[1]}"
    base = f"{upstream_line}.{version[2]}"
    place = upstream_line, "", (version[2], *numbers(found[1] if found.re.groups and found[1] else ""))
    if family == "ubuntu":
        place = base, found[2], (int(found[1]),)
    elif family == "debian" and found.re.groups and found[1] and found[1].isdigit():
        place = base, "", (int(found[1]),)
    elif family == "debian":
        place = upstream_line, "", (version[2], *numbers(rest.partition("-")[0]))
    elif family == "rhel":
        place = f"el{found[2]}" + (f"_{found[3]}" if found[3] else ""), "", numbers(found[1])
    elif family == "wsl2":
        place = upstream_line, "", (version[2], fourth or 0)
    elif family == "amazon":
        place = f"{found[2]}-{upstream_line}", "", (version[2], *numbers(found[1]))
    return place


def numbers(text: str) -> tuple[int, ...]:
    """Return the whole numbers in a text, in their order."""
    return tuple(int(n) for n in re.findall(r"\d{1,9}", text))
