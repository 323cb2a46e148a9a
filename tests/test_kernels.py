# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The evidence in kernels/: what is handed over is checked on its way in, and taken over unchanged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run

from dropreasons.catalogue import Catalogue
from dropreasons.findings import FindingsError
from dropreasons.importers.handover import import_handover
from dropreasons.tables import load_kernels

HANDOVER = ROOT.parent / "shared" / "data"


@pytest.fixture
def handover(tmp_path: Path) -> Path:
    """A small folder of handed-over facts, made of our own tables."""
    folder = tmp_path / "data"
    (folder / "kernels").mkdir(parents=True)
    table = {
        "kernel": "v6.4",
        "kind": "mainline",
        "source": {"type": "git snapshot", "repo": "github:x/y", "commit": "0" * 40},
        "how_version_known": "Makefile",
        "status": "read",
        "subsys_enum": [[0, "SKB_DROP_REASON_SUBSYS_CORE"], [1, "SKB_DROP_REASON_SUBSYS_MAC80211_UNUSABLE"],
                        [2, "SKB_DROP_REASON_SUBSYS_NUM"]],
        "subsystems": {
            "core": [[0, "SKB_NOT_DROPPED_YET"], [1, "SKB_DROP_REASON_NOT_SPECIFIED"], [2, "SKB_DROP_REASON_MAX"],
                     [0xFFFF0000, "SKB_DROP_REASON_SUBSYS_MASK"]],
            "mac80211_unusable": [[0x10000, "RX_DROP_UNUSABLE"], [0x10001, "RX_DROP_U_REPLAY"]],
        },
    }  # fmt: skip
    (folder / "kernels" / "v6.4.json").write_text(json.dumps(table), encoding="utf-8")
    (folder / "lines.yaml").write_text(
        'lines: {"6.4": [{from: "6.4.0", to: null, table: v6.4, evidence: assumed, read: ["6.4.4"]}]}\n',
        encoding="utf-8",
    )
    (folder / "debian.yaml").write_text("debian: {}\n", encoding="utf-8")
    (folder / "ubuntu.yaml").write_text("ubuntu: []\n", encoding="utf-8")
    return folder


