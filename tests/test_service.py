# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The HTTP service: answers, conditional requests, redirects, and a problem document for every error."""

import json
import socket
import subprocess
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
import schemathesis
from conftest import COMMAND, ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from dropreasons.lookup import Registry
from dropreasons.problem_types import PROBLEM_TYPES
from dropreasons_service.app import create_app
from dropreasons_service.settings import Settings

PAGES = ["/v1", "/v1/reasons", "/v1/reasons/FULL_RING", "/v1/kernels", "/v1/resolve?kernel=6.12.117&value=77",
         "/v1/search?q=ring", "/v1/header/6.12.117.h", "/healthz", "/readyz", "/openapi.json"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_get_and_head_agree(client: TestClient, path: str) -> None:
    """HEAD has the status and headers of GET, and no body."""
    whole, head = client.get(path), client.head(path)
    assert whole.status_code == head.status_code == 200
    assert head.content == b""
    assert whole.headers["content-length"] == head.headers["content-length"] == str(len(whole.content))
    assert whole.headers.get("etag") == head.headers.get("etag")


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith("/v1")])
def test_conditional_requests(client: TestClient, path: str) -> None:
    """If-None-Match with the ETag, a list that has it, a weak form of it, or * gives 304 without a body."""
    etag = client.get(path).headers["etag"]
    assert etag.startswith('"')
    for condition in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = client.get(path, headers={"If-None-Match": condition})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert "cache-control" in again.headers
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_reason_is_the_document_explain_prints(client: TestClient, registry: Registry) -> None:
    """The service and the command line give the same bytes."""
    for name, body in registry.bodies():
        assert client.get(f"/v1/reasons/{name}").text == body


@pytest.mark.parametrize("spelling", ["full_ring", "PTR_FULL", "ptr_full", "SKB_DROP_REASON_FULL_RING"])
def test_other_spellings_are_redirected(client: TestClient, spelling: str) -> None:
    """Aliases, C symbols and lower case answer 301 with the one address of the reason."""
    answer = client.get(f"/v1/reasons/{spelling}")
    assert (answer.status_code, answer.headers["location"]) == (301, "/v1/reasons/FULL_RING")


def test_resolve(client: TestClient) -> None:
    """A number on a kernel, with confidence; ambiguous kernels list every meaning."""
    sure = client.get("/v1/resolve", params={"kernel": "6.12.117", "value": "77"}).json()
    assert (sure["confidence"], [m["name"] for m in sure["meanings"]]) == ("exact", ["INVALID_PROTO"])
    several = client.get("/v1/resolve", params={"kernel": "6.12", "value": "0x4d"}).json()
    assert several["confidence"] == "candidates"
    assert [m["name"] for m in several["meanings"]] == ["INVALID_PROTO", "DUP_FRAG", "FRAG_TOO_FAR"]
    assert several["notes"]


def test_lists_are_filtered(client: TestClient) -> None:
    """A filter keeps the reasons that have the value; several values of one filter are alternatives."""
    full = client.get("/v1/reasons", params={"class": "queue-full"}).json()
    assert "FULL_RING" in [item["name"] for item in full["items"]]
    assert {item["class"] for item in full["items"]} == {"queue-full"}
    both = client.get("/v1/reasons?class=queue-full&class=policy").json()
    assert both["count"] > full["count"]
    assert both["total"] == both["count"] < client.get("/v1/reasons").json()["total"]


PROBLEMS = [
    ("/v1/reasons/FULL_RNG", "reason-not-found", 404),
    ("/v1/reasons/" + "X" * 3000, "reason-not-found", 404),
    ("/v1/reasons/a%0Ab", "reason-not-found", 404),
    ("/v1/reasons/FULL_RING?x=1", "unknown-parameter", 422),
    ("/v1/reasons?bogus=1", "unknown-parameter", 422),
    ("/v1/reasons/", "not-found", 404),
    ("/v1?x=1", "unknown-parameter", 422),
    ("/v1/nothing", "not-found", 404),
    ("/v1/resolve?kernel=6.1", "invalid-query", 422),
    ("/v1/resolve?kernel=nonsense&value=1", "invalid-query", 422),
    ("/v1/resolve?kernel=6.1&value=" + "1" * 40, "invalid-query", 422),
    ("/v1/resolve?kernel=6.1&value=1&valeu=1", "unknown-parameter", 422),
    ("/v1/search?q=", "invalid-query", 422),
    ("/v1/search?q=x&limit=100000", "invalid-query", 422),
    ("/v1/header/6.12.h", "kernel-ambiguous", 409),
    ("/v1/header/5.15.40.h", "kernel-unknown", 404),
    ("/v1/header/..%2f..%2fetc.h", "not-found", 404),
    ("/v1/header/nonsense.h", "invalid-query", 422),
    ("/v1/header/6.12.117.h?x=1", "unknown-parameter", 422),
]


