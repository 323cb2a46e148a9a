# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Real drops, made in a network namespace: the kernel gives each the reason that the catalogue explains."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from booted import boot
from conftest import ROOT, require
from lab.experiments import EXPERIMENTS
from lab.trace import TRACEFS

from dropreasons.catalogue import Catalogue, load_catalogue
from dropreasons.importers.reading import Imported
from dropreasons.importers.recognise import import_source

Drops = dict[str, list[tuple[str, str]]]
INSIDE = f"""\
modprobe tun
modprobe macvtap
modprobe nf_tables
mount -t tracefs nodev /sys/kernel/tracing || true
uname -r > {{out}}/release
cp /sys/kernel/tracing/events/skb/kfree_skb/format {{out}}/
cd {ROOT / "tests"}
{sys.executable} -m lab > {{out}}/lab 2> {{out}}/errors
"""


def _told(lines: str) -> Drops:
    """Return what the experiments have printed, by their names."""
    told = map(json.loads, lines.splitlines())
    return {line["experiment"]: [(reason, function) for reason, function in line["drops"]] for line in told}


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
    told = _told(done.stdout)
    assert told.keys() == EXPERIMENTS.keys(), done.stderr
    return told


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
    upstream = os.uname().release.split("-")[0]
    told = {
        row.caller
        for row in catalogue.reasons[expected.reason].reproduced
        if (row.experiment, row.kernel) == (name, upstream)
    }
    assert not told or told == places
    known = {row.function for row in catalogue.evidence.callers[f"SKB_DROP_REASON_{expected.reason}"]}
    assert places <= (known if expected.freed_by is None else {expected.freed_by})


def test_entries_name_the_experiments_that_prove_them(catalogue: Catalogue) -> None:
    """Each experiment stands in the entry of its reason, and no entry names another."""
    named = {(reason, row.experiment) for reason, entry in catalogue.reasons.items() for row in entry.reproduced}
    assert named == {(experiment.reason, name) for name, experiment in EXPERIMENTS.items()}


def test_nothing_is_left_behind(drops: Drops) -> None:
    """The trace instances of the experiments are gone."""
    assert drops
    assert not [path.name for path in (TRACEFS / "instances").iterdir() if path.name.startswith("dropreasons-lab-")]


@pytest.mark.slow
def test_an_older_kernel_gives_the_same_reasons(tmp_path: Path) -> None:
    """On Debian's stock 6.1 each experiment, unchanged, raises its reason, or what that kernel says instead of it.

    The place of the free is no name there: 6.1 prints it as a hashed address.
    """
    out = boot("6.1", INSIDE, tmp_path)
    release = (out / "release").read_text(encoding="utf-8").strip()
    told = _told((out / "lab").read_text(encoding="utf-8"))
    assert told.keys() == EXPERIMENTS.keys(), (out / "errors").read_text(encoding="utf-8")
    itself = import_source(out / "format")
    assert isinstance(itself, Imported)
    for name, expected in EXPERIMENTS.items():
        knows = f"SKB_DROP_REASON_{expected.reason}" in itself.table.lists["core"]
        wanted = expected.reason if knows else expected.formerly
        assert wanted in {reason for reason, _ in told[name]}, (release, name, told[name])