def spoil(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the handed-over table."""
    path = folder / "kernels" / "v6.4.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    change(table)
    path.write_text(json.dumps(table), encoding="utf-8")


def test_a_good_handover_is_taken_over(handover: Path) -> None:
    """Numbers, sub-systems and spans arrive as they were."""
    kernels = import_handover(handover)
    table = kernels.tables["v6.4"]
    assert table.subsystems == {0: "core", 1: "mac80211_unusable"}
    assert table.lists["mac80211_unusable"]["RX_DROP_U_REPLAY"] == 0x10001
    assert [(s.line, s.first, s.last, s.table, s.points) for s in kernels.spans["upstream"]] == [
        ("6.4", "0", None, "v6.4", ("4",))
    ]


LIES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda t: t["subsystems"]["core"].insert(2, [1, "SKB_DROP_REASON_NO_SOCKET"]), "have the same number"),
    (lambda t: t["subsystems"]["core"].insert(2, [7, "SKB_DROP_REASON_NO_SOCKET"]), "have a gap"),
    (lambda t: t["subsystems"]["core"].append([3, "SKB_DROP_REASON_MAX"]), "stands twice"),
    (lambda t: t["subsystems"]["core"].insert(2, [3, "skb drop"]), "not the form of an enumerator"),
    (lambda t: t["subsystems"]["mac80211_unusable"].append([0x20002, "RX_DROP_U_DUP"]), "outside mac80211_unusable"),
    (lambda t: t["subsystems"].update(qdisc=[[0x30001, "QDISC_DROP_GENERIC"]]), "has a list but no id"),
    (lambda t: t.pop("subsystems"), "not a table handed over"),
]


@pytest.mark.parametrize(("lie", "message"), LIES, ids=[message for _, message in LIES])
def test_what_cannot_be_true_is_refused(handover: Path, lie: Callable[[dict[str, Any]], object], message: str) -> None:
    """A table that contradicts itself is not taken over."""
    spoil(handover, lie)
    with pytest.raises(FindingsError, match=message):
        import_handover(handover)


SPANS = [
    (('from: "6.4.0", to: "6.4.9"', 'from: "6.4.5", to: null'), "overlaps"),
    (('from: "6.4.9", to: "6.4.1"',), "before it begins"),
]


@pytest.mark.parametrize(("spans", "message"), SPANS)
def test_spans_that_contradict_each_other_are_refused(handover: Path, spans: tuple[str, ...], message: str) -> None:
    """Spans of a line may not overlap, nor run backwards."""
    rows = ", ".join(f"{{{row}, table: v6.4, evidence: read}}" for row in spans)
    (handover / "lines.yaml").write_text(f'lines: {{"6.4": [{rows}]}}\n', encoding="utf-8")
    with pytest.raises(FindingsError, match=message):
        import_handover(handover)


def test_a_span_of_a_table_that_does_not_exist_is_refused(project: Path) -> None:
    """A span in kernels/ names a table of kernels/."""
    path = project / "kernels" / "lines" / "upstream.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("table: v7.1,", "table: v9.9,"), encoding="utf-8")
    with pytest.raises(FindingsError, match=r"names the table v9\.9, which does not exist"):
        load_kernels(project / "kernels")


def test_import_leaves_everything_as_it_was_when_it_fails(handover: Path, project: Path, run: Run) -> None:
    """A refused import writes nothing."""
    before = {path: path.read_bytes() for path in (project / "kernels").rglob("*.yaml")}
    spoil(handover, LIES[0][0])
    done = run("import", str(handover), "--root", str(project))
    assert (done.returncode, done.stdout) == (2, "")
    assert {path: path.read_bytes() for path in (project / "kernels").rglob("*.yaml")} == before


def test_kernels_that_share_a_table_share_its_file(catalogue: Catalogue) -> None:
    """No two tables say the same."""
    seen: dict[str, str] = {}
    for name, table in catalogue.kernels.tables.items():
        content = json.dumps([table.subsystems, table.lists])
        assert seen.setdefault(content, name) == name


def test_every_reading_says_where_it_comes_from(catalogue: Catalogue) -> None:
    """Provenance is in every file."""
    reads = [read for table in catalogue.kernels.tables.values() for read in table.reads]
    assert len(reads) >= 94
    for read in reads:
        assert read.status
        assert read.version_evidence
        assert read.source["type"]
        assert "core" in read.shows


def test_the_handed_over_facts_are_all_here(project: Path, run: Run) -> None:
    """Importing what was handed over changes nothing: kernels/ holds it already, value by value."""
    if not (HANDOVER / "kernels").is_dir():  # nothing can install them, so CI has nothing to miss
        pytest.skip("the handed-over facts lie beside some developers' checkouts only")
    done = run("import", str(HANDOVER), "--root", str(project))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("; 0 files changed\n"), done.stdout
    tables = load_kernels(project / "kernels").tables
    by_reading = {read.name: table for table in tables.values() for read in table.reads}
    for path in sorted((HANDOVER / "kernels").glob("*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        for subsystem, pairs in raw["subsystems"].items():
            assert by_reading[path.stem].lists[subsystem] == {symbol: number for number, symbol in pairs}, path.name


def test_a_folder_that_is_no_handover_is_refused(tmp_path: Path, run: Run) -> None:
    """An empty folder gives one clear line."""
    shutil.copytree(ROOT / "kernels", tmp_path / "kernels")
    (tmp_path / "lines.yaml").write_text("lines: {}\n", encoding="utf-8")
    done = run("import", str(tmp_path), "--root", str(tmp_path))
    assert done.returncode == 2
    assert "holds no kernels/*.json" in done.stderr