@pytest.mark.parametrize(("path", "slug", "status"), PROBLEMS, ids=[path[:60] for path, _, _ in PROBLEMS])
def test_every_error_is_a_problem(client: TestClient, path: str, slug: str, status: int) -> None:
    """RFC 9457: the media type, the type with its page, the status, and no echo of long input."""
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"http://testserver/problems/{slug}/"
    assert problem["status"] == status
    assert problem["title"] == PROBLEM_TYPES[slug].title
    assert len(problem["detail"]) < 600


def test_a_misspelt_name_offers_the_nearest(client: TestClient) -> None:
    """A 404 helps."""
    assert client.get("/v1/reasons/FULL_RNG").json()["did_you_mean"][0] == "FULL_RING"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/v1/reasons/FULL_RING", "/v1/reasons", "/", "/nothing"])
def test_only_get_and_head_are_offered(client: TestClient, method: str, path: str) -> None:
    """The service is read-only, and says what is allowed."""
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["type"].endswith("/problems/method-not-allowed/")


def test_headers_on_every_answer(client: TestClient) -> None:
    """Any site may ask; no browser guesses a type."""
    for path in [*PAGES[:7], "/v1/reasons/FULL_RNG"]:
        answer = client.get(path)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "cache-control" in answer.headers


def test_a_header_of_the_host_is_not_trusted(client: TestClient) -> None:
    """What is no host does not get into the answer."""
    problem = client.get("/v1/nothing", headers={"host": 'x"><script>'}).json()
    assert problem["type"] == "/problems/not-found/"


def test_without_a_site_one_page_says_how_to_build_it(database: Path, tmp_path: Path) -> None:
    """The look-ups work without the site."""
    with TestClient(create_app(Settings(db=str(database)), tmp_path)) as client:
        assert "make serve" in client.get("/").text
        assert client.get("/v1/reasons/FULL_RING").status_code == 200


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_openapi_describes_what_is_answered(database: Path, mode: GenerationMode) -> None:
    """Schemathesis: no request gets a server error, or an answer the document does not describe."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(Settings(db=str(database))))
    asked: Counter[str] = Counter()
    for operation in schema.get_all_operations():
        described = operation.ok()

        @given(described.as_strategy(generation_mode=mode))
        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def ask(case: schemathesis.Case) -> None:
            asked[case.operation.label] += 1
            case.call_and_validate()

        try:
            ask()
        except Unsatisfiable:
            # An operation without parameters has no wrong ones.
            assert mode is GenerationMode.NEGATIVE
    assert sum(asked.values()) > 100, asked


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serve_prints_what_to_open_and_stops_on_ctrl_c(database: Path) -> None:
    """The command serves, tells the addresses, and ends cleanly on SIGINT."""
    port = free_port()
    command = [str(COMMAND), "serve", "--port", str(port), "--db", str(database)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        assert served.stdout.readline() == f"The site:      http://127.0.0.1:{port}/\n"
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/reasons/FULL_RING") as answer:
                    assert json.load(answer)["name"] == "FULL_RING"
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("the service did not answer")
        served.send_signal(2)
        _, errors = served.communicate(timeout=20)
    assert served.returncode == 0
    assert "Traceback" not in errors


def test_a_port_in_use_is_told_in_one_line(database: Path) -> None:
    """Nothing is promised on a port somebody else has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [str(COMMAND), "serve", "--port", str(taken.getsockname()[1]), "--db", str(database)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "cannot listen on 127.0.0.1" in done.stderr
    assert done.stderr.count("\n") == 1
