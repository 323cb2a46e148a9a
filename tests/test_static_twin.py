# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The static twin: every file is what the service answers, and nginx serves it alike."""

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from conftest import COMMAND, require
from fronted import fronted, shown
from starlette.testclient import TestClient
from test_history import root  # noqa: F401  a fixture

from dropreasons.catalogue import Catalogue
from dropreasons.store import build_registry
from dropreasons.versions.archive import load_releases
from dropreasons_service.app import create_app
from dropreasons_service.settings import Settings
from dropreasons_service.site import is_built

pytestmark = pytest.mark.slow
#: What stands beside the answers.
OWN = {"files.json", "404.json", "_redirects", "nginx-http.conf", "nginx-server.conf"}


@pytest.fixture(scope="module")
def released(catalogue: Catalogue, root: Path) -> Path:  # noqa: F811  the fixture
    """A registry.db with two releases."""
    path = root / "registry.db"
    build_registry(catalogue, path, load_releases(root))
    return path


def export(database: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the verb."""
    command = [str(COMMAND), "export", "--static", str(folder), "--db", str(database)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


@pytest.fixture(scope="module")
def twin(released: Path) -> Iterator[Path]:
    """The twin, in a folder that everybody may read."""
    require(is_built(), "the site: make build")
    with tempfile.TemporaryDirectory(prefix="dropreasons-") as folder:
        Path(folder).chmod(0o755)
        done = export(released, Path(folder) / "twin")
        assert done.returncode == 0, done.stderr
        yield Path(folder) / "twin"


@pytest.fixture(scope="module")
def live(released: Path) -> Iterator[TestClient]:
    """The service over the same data."""
    plain = {"Accept-Encoding": "identity"}
    with TestClient(create_app(Settings(db=str(released))), follow_redirects=False, headers=plain) as opened:
        yield opened


def manifest(twin: Path) -> list[dict[str, str]]:
    """Return what the list of files says of each."""
    files: list[dict[str, str]] = json.loads((twin / "files.json").read_bytes())["files"]
    return files


def test_every_file_is_the_live_answer(twin: Path, live: TestClient) -> None:
    """Byte for byte, of the same media type; the list names every file there is, with its digest."""
    files = manifest(twin)
    assert {f["path"] for f in files} | {"files.json"} == {
        path.relative_to(twin).as_posix() for path in twin.rglob("*") if path.is_file()
    }
    for each in files:
        body = (twin / each["path"]).read_bytes()
        assert hashlib.sha256(body).hexdigest() == each["sha256"]
        if each["path"] not in OWN:
            answer = live.get(quote(each["address"]))
            assert answer.status_code == 200, each
            assert (answer.content, answer.headers["content-type"]) == (body, each["media_type"]), each


def test_nothing_that_is_made_is_missing(twin: Path, live: TestClient, released: Path) -> None:
    """What is made, releases with exports and differences, kernels, tables, pages; the rest are redirects."""
    front = create_app(Settings(db=str(released)))
    addresses = {each["address"] for each in manifest(twin)}
    rules = [line.split() for line in (twin / "_redirects").read_text(encoding="utf-8").splitlines()]
    moved = {unquote(address): (int(status), location) for address, location, status in rules if status != "200"}
    for path, made in front.snapshot.answers.items():
        assert path in (addresses if made.status == 200 else moved)
    some = ["/", "/404.html", "/reasons/NOMEM/", "/problems/not-found/", "/openapi.json", "/v1/releases/1.0.0/reasons",
            "/v1/releases/1.0.0/diff/1.0.1", "/v1/export/1.0.1.sqlite", "/v1/header/6.12.117.h",
            "/v1/tables/6.12.107+deb13.go", "/v1/kernels/6.1.0-47"]  # fmt: skip
    assert addresses.issuperset(some)
    for address, (status, location) in moved.items():
        answer = live.get(quote(address))
        assert (answer.status_code, answer.headers["location"]) == (status, location)
    for address, path, status in rules:
        assert status != "200" or (twin / path[1:]).is_file(), address


def test_the_same_data_gives_the_same_files(released: Path, twin: Path, tmp_path: Path) -> None:
    """Bytes and times; other bytes of the same size and day have another time, so nginx gives them another ETag."""
    before = times(twin)
    assert export(released, tmp_path / "again").returncode == 0
    assert times(tmp_path / "again") == before
    for each in manifest(twin):
        assert (tmp_path / "again" / each["path"]).read_bytes() == (twin / each["path"]).read_bytes()
    assert export(released, tmp_path / "again", SOURCE_DATE_EPOCH="2000000000").returncode == 0
    after = times(tmp_path / "again")
    assert after["v1/export/1.0.0.json"] == before["v1/export/1.0.0.json"]
    assert 0 <= 2_000_000_000 - after["v1/reasons.csv"] < 86_400
    assert not (tmp_path / ".again.new").exists()
    assert len({time for path, time in before.items() if path.startswith("v1/numbers")}) > 100


def times(folder: Path) -> dict[str, int]:
    """Return when each file was changed, by its path."""
    return {str(p.relative_to(folder)): int(p.stat().st_mtime) for p in folder.rglob("*") if p.is_file()}


def test_a_folder_of_somebody_else_is_left_alone(released: Path, tmp_path: Path) -> None:
    """One line says why; nothing is written."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "files.json").write_text("[]", encoding="utf-8")
    done = export(released, tmp_path / "mine")
    assert done.returncode == 2
    assert "no files.json of an earlier export" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "files.json"]


