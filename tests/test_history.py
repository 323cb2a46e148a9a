# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Releases as the service gives them: for ever the same, whole or in parts, and what changed between them."""

import csv
import gzip
import hashlib
import io
import json
import sqlite3
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import require
from starlette.testclient import TestClient

from dropreasons.catalogue import Catalogue
from dropreasons.store import build_registry
from dropreasons.versions.archive import add_release, load_releases
from dropreasons.versions.bump import Version
from dropreasons.versions.current import state_of
from dropreasons_service.app import create_app
from dropreasons_service.settings import Settings

FORMS = ("json", "ndjson", "csv", "sqlite", "h")
STAMP = {"added_in": "1.0.0", "changed_in": "1.0.0"}


@pytest.fixture(scope="module")
def root(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two releases: 1.0.0 told FULL_RING in other words, 1.0.1 is the catalogue as it is."""
    folder = tmp_path_factory.mktemp("released")
    state = state_of(catalogue)
    stamps = dict.fromkeys(state.reasons, STAMP)
    before = {**state.reasons, "FULL_RING": {**state.reasons["FULL_RING"], "summary": "The ring was full."}}
    add_release(folder, Version(1, 0, 0), "2026-11-01", state._replace(reasons=before), stamps)
    stamps = {**stamps, "FULL_RING": {**STAMP, "changed_in": "1.0.1"}}
    add_release(folder, Version(1, 0, 1), "2026-11-22", state, stamps)
    return folder


@pytest.fixture(scope="module")
def client(catalogue: Catalogue, root: Path) -> Iterator[TestClient]:
    """A client of a service that knows the two releases."""
    path = root / "registry.db"
    build_registry(catalogue, path, load_releases(root))
    plain = {"Accept-Encoding": "identity"}
    with TestClient(create_app(Settings(db=str(path))), follow_redirects=False, headers=plain) as opened:
        yield opened


def test_the_index_lists_the_newest_first(client: TestClient, root: Path) -> None:
    """With the digest of the very file, and where everything of a release is."""
    items = client.get("/v1/releases").json()["items"]
    assert [item["version"] for item in items] == ["1.0.1", "1.0.0"]
    for item in items:
        whole = client.get(item["exports"]["json"]).content
        assert hashlib.sha256(whole).hexdigest() == item["sha256"]
        assert whole == (root / "releases" / f"{item['version']}.json").read_bytes()
        assert client.get(item["url"]).json()["date"] == item["date"]
        assert client.get(item["reasons_url"]).json()["count"] == item["reasons"]


def test_a_release_stays_as_it_was(client: TestClient) -> None:
    """An entry of a release has its own words, may be kept for ever, and leads to its neighbours in time."""
    old = client.get("/v1/releases/1.0.0/reasons/FULL_RING")
    assert old.json()["summary"] == "The ring was full."
    assert old.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert old.headers["last-modified"] == "Sun, 01 Nov 2026 00:00:00 GMT"
    link = old.headers["link"]
    assert '</v1/reasons/FULL_RING>; rel="latest-version"' in link
    assert '</v1/releases/1.0.1/reasons/FULL_RING>; rel="successor-version"' in link
    assert '</v1/releases>; rel="version-history"' in link


def test_the_latest_is_the_newest_release(client: TestClient) -> None:
    """What is served as latest equals the release it is, byte for byte, and says so."""
    assert client.get("/v1").json()["release"] == "1.0.1"
    latest = client.get("/v1/reasons/FULL_RING")
    assert latest.headers["content-location"] == "/v1/releases/1.0.1/reasons/FULL_RING"
    assert client.get(latest.headers["content-location"]).content == latest.content
    assert latest.json()["registry"] == {"added_in": "1.0.0", "changed_in": "1.0.1"}


def test_other_spellings_lead_to_the_entry_of_the_release(client: TestClient) -> None:
    """Aliases, symbols and small letters; what the release does not have is refused with the nearest."""
    for spelling in ("full_ring", "PTR_FULL", "SKB_DROP_REASON_FULL_RING"):
        answer = client.get(f"/v1/releases/1.0.0/reasons/{spelling}")
        assert (answer.status_code, answer.headers["location"]) == (301, "/v1/releases/1.0.0/reasons/FULL_RING")
    missing = client.get("/v1/releases/1.0.0/reasons/FULL_RNG")
    assert missing.status_code == 404
    assert "FULL_RING" in missing.json()["did_you_mean"]
    for path in ("/v1/releases/9.9.9", "/v1/releases/9.9.9/reasons/NOMEM", "/v1/export/9.9.9.json",
                 "/v1/releases/..%2F..%2Fetc", "/v1/export/..%2F..%2Fpasswd.json"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"


def test_what_changed_between_releases(client: TestClient) -> None:
    """The words of FULL_RING, a patch; the general address leads to the lasting one."""
    told = client.get("/v1/releases/1.0.0/diff/1.0.1")
    assert told.headers["cache-control"].endswith("immutable")
    assert told.json()["bump"] == "patch"
    assert [change["id"] for change in told.json()["changes"]] == ["FULL_RING/summary"]
    moved = client.get("/v1/diff?from=1.0.0&to=latest")
    assert (moved.status_code, moved.headers["location"]) == (302, "/v1/releases/1.0.0/diff/1.0.1")
    assert client.get("/v1/diff?from=1.0.0&to=kernel:6.1").status_code == 409


def test_what_changed_between_kernels(client: TestClient) -> None:
    """The same as `dropreasons diff kernel:7.0.0 kernel:7.1.0` says."""
    moved = client.get("/v1/diff?from=kernel:7.0.0&to=kernel:7.1.0")
    told = client.get(moved.headers["location"]).json()
    numbers = {change["id"]: change["new"] for change in told["changes"]}
    assert numbers["kernel/core/SKB_DROP_REASON_FULL_RING"] == 78
    assert client.get("/v1/kernels/6.12/diff/7.1.0").status_code == 409
    assert client.get("/v1/kernels/9999.1/diff/7.1.0").status_code == 404


def test_exports_hold_the_release(client: TestClient, tmp_path: Path) -> None:
    """Every form has every reason of the release, in its own words."""
    whole = json.loads(client.get("/v1/export/1.0.0.json").content)["reasons"]
    lines = [json.loads(line) for line in client.get("/v1/export/1.0.0.ndjson").text.splitlines()]
    assert lines == list(whole.values())
    rows = list(csv.DictReader(io.StringIO(client.get("/v1/export/1.0.0.csv").text)))
    assert {row["name"]: row["summary"] for row in rows} == {n: r["summary"] for n, r in whole.items()}
    path = tmp_path / "release.sqlite"
    path.write_bytes(client.get("/v1/export/1.0.0.sqlite").content)
    with sqlite3.connect(path) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        found = database.execute(
            "select symbol from number join kernel using (table_id) where value = 77 and family = 'upstream'"
            " and line = '6.12' and first = '114'"
        ).fetchall()
        assert found == [("SKB_DROP_REASON_INVALID_PROTO",)]
        assert dict(database.execute("select name, summary from reason"))["FULL_RING"] == "The ring was full."
    moved = client.get("/v1/export/latest.csv")
    assert (moved.status_code, moved.headers["location"]) == (302, "/v1/export/1.0.1.csv")
    assert client.get("/v1/export/1.0.0.xml").status_code == 404


def test_the_exported_header_compiles(client: TestClient, tmp_path: Path) -> None:
    """With warnings as errors, and with the numbers of the newest upstream kernel."""
    require(subprocess.run(["gcc", "--version"], capture_output=True, check=False).returncode == 0, "gcc")
    (tmp_path / "export.h").write_bytes(client.get("/v1/export/1.0.1.h").content)
    code = '#include "export.h"\n_Static_assert(SKB_DROP_REASON_FULL_RING == 78, "");\n'
    (tmp_path / "use.c").write_text(code, encoding="utf-8")
    words = ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-c", "use.c", "-o", "use.o"]
    assert subprocess.run(words, cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("form", FORMS)
def test_exports_in_parts(client: TestClient, form: str) -> None:
    """Ranges join to the whole; a condition on other bytes gets the whole; what lies beyond is refused."""
    path = f"/v1/export/1.0.1.{form}"
    whole = client.get(path)
    assert whole.headers["accept-ranges"] == "bytes"
    length, etag = len(whole.content), whole.headers["etag"]
    halves = [client.get(path, headers={"Range": r}) for r in (f"bytes=0-{length // 2}", f"bytes={length // 2 + 1}-")]
    assert [half.status_code for half in halves] == [206, 206]
    assert b"".join(half.content for half in halves) == whole.content
    assert halves[0].headers["content-range"] == f"bytes 0-{length // 2}/{length}"
    assert client.get(path, headers={"Range": "bytes=-10"}).content == whole.content[-10:]
    assert client.get(path, headers={"Range": "bytes=0-0", "If-Range": etag}).status_code == 206
    for ignored in ({"Range": "bytes=0-0", "If-Range": '"other"'}, {"Range": "bytes=0-1,5-6"}, {"Range": "lines=1-2"},
                    {"Range": "bytes=5-1"}, {"Range": "bytes=-"}):  # fmt: skip
        answer = client.get(path, headers=ignored)
        assert (answer.status_code, len(answer.content)) == (200, length), ignored
    beyond = client.get(path, headers={"Range": f"bytes={length}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{length}")
    assert client.get(path, headers={"Range": "bytes=0-5", "If-None-Match": etag}).status_code == 304


def test_a_digest_is_of_the_whole(client: TestClient) -> None:
    """Repr-Digest (RFC 9530) holds whichever part is sent."""
    whole = client.get("/v1/export/1.0.0.json")
    part = client.get("/v1/export/1.0.0.json", headers={"Range": "bytes=0-9"})
    assert whole.headers["repr-digest"] == part.headers["repr-digest"]
    assert whole.headers["repr-digest"] == f"sha-256=:{b64encode(hashlib.sha256(whole.content).digest()).decode()}:"


def test_compressed_answers(client: TestClient) -> None:
    """Other bytes under another ETag, which is known again; small ones stay as they are."""
    for path in ("/v1/reasons", "/v1/export/1.0.0.json", "/v1/resolve?kernel=6.12.117&value=77"):
        plain = client.get(path)
        packed = client.get(path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
        large = len(plain.content) >= 1000
        assert (packed.headers.get("content-encoding") == "gzip") == large
        assert packed.content == plain.content
        assert ("Accept-Encoding" in plain.headers.get("vary", "")) == large
        if large:
            assert packed.headers["etag"] != plain.headers["etag"]
            known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
            assert client.get(path, headers=known).status_code == 304
        refused = client.get(path, headers={"Accept-Encoding": "gzip;q=0"})
        assert "content-encoding" not in refused.headers


ACCEPTED: list[tuple[str, str, str]] = [
    ("/v1/reasons", "text/csv", "text/csv; charset=utf-8"),
    ("/v1/reasons", "application/x-ndjson, application/json;q=0.9", "application/x-ndjson"),
    ("/v1/reasons?class=policy", "text/csv", "text/csv; charset=utf-8"),
    ("/v1/reasons/NOMEM", "text/plain", "text/plain; charset=utf-8"),
    ("/v1/reasons/NOMEM", "application/*", "application/json"),
    ("/v1/reasons/NOMEM", "text/html;q=0.1, */*;q=0.5", "application/json"),
    ("/v1/kernels", "text/html, */*;q=0.8", "application/json"),
    ("/v1/reasons.csv", "*/*", "text/csv; charset=utf-8"),
    ("/v1/reasons/NOMEM.txt", "*/*", "text/plain; charset=utf-8"),
]


@pytest.mark.parametrize(("path", "accept", "expected"), ACCEPTED)
def test_the_form_accepted_best(client: TestClient, path: str, accept: str, expected: str) -> None:
    """Accept chooses among the forms of an address; its ends ask for one of them."""
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)


def test_people_are_led_to_the_page(client: TestClient) -> None:
    """A browser that follows a link to an entry or a list gets the page."""
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for path, page in (("/v1/reasons/NOMEM", "/reasons/NOMEM/"), ("/v1/reasons", "/reasons/")):
        answer = client.get(path, headers=browser)
        assert (answer.status_code, answer.headers["location"]) == (303, page)


def test_what_is_in_no_form_accepted(client: TestClient) -> None:
    """The forms on offer are listed."""
    for path in ("/v1/reasons/NOMEM", "/v1/kernels", "/v1/reasons?class=policy"):
        answer = client.get(path, headers={"Accept": "image/png, text/turtle;q=0.5, application/json;q=0"})
        assert answer.status_code == 406
        assert "application/json" in answer.json()["valid"]


def pages(client: TestClient, path: str) -> Iterator[dict[str, Any]]:
    """Yield page after page of a list."""
    following: str | None = path
    while following:
        page = client.get(following).json()
        yield page
        following = page["next"]


def test_a_list_page_by_page(client: TestClient) -> None:
    """The pages together are the list, filtered or not; the header leads on as the body does."""
    for query in ("", "class=policy&class=queue-full&"):
        whole = client.get(f"/v1/reasons?{query}".rstrip("?&")).json()
        parts = list(pages(client, f"/v1/reasons?{query}limit=20"))
        assert [item for part in parts for item in part["items"]] == whole["items"]
        assert {part["total"] for part in parts} == {whole["total"]}
        assert len(parts) == -(-whole["total"] // 20)
    first = client.get("/v1/reasons?limit=20")
    assert f'<{first.json()["next"]}>; rel="next"' in first.headers["link"]


@pytest.mark.parametrize("form", ["py", "go", "rs", "ts", "bt", "c", "json"])
def test_tables_of_a_kernel(client: TestClient, form: str) -> None:
    """The same table as the verb writes, in every language; a kernel of several tables has none."""
    answer = client.get(f"/v1/tables/6.12.117.{form}")
    assert answer.status_code == 200
    assert "FULL_RING" in answer.text
    assert client.get(f"/v1/tables/6.12.{form}").status_code == 409
    assert client.get("/v1/tables/6.12.117.cobol").status_code == 404


def test_headers_in_both_styles(client: TestClient) -> None:
    """The kernel's macros, or the plain enum."""
    assert "DEFINE_DROP_REASON" in client.get("/v1/header/6.12.117.h").text
    plain = client.get("/v1/header/6.12.117.h?style=skbuff")
    assert "DEFINE_DROP_REASON" not in plain.text
    assert plain.headers["content-location"] == "/v1/header/6.12.117.h?style=skbuff"
    assert client.get("/v1/header/6.12.117.h?style=round").status_code == 422


def test_a_browser_may_ask(client: TestClient) -> None:
    """The question a browser asks before it posts is answered."""
    for path, methods in (("/v1/resolve", "GET, HEAD, POST"), ("/v1/reasons", "GET, HEAD")):
        answer = client.options(path, headers={"Origin": "https://example.org"})
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-methods"] == methods
        assert answer.headers["access-control-allow-origin"] == "*"


def test_what_gzip_holds_is_the_answer(client: TestClient) -> None:
    """The compressed bytes are gzip of the plain ones, the same each time."""
    with client.stream("GET", "/v1/reasons", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw) == client.get("/v1/reasons").content
