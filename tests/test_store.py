# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`registry.db`: reproducible, whole or not there, and refused when it is not ours."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

from dropreasons.catalogue import Catalogue
from dropreasons.derive import appearances
from dropreasons.lookup import Registry
from dropreasons.model.reason import CLASSES, LAYERS
from dropreasons.store import build_registry
from dropreasons.taxonomy import CLASSES as CLASS_MEANINGS
from dropreasons.taxonomy import LAYERS as LAYER_MEANINGS


def test_the_same_sources_give_the_same_bytes(catalogue: Catalogue, database: Path, tmp_path: Path) -> None:
    """Two builds are equal byte for byte."""
    build_registry(catalogue, tmp_path / "again.db")
    assert (tmp_path / "again.db").read_bytes() == database.read_bytes()


def test_every_number_of_every_table_is_found(catalogue: Catalogue, registry: Registry) -> None:
    """Looking a value up in a table gives the name the table gives it."""
    for name, life in appearances(catalogue.kernels).items():
        for table, value in life.values.items():
            if life.subsystem != "core" and not value >> 16:
                continue
            assert [m.name for m in registry.meaning(value, table)] == [name]
            assert registry.value_of(name, table) == value


def test_every_name_ever_seen_can_be_looked_up(catalogue: Catalogue, registry: Registry) -> None:
    """Names and symbols of all kernels resolve, with or without an entry."""
    for name, life in appearances(catalogue.kernels).items():
        for spelling in (name, life.symbol, name.lower()):
            assert registry.spelled(spelling), spelling


def test_classes_and_layers_are_explained() -> None:
    """The taxonomy explains exactly the values an entry may have."""
    assert tuple(CLASS_MEANINGS) == CLASSES
    assert tuple(LAYER_MEANINGS) == LAYERS


def truncate(path: Path) -> None:
    """Cut a file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def foreign(path: Path) -> None:
    """Put another SQLite file in the place."""
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("create table t (x)")


def newer(path: Path) -> None:
    """Mark a registry as made for a later schema."""
    with sqlite3.connect(path) as database:
        database.execute("pragma user_version = 99")


BAD: list[tuple[Callable[[Path], object], str]] = [
    (truncate, "truncated or damaged"),
    (foreign, "not a registry.db"),
    (newer, "made for schema 99"),
    (lambda path: path.write_bytes(b"rubbish" * 100), "no SQLite file"),
    (lambda path: path.write_bytes(b""), "no SQLite file"),
    (lambda path: path.unlink(), "build it with `dropreasons build`"),
]


@pytest.mark.parametrize(("spoil", "message"), BAD, ids=[message for _, message in BAD])
@pytest.mark.parametrize("verb", [("explain", "FULL_RING"), ("search", "ring"), ("serve", "--port", "0")])
def test_a_file_that_is_no_registry_is_refused(
    run: Run, database: Path, tmp_path: Path, verb: tuple[str, ...], spoil: Callable[[Path], object], message: str
) -> None:
    """Every verb that reads a registry refuses a bad one in one line."""
    path = tmp_path / "bad.db"
    path.write_bytes(database.read_bytes())
    spoil(path)
    done = run(verb[0], "--db", str(path), *verb[1:], own_db=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_failed_build_keeps_the_old_file(project: Path, run: Run, tmp_path: Path) -> None:
    """A catalogue with an error builds nothing."""
    output = tmp_path / "out" / "registry.db"
    output.parent.mkdir()
    output.write_bytes(b"old")
    (project / "reasons.yaml").write_text("FULL_RING: {}\n", encoding="utf-8")
    done = run("build", "--root", str(project), "--output", str(output))
    assert done.returncode == 2
    assert "reasons.yaml:1:1: DR001 error" in done.stderr
    assert [path.name for path in output.parent.iterdir()] == ["registry.db"]
    assert output.read_bytes() == b"old"