@pytest.fixture(scope="module")
def server(twin: Path) -> Iterator[str]:
    """Nginx with the configuration that the page shows."""
    folder = twin.parent / "nginx"
    folder.mkdir()
    with fronted(folder, shown("serving-static.md")[0], {"/srv/dropreasons": str(twin)}) as address:
        yield address
    shutil.rmtree(folder)


class Asked:
    """A connection that is kept."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)

    def close(self) -> None:
        self._connection.close()

    def __call__(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, headers=named)
        answer = self._connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.fixture
def ask(server: str) -> Iterator[Asked]:
    """Ask nginx."""
    with closing(Asked(server)) as asked:
        yield asked


def test_nginx_serves_every_address(ask: Asked, twin: Path, live: TestClient) -> None:
    """With the bytes, the media type and the caching of the service, and for any origin."""
    for each in manifest(twin):
        if each["path"] in OWN:
            continue
        status, headers, body = ask(quote(each["address"]))
        assert (status, headers["content-type"]) == (200, each["media_type"]), each
        assert hashlib.sha256(body).hexdigest() == each["sha256"]
        assert headers["access-control-allow-origin"] == "*"
        if each["address"].startswith("/v1"):
            told: Any = live.get(quote(each["address"])).headers
            assert headers["cache-control"] == told["cache-control"], each


def test_nginx_knows_what_a_client_has(ask: Asked) -> None:
    """An ETag on every answer, 304 to it, 200 to another; HEAD has no body; parts of an export join to the whole."""
    for path in ("/v1/reasons", "/v1/reasons/FULL_RING", "/v1/export/1.0.0.json", "/reasons/NOMEM/"):
        _, headers, body = ask(path)
        assert ask(path, If_None_Match=headers["etag"])[::2] == (304, b"")
        assert ask(path, If_None_Match='"other"')[::2] == (200, body)
        status, head, nothing = ask(path, "HEAD")
        assert (status, head["content-length"], nothing) == (200, str(len(body)), b"")
    status, headers, part = ask("/v1/export/1.0.0.sqlite", Range="bytes=0-15")
    assert (status, part) == (206, b"SQLite format 3\0")
    whole = ask("/v1/export/1.0.0.sqlite")[2]
    assert headers["content-range"] == f"bytes 0-15/{len(whole)}"
    assert ask("/v1/export/1.0.0.sqlite", Range="bytes=16-")[2] == whole[16:]


def test_nginx_redirects_as_the_service_does(ask: Asked, twin: Path) -> None:
    """Every redirect there is, and never from an address that has a file."""
    for line in (twin / "_redirects").read_text(encoding="utf-8").splitlines():
        address, location, status = line.split()
        found, headers, _ = ask(address)
        assert (found, headers.get("location")) == (int(status), location if status != "200" else None), address


def test_nginx_says_what_is_missing(ask: Asked, twin: Path) -> None:
    """Below /v1 a problem document, elsewhere the page; questions are never answered as if they were none."""
    problem, page = (twin / "404.json").read_bytes(), (twin / "404.html").read_bytes()
    for path in ("/v1/nothing", "/v1/", "/v1/reasons/", "/v1/reasons/index.json", "/v1/reasons/FULL_RNG",
                 "/v1/reasons?class=policy", "/v1?x=1", "/v1/resolve?kernel=6.12.117&value=77", "/v1/../v1/x",
                 "/.well-known/x", "/v1/export/9.9.9.json"):  # fmt: skip
        status, headers, body = ask(path)
        assert (status, headers["content-type"], body) == (404, "application/problem+json", problem), path
        assert headers["cache-control"] == "public, max-age=60"
        assert headers["access-control-allow-origin"] == "*"
    assert json.loads(problem)["status"] == 404
    for path in ("/nothing", "/reasons/nothing/", "/nginx-http.conf", "/_redirects", "/404.json/x"):
        status, headers, body = ask(path)
        assert (status, headers["content-type"], body) == (404, "text/html; charset=utf-8", page), path


def test_pages_run_their_own_scripts_alone(ask: Asked, live: TestClient) -> None:
    """The policy of nginx allows the scripts that the service allows, by their digests."""
    for path in ("/", "/reasons/", "/reasons/NOMEM/", "/404.html"):
        served = ask(path)[1]["content-security-policy"]
        wanted = live.get(path).headers["content-security-policy"]
        assert set(wanted.replace(";", "").split()) <= set(served.replace(";", "").split())
        assert "'unsafe-inline'" not in served.partition("script-src")[2].partition(";")[0]
