# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The repository itself: licences, pins, the commands its documents show, and the wheel."""

import re
import shlex
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

import pytest
from conftest import ROOT, Run
from test_service import free_port

# tests/test_overlays.py and tests/decode/test_decode_command.py run the commands of these, in a folder of their own.
PAGES = sorted(path for path in (ROOT / "docs").glob("*.md") if path.name not in {"overlays.md", "decoding.md"})
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]


def tracked() -> list[Path]:
    """Return the files git knows."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in names.stdout.splitlines()]


def test_every_file_says_its_licence() -> None:
    """Code, data and configuration carry the SPDX line near their head; JSON has no comments to carry it."""
    without = {".md", ".txt", ".j2", ".css", ".json"}
    for path in tracked():
        if path.suffix in without or path.name == ".gitignore" or path.parent.parent.name == "rules":
            continue
        head = path.read_text(encoding="utf-8")[:200]
        assert "SPDX-License-Identifier: GPL-2.0-only OR MIT" in head, path


def test_requirements_are_pinned_with_hashes_and_name_no_host() -> None:
    """Every requirement has a version and a hash, and nothing says where it comes from."""
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|--index|--find-links|--extra", text)
        for requirement in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
            assert re.match(r"[A-Za-z0-9_.-]+==\S+", requirement), requirement[:80]
            assert "--hash=sha256:" in requirement


def shown_commands() -> list[str]:
    """Return every `dropreasons` command that a document shows."""
    commands = []
    for path in DOCUMENTS:
        for block in re.findall(r"```console\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            commands += [line[2:] for line in block.splitlines() if line.startswith("$ dropreasons")]
    return list(dict.fromkeys(commands))


@pytest.mark.parametrize("command", shown_commands())
def test_shown_commands_work(run: Run, tmp_path: Path, command: str) -> None:
    """What the documents show can be typed."""
    words = shlex.split(command)[1:]
    done = run(*words, cwd=ROOT if words[0] in {"check", "audit", "decode"} else tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout or list(tmp_path.iterdir())


def test_shown_verbs_are_listed_in_the_help(run: Run) -> None:
    """`--help` names every verb, and each has a help of its own within 80 columns."""
    text = run("--help").stdout
    for verb in re.findall(r"^  (\w+)  ", text, re.MULTILINE):
        done = run(verb, "--help", own_db=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Usage: dropreasons")
        assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(tmp_path: Path) -> None:
    """Built once, installed outside the tree: look-ups, headers and the service work without the repository."""
    wheels = tmp_path / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run(build, check=True, cwd=tmp_path)
    (wheel,) = wheels.glob("dropreasons-*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    for arguments in (["--require-hashes", "-r", str(ROOT / "requirements" / "serve.txt")], ["--no-deps", str(wheel)]):
        subprocess.run(
            [str(python), "-m", "pip", "-q", "--disable-pip-version-check", "install", *arguments], check=True
        )

    command = tmp_path / "env" / "bin" / "dropreasons"

    def output(*arguments: str) -> str:
        return subprocess.run(
            [str(command), *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    assert "What to do" in output("explain", "FULL_RING")
    assert "is INVALID_PROTO (confidence: exact)" in output("explain", "77", "--kernel", "6.12.117")
    assert "SKB_DROP_REASON_FULL_RING = 71," in output("header", "--kernel", "6.12.117")
    assert output("search", "ring", "full")
    port = free_port()
    with subprocess.Popen([str(command), "serve", "--port", str(port)], cwd=tmp_path, stdout=subprocess.PIPE) as served:
        try:
            for path, expected in (("/v1/reasons/FULL_RING", b'"queue-full"'), ("/reasons/FULL_RING/", b"<h1 id=")):
                assert expected in fetch(f"http://127.0.0.1:{port}{path}")
        finally:
            served.terminate()


def fetch(url: str) -> bytes:
    """Return what an address answers, waiting for the service to start."""
    for _ in range(150):
        try:
            with urllib.request.urlopen(url) as answer:
                return bytes(answer.read())
        except ConnectionError:
            time.sleep(0.1)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer")
