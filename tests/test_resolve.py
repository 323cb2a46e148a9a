# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""A kernel resolves to its table with the confidence the evidence allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropreasons.lookup import Registry
from dropreasons.numbers import on_kernel
from dropreasons.resolve import CONFIDENCES, resolve

KERNELS = [
    # upstream: read itself; between equal reads; beyond the last; before a step nobody pinned down
    ("6.12.117", "exact", ["v6.12.117"]),
    ("6.12.50", "exact", ["v6.12.46"]),
    ("6.12.116", "exact", ["v6.12.117"]),
    ("6.12.112", "line", ["v6.12.107"]),
    ("6.12.105", "assumed", ["v6.12.107"]),
    ("6.12.200", "assumed", ["v6.12.117"]),
    ("6.1.168", "line", ["v5.19"]),
    ("6.10-rc5", "exact", ["v6.10"]),
    ("6.10-rc3", "assumed", ["v6.10"]),
    ("6.12", "candidates", ["v6.12.117", "v6.12.107", "v6.12.46", "v6.10"]),
    ("7.1", "assumed", ["v7.1"]),
    ("5.15.40", "exact", [None]),
    ("5.4.3", "unknown", []),
    ("8.1.3", "unknown", []),
    # Debian: an ABI read; between equal ones; between different ones; before the first
    ("6.1.0-47-amd64", "exact", ["v5.19"]),
    ("6.1.0-48-amd64", "line", ["v5.19"]),
    ("6.1.0-47", "exact", ["v5.19"]),
    ("6.12.96+deb13-amd64", "candidates", ["v6.12.107", "v6.12.46"]),
    ("6.1.0-30-amd64", "assumed", ["v5.19"]),
    ("6.9.7+bpo-amd64", "candidates", ["v6.9"]),
    # Ubuntu: inside a span; between spans; a flavour nobody read; before the enum
    ("6.8.0-45-generic", "exact", ["v6.8"]),
    ("6.8.0-45", "exact", ["v6.8"]),
    ("6.8.0-102-generic", "candidates", ["ubuntu-6.8.0-104", "v6.8"]),
    ("5.15.0-30-generic", "line", [None]),
    ("6.8.0-1034-nvidia-tegra", "exact", ["ubuntu-tegra-6.8.0-1034"]),
    # families that renumber, or of which one kernel is known
    ("5.14.0-427.13.1.el9_4.x86_64", "assumed", ["wsl2-6.6.87.2"]),
    ("4.18.0-553.el8_10.x86_64", "candidates", ["rhel8-4.18-2024-03", "v6.2"]),
    ("6.12.0-55.el10.x86_64", "assumed", ["rhel10-6.12-2025-07"]),
    ("6.1.21.2-microsoft-standard-WSL2", "exact", ["v5.19"]),
    ("6.6.87.2-microsoft-standard-WSL2", "assumed", ["wsl2-6.6.87.2"]),
    ("5.4.119-1-tlinux4-0009", "assumed", ["tencentos-5.4.119"]),
    ("6.6.66-android15-8", "candidates", ["v6.6.153", "wsl2-6.6.87.2"]),
    ("6.12.0-160000.5-default", "assumed", ["suse-6.12-9fc95beef107"]),
    ("6.1.84-99.169.amzn2023.x86_64", "assumed", ["v5.19"]),
    # nobody read these: the upstream table is named, and said to be upstream's
    ("6.11.4-301.fc41.x86_64", "candidates", ["v6.10"]),
    ("6.4.0-150600.23.25-default", "candidates", ["v6.4"]),
    ("6.12.5-mine", "assumed", ["v6.10"]),
    ("6.18.44-fc-v657", "exact", ["v6.18.44"]),
]


@pytest.mark.parametrize(("kernel", "confidence", "tables"), KERNELS)
def test_resolves(registry: Registry, kernel: str, confidence: str, tables: list[str | None]) -> None:
    """Each kernel gets its table and its confidence."""
    resolution = resolve(registry.database, kernel)
    assert resolution.confidence == confidence
    assert [candidate.table for candidate in resolution.candidates] == tables


NOT_READ = ["6.11.4-301.fc41.x86_64", "6.9.7+bpo-amd64", "6.1.75-android14-11-gabc", "6.8.12-4-pve", "6.12.5-mine"]


@pytest.mark.parametrize("kernel", NOT_READ)
def test_a_distribution_is_never_answered_from_upstream_in_silence(registry: Registry, kernel: str) -> None:
    """Where only the upstream table is known, a note says so and the confidence is not exact."""
    resolution = resolve(registry.database, kernel)
    assert resolution.confidence in {"candidates", "assumed"}
    assert any("upstream" in note for note in resolution.notes)


@given(
    st.from_regex(
        r"[4-8]\.[0-9]{1,2}(\.[0-9]{1,3})?(-[0-9]{1,4}(-generic|-amd64|\.el9\.x86_64|-default|-x)?)?", fullmatch=True
    )
)
def test_every_release_resolves(registry: Registry, kernel: str) -> None:
    """Any release string gives an answer of the known kinds, with a reason where it is not sure."""
    resolution = resolve(registry.database, kernel)
    assert resolution.confidence in CONFIDENCES
    if resolution.confidence in {"candidates", "unknown"}:
        assert resolution.notes


def test_a_bare_line_is_no_package_of_a_distribution(registry: Registry) -> None:
    """7.3 names a line, even though the package of one distribution calls its kernel so."""
    assert resolve(registry.database, "7.3").confidence != "exact"


def test_what_only_some_kernels_of_a_line_give_is_said(registry: Registry) -> None:
    """5.15 has reasons from a point release on; 5.14 has none."""
    said = on_kernel(registry, 5, "5.15")["notes"]
    assert "some kernels of 5.15 give no reasons" in said
    assert not any("at all" in note for note in said)
