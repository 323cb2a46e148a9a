# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What is left when a verb that writes is killed at any moment: the old artefact or the new one, whole."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, require

from dropreasons.lookup import Registry
from dropreasons_service.site import is_built

COMMAND = [sys.executable, "-m", "dropreasons"]
#: How often each verb is killed; DROPREASONS_KILLS=200 asks for more.
KILLS = int(os.environ.get("DROPREASONS_KILLS", "5"))
SEED = 20261122


def kill_at_random(words: list[str], longest: float, moments: random.Random) -> None:
    """Start a verb and kill it, and all it has started, after at most so many seconds."""
    quiet = subprocess.DEVNULL
    started = subprocess.Popen([*COMMAND, *words], stdout=quiet, stderr=quiet, start_new_session=True)
    time.sleep(moments.uniform(0, longest))
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_killed_build_leaves_a_whole_registry(database: Path, tmp_path: Path) -> None:
    """The file is that of before, or the finished one, and opens; nothing else stays but a temporary name."""
    old = tmp_path / "registry.db"
    shutil.copy(database, old)
    other = tmp_path / "other"
    shutil.copytree(ROOT / "kernels", other / "kernels")
    text = (ROOT / "reasons.yaml").read_text(encoding="utf-8")
    (other / "reasons.yaml").write_text(text.replace("had no free slot.", "had no slot free.", 1), encoding="utf-8")
    words = ["build", "--root", str(other), "--output"]
    began = time.monotonic()
    subprocess.run([*COMMAND, *words, str(tmp_path / "new.db")], check=True, capture_output=True)
    whole = {digest(old), digest(tmp_path / "new.db")}
    longest, moments = 1.1 * (time.monotonic() - began), random.Random(SEED)
    for _ in range(KILLS):
        kill_at_random([*words, str(old)], longest, moments)
        assert digest(old) in whole
        Registry(str(old)).close()


@pytest.mark.slow
def test_a_killed_release_leaves_the_old_ones(project: Path) -> None:
    """Every release that the index names is there and unchanged, whenever the next one was killed."""
    git = ["git", "-C", str(project), "-c", "user.name=test", "-c", "user.email=test@example.org"]
    record = [[*git, "add", "--all"], [*git, "commit", "--quiet", "--allow-empty", "--message", "a change"]]
    subprocess.run([*git, "init", "--quiet"], check=True)
    for command in record:
        subprocess.run(command, check=True)
    words = ["release", "--root", str(project), "--date", "2026-11-22"]
    began = time.monotonic()
    subprocess.run([*COMMAND, *words], check=True, capture_output=True)
    longest, moments = 1.1 * (time.monotonic() - began), random.Random(SEED)
    reasons = project / "reasons.yaml"
    for attempt in range(KILLS):
        text = reasons.read_text(encoding="utf-8")
        reasons.write_text(text.replace("  summary: ", f"  summary: {attempt} ", 1), encoding="utf-8")
        for command in record:
            subprocess.run(command, check=True)
        kill_at_random(words, longest, moments)
        checked = subprocess.run(
            [*COMMAND, "check", "--releases", "--root", str(project)], capture_output=True, text=True, check=False
        )
        assert "DV00" not in checked.stdout.replace("DV005 warning", ""), checked.stdout


@pytest.mark.slow
def test_a_killed_export_leaves_a_whole_folder(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file that the list names is there with its digest, and no other; what stays over goes with the next run."""
    require(is_built(), "the site: make build")
    folder = tmp_path / "twin"
    words = ["export", "--db", str(database), "--static", str(folder)]
    began = time.monotonic()
    subprocess.run([*COMMAND, *words], check=True, capture_output=True)
    longest, moments = 1.1 * (time.monotonic() - began), random.Random(SEED)
    for attempt in range(KILLS):
        # A year on each time, so that files of two runs can be told apart.
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_000_000_000 + attempt * 31_536_000))
        kill_at_random(words, longest, moments)
        listed = json.loads((folder / "files.json").read_bytes())["files"]
        assert {folder / each["path"] for each in listed} | {folder / "files.json"} == {
            path for path in folder.rglob("*") if path.is_file()
        }
        assert all(digest(folder / each["path"]) == each["sha256"] for each in listed)
        times = [path.stat().st_mtime for path in (folder / "v1" / "reasons").iterdir()]
        assert max(times) - min(times) <= 86_400
        assert {path.name for path in tmp_path.iterdir()} <= {"twin", ".twin.new"}
    subprocess.run([*COMMAND, *words], check=True, capture_output=True)
    assert [path.name for path in tmp_path.iterdir()] == ["twin"]
