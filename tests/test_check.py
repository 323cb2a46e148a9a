# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons check`: each rule on a good and a bad example, mistakes of form with line and column, and formats."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Run
from ruamel.yaml import YAML
from ruamel.yaml.parser import Parser

from dropreasons.catalogue import load_catalogue
from dropreasons.rules import all_rules, run_rules

RULES = Path(__file__).parent / "rules"
HELD_ELSEWHERE = {"DR011"}


def findings_of(project: Path, example: Path, rule: str) -> str:
    """Return what a rule says of an example, one finding a line."""
    shutil.copy(example, project / "reasons.yaml")
    found = run_rules(load_catalogue(project))
    return "".join(f"{finding.as_text()}\n" for finding in found if finding.id == rule)


@pytest.mark.parametrize("folder", sorted(RULES.iterdir()), ids=lambda folder: folder.name)
def test_a_rule_finds_what_is_wrong_and_nothing_else(project: Path, folder: Path) -> None:
    """The bad example gives exactly the expected findings, the good one none."""
    expected = (folder / "expected.txt").read_text(encoding="utf-8")
    assert findings_of(project, folder / "bad.yaml", folder.name) == expected
    assert findings_of(project, folder / "good.yaml", folder.name) == ""


def test_every_rule_has_an_example() -> None:
    """A rule without a golden example is not done."""
    assert {rule.id for rule in all_rules()} | {"DR010"} == {f.name for f in RULES.iterdir()} | HELD_ELSEWHERE


def test_a_name_without_an_entry_fails_the_check(run: Run, unexplained: Path) -> None:
    """What a kernel has and nobody has explained is an error, and nothing is built."""
    done = run("check", "--root", str(unexplained))
    assert done.returncode == 1
    assert "DR011 error: 1 names of core have no entry: LSM\n" in done.stdout
    assert "DR011 error: 1 names of mac80211_unusable have no entry: RX_DROP_U_REPLAY\n" in done.stdout
    built = unexplained / "registry.db"
    assert run("build", "--root", str(unexplained), "--output", str(built)).returncode == 2
    assert not built.exists()


def test_every_name_of_every_kernel_has_an_entry(run: Run) -> None:
    """The catalogue is complete and clean."""
    done = run("check")
    assert done.returncode == 0, done.stdout
    assert "0 error, 0 warning" in done.stderr


def test_a_waiver_silences_its_rule(project: Path) -> None:
    """A waived finding is not reported, and neither is the waiver."""
    text = (RULES / "DR005" / "bad.yaml").read_text(encoding="utf-8")
    (project / "reasons.yaml").write_text(
        text + "  waive: [{rule: DR005, why: the word is the kernel's}]\n", encoding="utf-8"
    )
    assert not [finding for finding in run_rules(load_catalogue(project)) if finding.id in ("DR005", "DR010")]


MISTAKES = [
    ("  clas: x\n", "10:3: DR001 error: unknown field 'clas'; did you mean 'class'?"),
    ("  counters: 3\n", "10:13: DR001 error: 'counters' must be a list, not 3"),
    ("  callers: [{function: f}]\n", "10:13: DR001 error: the field 'file' is missing"),
    ("  status: gone\n", "10:11: DR001 error: 'status' must be one of 'present', 'removed' or 'proposed', not 'gone'"),
    ("  related: [1]\n", "10:13: DR001 error: '0' must be a string, not 1"),
    ("  layer: device\n", "10:3: DR000 error: not valid YAML: found duplicate key"),
    ("  layer: [\n", "11:1: DR000 error: not valid YAML"),
    ("\tlayer: x\n", "10:1: DR000 error: not valid YAML"),
    ("  related: &a [x]\n  aliases: *a\n", "11:12: DR000 error: YAML aliases are not used here; write the text out"),
    ("  related: " + "[" * 60 + "]" * 60 + "\n", "10:30: DR000 error: nested more than 20 deep"),
]


@pytest.mark.parametrize(("addition", "expected"), MISTAKES)
def test_mistakes_of_form_are_told_with_line_and_column(project: Path, run: Run, addition: str, expected: str) -> None:
    """Each mistake gives a line that begins with its place, and exit status 1."""
    good = (RULES / "DR002" / "good.yaml").read_text(encoding="utf-8")
    (project / "reasons.yaml").write_text(good + addition, encoding="utf-8")
    done = run("check", "--root", str(project))
    assert done.returncode == 1
    assert f"reasons.yaml:{expected}" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_all_mistakes_are_reported_at_once(project: Path, run: Run) -> None:
    """Validation collects; it does not stop at the first."""
    good = (RULES / "DR002" / "good.yaml").read_text(encoding="utf-8")
    (project / "reasons.yaml").write_text(
        good.replace("layer: device", "layer: devise") + "  x: 1\n  y: 2\n", encoding="utf-8"
    )
    lines = run("check", "--root", str(project)).stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["reasons.yaml:4:10", "reasons.yaml:10:3", "reasons.yaml:11:3"]


def test_formats(project: Path, run: Run) -> None:
    """JSON and GitHub annotations carry the same findings."""
    (project / "reasons.yaml").write_text("FULL_RING: {}\n", encoding="utf-8")
    found = json.loads(run("check", "--root", str(project), "--format", "json").stdout)
    assert {"file": "reasons.yaml", "line": 1, "column": 1} in [finding["location"] for finding in found]
    assert {finding["level"] for finding in found} == {"error"}
    github = run("check", "--root", str(project), "--format", "github").stdout
    assert github.startswith("::error file=reasons.yaml,line=1,col=1,title=DR001::")


def test_yaml_is_read_by_the_c_parser() -> None:
    """The wrong extra of ruamel.yaml falls back to a parser six times slower, in silence."""
    assert YAML(typ="safe", pure=False).Parser is not Parser


def test_large_files_are_refused(project: Path, run: Run) -> None:
    """A 50 MB file is refused by its size, before it is read."""
    with (project / "reasons.yaml").open("w", encoding="utf-8") as stream:
        stream.truncate(50_000_000)
    done = run("check", "--root", str(project))
    assert (done.returncode, done.stdout) == (
        1,
        "reasons.yaml: DR000 error: is 50 MB; files of the catalogue hold at most 8 MB\n",
    )


def test_the_repository_is_clean(run: Run) -> None:
    """The catalogue of this repository has neither errors nor warnings."""
    assert "0 error, 0 warning" in run("check", "--root", str(ROOT)).stderr
