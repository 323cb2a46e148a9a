# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Real drops, made in a network namespace: the kernel gives each the reason that the catalogue explains."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, require
from lab.experiments import EXPERIMENTS
from lab.trace import TRACEFS

from dropreasons.catalogue import Catalogue, load_catalogue

Drops = dict[str, list[tuple[str, str]]]


@pytest.fixture(scope="module")
def drops() -> Drops:
    """What every experiment caused on the running kernel."""
    require(os.geteuid() == 0, "root, for a network namespace")
    require((TRACEFS / "events/skb/kfree_skb").is_dir(), "tracefs: mount -t tracefs nodev /sys/kernel/tracing")
    require(Path("/dev/net/tun").exists(), "the device /dev/net/tun: modprobe tun")
    for tool, package in (("ip", "iproute2"), ("nft", "nftables")):
        require(shutil.which(tool), f"{tool} (package {package})")
    command = [sys.executable, "-m", "lab"]
    done = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True, timeout=120, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(EXPERIMENTS), done.stderr
    return {line["experiment"]: [(reason, function) for reason, function in line["drops"]] for line in lines}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue with its evidence."""
    return load_catalogue(ROOT)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_raises_its_reason(drops: Drops, catalogue: Catalogue, name: str) -> None:
    """The reason is the expected one, its entry exists, and the place of the free is one the evidence names."""
    expected = EXPERIMENTS[name]
    places = {function for reason, function in drops[name] if reason == expected.reason}
    assert places, drops[name]
    assert expected.reason in catalogue.reasons
    known = {row.function for row in catalogue.evidence.callers[f"SKB_DROP_REASON_{expected.reason}"]}
    assert places <= (known if expected.freed_by is None else {expected.freed_by})


def test_nothing_is_left_behind(drops: Drops) -> None:
    """The trace instances of the experiments are gone."""
    assert drops
    assert not [path.name for path in (TRACEFS / "instances").iterdir() if path.name.startswith("dropreasons-lab-")]
