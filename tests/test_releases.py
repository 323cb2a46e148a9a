# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Releases: what changed, which version that makes, and that no release is ever rewritten."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

from dropreasons.versions.bump import Version, bumped, needed, parse_version
from dropreasons.versions.changes import Change, changes_between
from dropreasons.versions.state import State

NAMES = st.sampled_from(["FULL_RING", "NO_SOCKET", "NOMEM", "IP_CSUM"])
DOCUMENTS = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(["SKB_A", "SKB_B"]),
        "aliases": st.lists(st.sampled_from(["OLD", "OLDER"]).map(lambda n: {"name": n}), max_size=1),
        "severity": st.sampled_from(["benign", "depends"]),
        "summary": st.sampled_from(["One.", "Two."]),
    }
)
TABLES = st.dictionaries(
    st.sampled_from(["v6.1", "v6.2"]),
    st.fixed_dictionaries(
        {"core": st.dictionaries(st.sampled_from(["SKB_A", "SKB_B"]), st.integers(0, 3), min_size=1)}
    ),
)
KERNELS = st.dictionaries(
    st.sampled_from(["upstream/6.12/0", "debian/6.1.0/1"]),
    st.fixed_dictionaries({"table": st.sampled_from([None, "v6.1"]), "last": st.sampled_from([None, "9"])}),
)
STATES = st.builds(State, st.dictionaries(NAMES, DOCUMENTS), TABLES, KERNELS)


@given(STATES, STATES)
def test_changes_are_told_both_ways(old: State, new: State) -> None:
    """Nothing changes from a state to itself; what is added one way is removed the other, with the same id."""
    assert changes_between(old, old) == []
    there, back = changes_between(old, new), changes_between(new, old)
    assert {c.id for c in there if c.kind == "added"} == {c.id for c in back if c.kind == "removed"}
    assert sorted(c.id for c in there) == sorted(c.id for c in back)
    assert bool(there) == (old != new)


@given(STATES, STATES)
def test_a_bump_is_as_large_as_the_worst_change(old: State, new: State) -> None:
    """Whatever breaks a reader is a major version, unless it mends a wrong fact; a text alone is a patch."""
    changes = changes_between(old, new)
    breaking = {change.fingerprint for change in changes if change.breaks}
    assert (needed(changes) == "major") == bool(breaking)
    assert needed(changes, breaking) != "major"
    assert (needed(changes) == "patch") == (bool(changes) and {c.change_class for c in changes} == {"PROSE"})


def test_versions() -> None:
    """A version is three numbers without leading zeros, and a bump resets what is behind it."""
    assert bumped(Version(1, 4, 2), "minor") == Version(1, 5, 0)
    assert bumped(parse_version("1.4.2"), "major") == Version(2, 0, 0)
    for text in ("1.0", "01.0.0", "1.0.x", ""):
        with pytest.raises(ValueError, match="is not a version"):
            parse_version(text)


def test_a_fingerprint_is_of_the_change_alone() -> None:
    """It does not depend on what else changed, and tells two changes apart."""
    one = Change("MEANING", "changed", "NOMEM/severity", "benign", "depends")
    assert one.fingerprint == Change("MEANING", "changed", "NOMEM/severity", "benign", "depends").fingerprint
    assert one.fingerprint != one._replace(new="investigate").fingerprint


def test_two_kernels_compared(run: Run) -> None:
    """The numbers that moved between two kernels, as annotations too; a line that is no one kernel is refused."""
    done = run("diff", "kernel:7.0.0", "kernel:7.1.0", "--format", "json")
    told = {change["id"]: change for change in json.loads(done.stdout)["changes"]}
    assert told["kernel/core/SKB_DROP_REASON_FULL_RING"]["new"] == 78
    assert told["kernel/core/SKB_DROP_REASON_CAKE_FLOOD"]["kind"] == "removed"
    assert run("diff", "kernel:7.0.0", "kernel:7.1.0", "--fail-on", "wire").returncode == 1
    assert run("diff", "kernel:7.1.0", "kernel:7.1.0", "--fail-on", "wire").returncode == 0
    annotated = run("diff", "kernel:7.0.0", "kernel:7.1.0", "--format", "github").stdout
    assert "::error title=WIRE::kernel/core/SKB_DROP_REASON_FULL_RING changed from 81 to 78" in annotated
    refused = run("diff", "kernel:6.12", "kernel:7.1.0")
    assert refused.returncode == 2
    assert "6.12 may have one of 4 tables" in refused.stderr
    assert "there is no release 9.9.9" in run("diff", "9.9.9").stderr
    assert "'--output=x' is not a revision" in run("diff", "git:--output=x").stderr


