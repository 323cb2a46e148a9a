# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What tests share: the repository, a registry built from it, the command line, and the service."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dropreasons.catalogue import Catalogue, load_catalogue
from dropreasons.lookup import Registry
from dropreasons.store import build_registry
from dropreasons_service.app import create_app
from dropreasons_service.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "dropreasons"
Run = Callable[..., subprocess.CompletedProcess[str]]


def require(condition: object, why: str) -> None:
    """Skip where something is missing; in CI, which installs everything itself, fail."""
    if condition:
        return
    if os.environ.get("CI"):
        pytest.fail(f"CI must have what this test needs: {why}")
    pytest.skip(why)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The repository's catalogue."""
    return load_catalogue(ROOT)


@pytest.fixture(scope="session")
def database(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry.db built from the repository."""
    path = tmp_path_factory.mktemp("registry") / "registry.db"
    build_registry(catalogue, path)
    return path


@pytest.fixture(scope="session")
def registry(database: Path) -> Iterator[Registry]:
    """The registry, open."""
    opened = Registry(str(database))
    yield opened
    opened.close()


#: The verbs that read a registry.db.
READING = {"explain", "search", "header", "docs", "where", "kernels", "stats", "table", "audit", "decode"}


@pytest.fixture(scope="session")
def run(database: Path) -> Run:
    """Run the installed command; `--db` is added for the verbs that take it."""

    def run_command(*arguments: str, cwd: Path = ROOT, own_db: bool = True) -> subprocess.CompletedProcess[str]:
        words = [str(COMMAND), *arguments]
        if own_db and arguments and arguments[0] in READING:
            words[2:2] = ["--db", str(database)]
        return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)

    return run_command


@pytest.fixture(scope="session")
def client(database: Path) -> Iterator[TestClient]:
    """A client of the service, which sees errors as answers, follows no redirect, and takes nothing compressed."""
    app = create_app(Settings(db=str(database)))
    plain = {"Accept-Encoding": "identity"}
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False, headers=plain) as opened:
        yield opened


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the catalogue that a test may spoil."""
    shutil.copy(ROOT / "reasons.yaml", tmp_path / "reasons.yaml")
    shutil.copytree(ROOT / "kernels", tmp_path / "kernels")
    return tmp_path


@pytest.fixture
def unexplained(project: Path) -> Path:
    """A copy of the catalogue in which nobody has written the entries of LSM and RX_DROP_U_REPLAY yet."""
    path = project / "reasons.yaml"
    text = path.read_text(encoding="utf-8")
    for name in ("LSM", "RX_DROP_U_REPLAY"):
        text, cut = re.subn(rf"^{name}:\n(?:(?: .*)?\n)*", "", text, flags=re.MULTILINE)
        assert cut == 1, name
    path.write_text(text, encoding="utf-8")
    return project
