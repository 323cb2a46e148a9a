# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Kernel release strings of every distribution are taken apart rightly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropreasons.kernelrelease import NotARelease, parse_release

FAMILIES = [
    ("6.12.117", "upstream", "6.12", "", (117,)),
    ("6.12", "upstream", "6.12", "", ()),
    ("v7.1", "upstream", "7.1", "", ()),
    ("6.10-rc5", "upstream", "6.10", "", (-95,)),
    ("6.1.0-47-amd64", "debian", "6.1.0", "", (47,)),
    ("6.1.0-47-cloud-amd64", "debian", "6.1.0", "", (47,)),
    ("6.12.117+deb13-amd64", "debian", "6.12", "", (117, 13)),
    ("6.12.115+deb13.1-amd64", "debian", "6.12", "", (115, 13, 1)),
    ("7.3-amd64", "debian", "7.3", "", (0,)),
    ("6.8.0-45-generic", "ubuntu", "6.8.0", "generic", (45,)),
    ("5.15.0-1021-azure-fde", "ubuntu", "5.15.0", "azure-fde", (1021,)),
    ("6.8.0-1015-nvidia-64k", "ubuntu", "6.8.0", "nvidia", (1015,)),
    ("6.8.0-45", "unnamed", "6.8", "-45", (0,)),
    ("5.14.0-427.13.1.el9_4.x86_64", "rhel", "el9_4", "", (427, 13, 1)),
    ("5.14.0-503.el9.x86_64", "rhel", "el9", "", (503,)),
    ("4.18.0-553.el8_10.x86_64", "rhel", "el8_10", "", (553,)),
    ("6.4.0-150600.23.25-default", "suse", "6.4", "", (0, 150600, 23, 25)),
    ("6.1.75-android14-11-gabc", "android", "6.1", "", (75, 14)),
    ("6.6.87.2-microsoft-standard-WSL2", "wsl2", "6.6", "", (87, 2)),
    ("5.4.119-1-tlinux4-0009", "tencentos", "5.4", "", (119, 1)),
    ("6.1.84-99.169.amzn2023.x86_64", "amazon", "amzn2023-6.1", "", (84, 99, 169)),
    ("4.19.90-52.22.v2207.ky10.x86_64", "kylin", "4.19", "", (90, 52, 22, 2207)),
    ("6.6.0-28.0.0.34.oe2403.x86_64", "openeuler", "6.6", "", (0, 28, 0, 0, 34)),
    ("6.11.4-301.fc41.x86_64", "fedora", "6.11", "", (4, 301)),
    ("6.8.12-4-pve", "proxmox", "6.8", "", (12, 4)),
    ("6.18.44-fc-v657", "local", "6.18", "-fc-v657", (44,)),
]


@pytest.mark.parametrize(("text", "family", "line", "flavour", "point"), FAMILIES)
def test_takes_apart(text: str, family: str, line: str, flavour: str, point: tuple[int, ...]) -> None:
    """Family, line, flavour and point of a release are found."""
    release = parse_release(text)
    assert (release.family, release.line, release.flavour, release.point) == (family, line, flavour, point)


NONSENSE = [
    "",
    "foo",
    "6",
    "6.",
    ".12",
    "6.12 ",
    "6.12\n",
    "6.12;reboot",
    "6.12/../../etc",
    "9" * 40,
    "6.12-" + "x" * 200,
]


@pytest.mark.parametrize("text", NONSENSE)
def test_refuses_nonsense(text: str) -> None:
    """What is no release is refused with one line that shows an example."""
    with pytest.raises(NotARelease, match=r"expected something like 6\.12\.117") as error:
        parse_release(text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 999))
def test_upstream_releases_keep_their_numbers(major: int, minor: int, patch: int) -> None:
    """A release without suffix is upstream, and its numbers are its line and point."""
    release = parse_release(f"{major}.{minor}.{patch}")
    assert (release.family, release.version, release.point) == ("upstream", (major, minor, patch), (patch,))


@given(st.text(max_size=120))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """No text makes the parser fail in another way."""
    try:
        release = parse_release(text)
    except NotARelease:
        return
    assert release.text == text