class Registry:
    """A copy of the catalogue in git, which a test may change and release."""

    def __init__(self, root: Path, run: Run) -> None:
        self.root, self._run = root, run
        self.git("init", "--quiet")
        self.commit()

    def git(self, *words: str) -> None:
        """Run git here."""
        who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", "-C", str(self.root), *who, *words], check=True, capture_output=True)

    def commit(self) -> None:
        """Record everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")

    def replace(self, old: str, new: str) -> None:
        """Change the first place of a text in reasons.yaml, and record it."""
        path = self.root / "reasons.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        self.commit()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb on this copy."""
        return self._run(*words, "--root", str(self.root))

    def release(self, *words: str) -> str:
        """Release, record the files, and return what was said."""
        done = self.command("release", "--date", "2026-11-22", *words)
        self.commit()
        return done.stdout + done.stderr


@pytest.mark.slow
def test_releases_from_the_first_on(project: Path, run: Run) -> None:
    """Version by version: a text, a meaning, a lost alias, a corrected fact; and everything that is refused."""
    registry = Registry(project, run)
    assert registry.release().startswith("1.0.0: the first release, 257 reasons")
    assert "nothing changed since 1.0.0" in registry.command("release").stderr
    registry.replace("had no free slot.", "had no slot that was free.")
    assert registry.release().startswith("1.0.1: 1 changes since 1.0.0")
    registry.replace("  severity: investigate\n", "  severity: depends\n")
    assert "need a minor version, not a patch" in registry.release("--bump", "patch")
    assert registry.release().startswith("1.1.0: 1 changes since 1.0.1")
    registry.replace("    - {name: PTR_FULL, kind: proposed", "    - {name: PTR_FILLED, kind: proposed")
    told = registry.command("diff", "1.1.0", str(project)).stdout
    fingerprint = re.search(r"^(\w+) NAME +BREAKS PTR_FULL removed", told, re.MULTILINE)
    assert fingerprint is not None, told
    assert "they need a bump of: major" in told
    said = registry.release("--correct", f"{fingerprint[1]}=the mail of 10 February 2022")
    assert said.startswith("1.2.0: "), said
    page = (project / "releases" / "1.2.0.md").read_text(encoding="utf-8")
    assert "the mail of 10 February 2022" in page
    assert registry.command("check", "--releases").returncode == 0
    stamps = json.loads((project / "releases" / "1.2.0.json").read_text(encoding="utf-8"))["reasons"]
    assert stamps["FULL_RING"]["registry"] == {"added_in": "1.0.0", "changed_in": "1.1.0"}
    assert stamps["NO_SOCKET"]["registry"] == {"added_in": "1.0.0", "changed_in": "1.0.0"}


@pytest.mark.slow
def test_what_is_not_released(project: Path, run: Run) -> None:
    """Changes that are not committed, a correction of nothing, and anything while an old release was rewritten."""
    registry = Registry(project, run)
    registry.release()
    (project / "notes.txt").write_text("not recorded", encoding="utf-8")
    assert "there are changes that are not committed (notes.txt)" in registry.command("release").stderr
    registry.replace("had no free slot.", "had no slot that was free.")
    assert "no change has the fingerprint 0123" in registry.release("--correct", "0123=nothing")
    old = project / "releases" / "1.0.0.json"
    old.write_text(old.read_text(encoding="utf-8").replace("FULL", "EMPTY", 1), encoding="utf-8")
    registry.commit()
    assert "DV003 error: release 1.0.0 was changed after it was made" in registry.command("check", "--releases").stdout
    assert "DV003" in registry.release()
    assert not (project / "releases" / "1.0.1.json").exists()
