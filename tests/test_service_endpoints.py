# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The addresses of numbers, kernels and the words of the taxonomy, the catalogue of APIs, and batches."""

import json
import random
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT
from starlette.testclient import TestClient

from dropreasons.lookup import Registry
from dropreasons.numbers import everywhere, on_kernel
from dropreasons.problem_types import PROBLEM_TYPES
from dropreasons.resolve import resolve
from dropreasons_service.app import create_app
from dropreasons_service.bodies import LARGEST_BODY
from dropreasons_service.settings import Settings

NUL, BIDI = "\x00", "\u202e"
AXES = {"classes": "class", "layers": "layer", "subsystems": "subsystem"}
PAGES = ["/v1/numbers/0x4d", "/v1/numbers/0xfffffff0", "/v1/kernels/6.12.117", "/v1/kernels/9999.1",
         "/v1/classes", "/v1/layers", "/v1/subsystems", "/.well-known/api-catalog"]  # fmt: skip
KERNELS = [
    "6.12.117", "v6.12.117", "6.12", "6.12.48", "6.1.0-47-amd64", "6.8.0-45-generic", "6.8.0-45", "5.15.40", "5.17-rc5",
    "5.14.0-427.13.1.el9_4.x86_64", "4.18.0-553.el8_10.x86_64", "6.6.87.2-microsoft-standard-WSL2", "9999.1",
    "6.12.48+deb13-amd64", "6.11.0-99-own", "6.10.0-rc4", "7.3.4", "6.1.90-99-generic", "5.16",
]  # fmt: skip


def pair(kernel: Any = "6.12.117", value: Any = 77) -> dict[str, Any]:
    """Return a pair as a batch has it."""
    return {"kernel": kernel, "value": value}


def post(client: TestClient, *pairs: Any) -> Any:
    """Ask for a batch of pairs."""
    return client.post("/v1/resolve", json={"pairs": list(pairs)})


def refused(answer: Any, slug: str) -> dict[str, Any]:
    """Return the problem an answer holds, having checked its form."""
    problem: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"http://testserver/problems/{slug}/"
    assert problem["status"] == answer.status_code == PROBLEM_TYPES[slug].status
    assert len(problem["detail"]) < 600
    assert problem["detail"].isprintable()
    return problem


@pytest.mark.parametrize("path", PAGES)
def test_head_and_conditional_requests(client: TestClient, path: str) -> None:
    """HEAD has the headers of GET without its body; a known ETag gives 304 with the headers that matter."""
    whole, head = client.get(path), client.head(path)
    assert whole.status_code == head.status_code == 200
    assert head.content == b""
    assert dict(whole.headers) == dict(head.headers)
    assert whole.headers["content-length"] == str(len(whole.content))
    assert whole.headers["access-control-allow-origin"] == "*"
    again = client.get(path, headers={"If-None-Match": f'"other", W/{whole.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "link", "content-location"):
        assert again.headers.get(name) == whole.headers.get(name)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_unknown_parameters_are_refused(client: TestClient, path: str) -> None:
    """Nothing is ignored in silence, and what was sent is shown so that it can do no harm."""
    problem = refused(client.get(path, params={f"x{BIDI}{NUL}": "1"}), "unknown-parameter")
    assert problem["valid"] == []
    assert r"'x\u202e\x00'" in problem["detail"]


@pytest.mark.parametrize("asked", ["/v1/reasons.json", "/v1/reasons/FULL_RING.json", "/v1/kernels", "/v1/classes",
                                   "/v1/numbers/0x4d", "/v1/kernels/6.12.48+deb13-amd64",
                                   "/v1/header/6.12.117.h"])  # fmt: skip
def test_content_location_is_the_address(client: TestClient, asked: str) -> None:
    """An answer names its own address."""
    assert client.get(asked).headers["content-location"] == asked


@pytest.mark.parametrize(
    "asked",
    [
        "/v1/resolve?value=0x4d&kernel=6.12.48%2Bdeb13-amd64",
        "/v1/reasons?layer=device&class=policy&class=queue-full",
        "/v1/search?q=ring+full",
    ],
)
def test_content_location_leads_to_the_same_answer(client: TestClient, asked: str) -> None:
    """However a question is put, its answer has one address, and that address has the answer."""
    first = client.get(asked)
    address = first.headers["content-location"]
    assert address != asked
    second = client.get(address)
    assert second.content == first.content
    assert second.headers["content-location"] == address


def test_every_number_is_what_the_library_says(client: TestClient, registry: Registry) -> None:
    """All numbers that have meant something, and some that have not."""
    known = [row[0] for row in registry.database.execute("select distinct value from value where in_subsystem = 1")]
    assert len(known) > 200
    for value in [*known, 65535, 0x7FFF0001, 0xFFFFFFFF]:
        answer = client.get(f"/v1/numbers/{value:#x}")
        assert answer.json() == everywhere(registry, value)
    names = [meaning["name"] for meaning in client.get("/v1/numbers/0x4d").json()["meanings"]]
    assert {"INVALID_PROTO", "DUP_FRAG", "FRAG_TOO_FAR"} <= set(names)
    assert client.get("/v1/numbers/0x7fff0001").json()["meanings"] == []


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [("77", "0x4d"), ("0X4D", "0x4d"), ("0x004d", "0x4d"), ("077", "0x4d"), ("0", "0x0"), ("0x0", None),
     ("4294967295", "0xffffffff"), ("0xFFFFFFFF", "0xffffffff"), ("0xffffffff", None), ("3333333", "0x32dcd5")],
)  # fmt: skip
def test_a_number_has_one_address(client: TestClient, spelling: str, canonical: str | None) -> None:
    """Decimal, capital letters and leading zeros answer 301."""
    for ask in (client.get, client.head):
        answer = ask(f"/v1/numbers/{spelling}")
        if canonical is None:
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.headers["location"]) == (301, f"/v1/numbers/{canonical}")


@pytest.mark.parametrize(
    "spelling",
    ["x", "-1", "4294967296", "0x100000000", "0x", "7.5", "1e3", "%D9%A3", "77%00", "%E2%80%AE77", "1" * 3000],
)
def test_what_is_no_number_is_refused(client: TestClient, spelling: str) -> None:
    """Text, numbers that do not fit, other scripts' digits, control characters."""
    problem = refused(client.get(f"/v1/numbers/{spelling}"), "invalid-query")
    assert [error["pointer"] for error in problem["errors"]] == ["path:number"]
    assert len(problem["instance"]) < 2000
    assert problem["instance"].isascii()


@pytest.mark.parametrize("kernel", [kernel for kernel in KERNELS if kernel[0] != "v"])
def test_a_kernel_is_what_resolve_says(client: TestClient, registry: Registry, kernel: str) -> None:
    """Family, confidence, tables, evidence and notes are the library's."""
    found = client.get(f"/v1/kernels/{kernel}").json()
    resolution = resolve(registry.database, kernel)
    assert (found["kernel"], found["family"]) == (kernel, resolution.release.family)
    assert (found["confidence"], found["notes"]) == (resolution.confidence, list(resolution.notes))
    assert [(c["table"], c["evidence"]) for c in found["candidates"]] == [
        (c.table, c.evidence) for c in resolution.candidates
    ]
    same = client.get("/v1/resolve", params=pair(kernel, "2")).json()
    for key in ("family", "confidence", "tables", "evidence", "has_reasons"):
        assert found[key] == same[key], key


@pytest.mark.parametrize("kernel", KERNELS)
def test_links_of_a_kernel_lead_somewhere(client: TestClient, registry: Registry, kernel: str) -> None:
    """A header is linked exactly where there is one; the template leads to an answer; tables are known ones."""
    answer = client.get(f"/v1/kernels/{kernel}", follow_redirects=True)
    found, bare = answer.json(), kernel.removeprefix("v")
    assert found["kernel"] == bare
    header = client.get(f"/v1/header/{bare}.h")
    assert (found["header"] is not None) == (header.status_code == 200)
    if found["header"]:
        assert client.get(found["header"]).content == header.content
    assert client.get(found["resolve"].replace("{value}", "77")).json()["kernel"] == bare
    known = {row[0] for row in registry.database.execute("select id from kernel_table")}
    for candidate in found["candidates"]:
        table = candidate["table"]
        assert table is None or table in known
        assert candidate["page"] == (table and f"/kernels/{table}/")
        assert candidate["header"] == (table and f"/kernels/{table}.h")


def test_a_v_before_a_release_is_left_off(client: TestClient) -> None:
    """One kernel, one address."""
    answer = client.get("/v1/kernels/v6.12.117")
    assert (answer.status_code, answer.headers["location"]) == (301, "/v1/kernels/6.12.117")


@pytest.mark.parametrize(
    "release", ["nonsense", "vv6.1", "6", "6.1%00", "6.1%E2%80%AE", "6.1" + "9" * 300, "..%2F..%2Fetc", "6.1 x"]
)
def test_what_is_no_release_is_refused(client: TestClient, release: str) -> None:
    """Text, control characters, too long; a path is none either."""
    answer = client.get(f"/v1/kernels/{release}")
    if "%2F" in release:
        refused(answer, "not-found")
    else:
        assert refused(answer, "invalid-query")["errors"][0]["pointer"] == "path:release"


@pytest.mark.parametrize("path", ["/v1/numbers", "/v1/numbers/", "/v1/kernels/", "/v1/classes/", "/v1/kernels/6.1/x"])
def test_addresses_nearby_are_not_found(client: TestClient, path: str) -> None:
    """No trailing slashes, nothing below."""
    refused(client.get(path), "not-found")


@pytest.mark.parametrize(("axis", "key"), AXES.items())
def test_words_hold_every_reason_once(client: TestClient, axis: str, key: str) -> None:
    """Each word of an axis has its meaning and its reasons, as the filtered list has them."""
    words = client.get(f"/v1/{axis}").json()
    reasons = client.get("/v1/reasons").json()["items"]
    assert words["total"] == words["count"] == len(words["items"])
    listed = [name for word in words["items"] for name in word["reasons"]]
    assert sorted(listed) == sorted(reason["name"] for reason in reasons)
    for word in words["items"]:
        assert word["meaning"].endswith(".")
        assert word["page"] == f"/{axis}/{word['name']}/"
        assert word["count"] == len(word["reasons"])
        assert [r["name"] for r in client.get(word["url"]).json()["items"]] == word["reasons"]
        assert {r[key] for r in reasons if r["name"] in word["reasons"]} <= {word["name"]}


def test_the_catalogue_of_apis(client: TestClient) -> None:
    """RFC 9727: a link set with its profile, found from /v1, whose links on this service lead somewhere."""
    answer = client.get("/.well-known/api-catalog")
    assert answer.headers["content-type"] == (
        'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    )
    sets = answer.json()["linkset"]
    assert [link["href"] for link in sets[0]["item"]] == ["/v1"]
    for relation in ("service-desc", "status", "service-meta"):
        (link,) = sets[1][relation]
        assert client.get(link["href"]).headers["content-type"] == link["type"]
    for path in ("/v1", "/.well-known/api-catalog"):
        assert 'rel="api-catalog"' in client.head(path).headers["link"]


def test_the_service_document_names_every_address(client: TestClient) -> None:
    """What OpenAPI describes below /v1 is linked from /v1."""
    linked = {link.partition("?")[0] for link in client.get("/v1").json()["links"].values()}
    described = client.get("/openapi.json").json()["paths"]
    assert set(described) - {"/v1"} <= linked


def test_a_batch_answers_as_single_questions_do(client: TestClient, registry: Registry) -> None:
    """Every answer has the bytes of the single one, in the order asked, equal pairs included."""
    values = [0, 1, 2, 5, 17, 77, 100, 130, 500, 65535, 65536, 0x10001, 0x20005, 0x30001, 0x50001, 0xFFFFFFFF]
    asked = [(kernel, value) for kernel in KERNELS for value in values] * 2
    random.Random(6).shuffle(asked)
    answer = post(client, *(pair(*each) for each in asked))
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(answer.content))
    body = answer.json()
    assert (body["total"], body["count"], body["next"]) == (len(asked), len(asked), None)
    assert body["items"] == [on_kernel(registry, value, kernel) for kernel, value in asked]
    for kernel, value in asked[:200]:
        single = client.get("/v1/resolve", params=pair(kernel, value)).content
        assert single in answer.content


def test_ways_to_write_a_value_in_a_batch(client: TestClient) -> None:
    """A number, its decimal and its hexadecimal text mean the same."""
    body = post(
        client, pair(value=77), pair(value="77"), pair(value="0x4d"), pair(value="0X04D"), pair(value=77.0)
    ).json()
    assert [item["value"] for item in body["items"]] == [77] * 5
    assert len({json.dumps(item) for item in body["items"]}) == 1


def test_a_batch_may_be_empty(client: TestClient) -> None:
    """No questions, no answers; and no ETag, for a POST is not cached."""
    answer = post(client)
    assert (answer.status_code, answer.json()["items"], answer.json()["total"]) == (200, [], 0)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert client.post("/v1/resolve", json={"pairs": []}, headers={"If-None-Match": "*"}).status_code == 200


def test_the_largest_batch_and_one_more(client: TestClient) -> None:
    """10,000 pairs are taken, 10,001 are not."""
    pairs = [pair("6.12.117", at % 200) for at in range(10_001)]
    whole = post(client, *pairs[:-1])
    assert [item["value"] for item in whole.json()["items"]] == [each["value"] for each in pairs[:-1]]
    answer = post(client, *pairs)
    (error,) = refused(answer, "batch-too-large")["errors"]
    assert (error["pointer"], error["detail"][:11]) == ("/pairs", "10001 pairs")


def test_a_batch_of_many_kernels_is_remembered_within_bounds(database: Any, registry: Registry) -> None:
    """More kernels than the service remembers, and values no table has, are answered and forgotten."""
    with TestClient(create_app(Settings(db=str(database)))) as client:
        resolver = client.app.snapshot.resolver  # type: ignore[attr-defined]
        asked = [(f"6.12.{at}", 0x70000000 + at) for at in range(5_000)]
        items = post(client, *(pair(*each) for each in asked)).json()["items"]
        assert [(item["kernel"], item["value"]) for item in items] == asked
        assert items[117] == on_kernel(registry, asked[117][1], asked[117][0])
        assert resolver._frame.cache_info().currsize == resolver._frame.cache_info().maxsize < 5_000
        assert all(value < 0x70000000 for meant in resolver._tables.values() for value in meant)


WRONG = [
    (pair(kernel="nonsense"), "/kernel", "malformed"),
    (pair(kernel="6.12" + NUL), "/kernel", "malformed"),
    (pair(kernel="6.12" + BIDI), "/kernel", "malformed"),
    (pair(kernel="6.12." + "1" * 500), "/kernel", "malformed"),
    (pair(kernel=""), "/kernel", "malformed"),
    (pair(kernel=6.12), "/kernel", "wrong-type"),
    (pair(kernel=None), "/kernel", "wrong-type"),
    (pair(value=-1), "/value", "malformed"),
    (pair(value=1 << 32), "/value", "malformed"),
    (pair(value=1 << 400), "/value", "malformed"),
    (pair(value=7.5), "/value", "malformed"),
    (pair(value=1e300), "/value", "malformed"),
    (pair(value="x"), "/value", "malformed"),
    (pair(value="77" + NUL), "/value", "malformed"),
    (pair(value=BIDI + "77"), "/value", "malformed"),
    (pair(value="٣"), "/value", "malformed"),
    (pair(value="1" * 500), "/value", "malformed"),
    (pair(value=""), "/value", "malformed"),
    (pair(value=True), "/value", "wrong-type"),
    (pair(value=None), "/value", "wrong-type"),
    (pair(value=[77]), "/value", "wrong-type"),
    ({"kernel": "6.12.117"}, "", "missing"),
    ({"value": 77}, "", "missing"),
    ({"kernel": "6.12.117", "number": 77}, "", "missing"),
    ({**pair(), f"x{BIDI}": 1}, "", "unknown-member"),
    (["6.12.117", 77], "", "wrong-type"),
    ("77", "", "wrong-type"),
    (None, "", "wrong-type"),
]


@pytest.mark.parametrize(("wrong", "pointer", "code"), WRONG, ids=[repr(wrong)[:50] for wrong, _, _ in WRONG])
def test_a_wrong_pair_is_named_by_its_pointer(client: TestClient, wrong: Any, pointer: str, code: str) -> None:
    """The problem says which pair, and what of it; nothing is resolved."""
    errors = refused(post(client, pair(), pair(value=1), wrong), "invalid-body")["errors"]
    assert (errors[0]["pointer"], errors[0]["code"]) == (f"/pairs/2{pointer}", code)
    assert all(error["detail"].isprintable() for error in errors)


def test_every_wrong_pair_is_named_up_to_a_limit(client: TestClient) -> None:
    """Several at once, in their order; of very many the first twenty."""
    problem = refused(post(client, pair("a"), pair(), pair(value="b"), pair("c", "d")), "invalid-body")
    pointers = [error["pointer"] for error in problem["errors"]]
    assert pointers == ["/pairs/0/kernel", "/pairs/2/value", "/pairs/3/kernel", "/pairs/3/value"]
    many = refused(post(client, *[pair("a")] * 10_000), "invalid-body")
    assert len(many["errors"]) == 20
    assert "9999 more" in many["detail"]


BODIES = [b"", b"{", b"null", b"[]", b"{}", b'{"pairs": 1}', b'{"pairs": [], "more": 1}', b'{"pairs": [NaN]}',
          b'{"pairs": [{"kernel": "6.1", "value": Infinity}]}', b'{"pairs": []} x', b"\xff\xfe{}", b"\x00",
          b'{"pairs": [{"kernel": "\\ud800", "value": 1}]}', b"[" * 100_000, b'{"pairs": [' + b"9" * 10_000 + b"]}",
          '{"pairs": []}'.encode("utf-16")]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=[repr(body[:30]) for body in BODIES])
def test_what_is_no_batch_is_refused(client: TestClient, body: bytes) -> None:
    """Broken JSON, other encodings, other forms, depth and length that harm parsers."""
    answer = client.post("/v1/resolve", content=body, headers={"Content-Type": "application/json"})
    assert refused(answer, "invalid-body")["errors"]


def test_a_body_has_a_largest_size(client: TestClient) -> None:
    """Told by its length, or found while it comes in pieces; the connection is closed."""

    def pieces() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY // 65536 + 2):
            yield b" " * 65536

    room = b'{"pairs": []}'.ljust(LARGEST_BODY)
    headers = {"Content-Type": "application/json"}
    assert client.post("/v1/resolve", content=room, headers=headers).status_code == 200
    for content in (room + b" ", pieces()):
        answer = client.post("/v1/resolve", content=content, headers=headers)
        assert str(LARGEST_BODY) in refused(answer, "body-too-large")["detail"]
        assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_only_plain_json_is_taken(client: TestClient, headers: dict[str, str]) -> None:
    """415 says what is."""
    answer = client.post("/v1/resolve", content=b'{"pairs": []}', headers=headers)
    assert refused(answer, "unsupported-media-type")["valid"] == ["application/json"]
    assert answer.headers["accept"] == "application/json"


def test_json_may_be_said_in_other_words(client: TestClient) -> None:
    """A charset that changes nothing is no reason to refuse."""
    for said in ("application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'):
        answer = client.post("/v1/resolve", content=b'{"pairs": []}', headers={"Content-Type": said})
        assert answer.status_code == 200


def test_a_batch_takes_no_parameters(client: TestClient) -> None:
    """What would filter a single question is refused here."""
    answer = client.post("/v1/resolve?kernel=6.1", json={"pairs": []})
    assert refused(answer, "unknown-parameter")["valid"] == []


@pytest.mark.parametrize(
    "path", ["/v1/classes", "/v1/resolve/", "/v1/reasons", "/v1/numbers/0x4d", "/", "/openapi.json"]
)
def test_post_is_offered_nowhere_else(client: TestClient, path: str) -> None:
    """Every other address is read-only."""
    answer = client.post(path, json={"pairs": []})
    refused(answer, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_where_post_is_offered(client: TestClient, method: str) -> None:
    """`Allow` lists what the address takes."""
    answer = client.request(method, "/v1/resolve")
    refused(answer, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_the_openapi_document_is_complete(client: TestClient) -> None:
    """Every operation has a name of its own, a tag, and problems; what goes in has an example."""
    document = client.get("/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert {"getNumber", "getKernel", "listClasses", "listLayers", "listSubsystems", "resolveBatch"} <= set(names)
    for operation in operations:
        assert operation["tags"]
        assert any(status.startswith("4") for status in operation["responses"]), operation["operationId"]
    for path in ("/v1/numbers/{number}", "/v1/kernels/{release}"):
        assert document["paths"][path]["get"]["parameters"][0]["schema"]["examples"]
    body = document["paths"]["/v1/resolve"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    model = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    (example,) = model["examples"]
    answers = client.post("/v1/resolve", json=example).json()["items"]
    assert [answer["value"] for answer in answers] == [77, 5]


def shown_requests() -> list[list[str]]:
    """Return the words of every curl command that docs/api.md shows."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").replace("\\\n", " ")
    return [shlex.split(line) for line in re.findall(r"^\$ (curl .*)$", text, re.MULTILINE)]


@pytest.mark.parametrize("words", shown_requests(), ids=" ".join)
def test_shown_requests_work(client: TestClient, words: list[str]) -> None:
    """What the page shows can be typed."""
    (address,) = (word for word in words if word.startswith("http://127.0.0.1:8000/"))
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word in {"-H", "--header"})
    bodies = [words[at + 1] for at, word in enumerate(words) if word in {"-d", "--data", "--data-binary", "--json"}]
    if "--json" in words:
        headers["Content-Type"] = "application/json"
    method = "POST" if bodies else "HEAD" if any(w.startswith("-") and "I" in w for w in words[1:]) else "GET"
    path = address.removeprefix("http://127.0.0.1:8000")
    answer = client.request(method, path, content=bodies[0] if bodies else None, headers=headers,
                            follow_redirects=any(w.startswith("-") and "L" in w for w in words[1:]))  # fmt: skip
    assert answer.status_code in {200, 304}, answer.text


def test_requests_are_shown() -> None:
    """The page shows a batch, a number and a kernel."""
    shown = [" ".join(words) for words in shown_requests()]
    for part in ("/v1/resolve", "/v1/numbers/", "/v1/kernels/", "/v1/classes"):
        assert any(part in line for line in shown), part


def test_schemas_stand_at_their_own_addresses(client: TestClient) -> None:
    """Each schema answers at the path of its $id, as the file in schemas/ has it; another is not found."""
    for item in client.get("/v1/schemas").json()["items"]:
        found = client.get(item["url"])
        assert found.headers["content-type"] == "application/schema+json"
        assert found.json()["$id"].endswith(item["url"])
        assert found.text == (ROOT / "schemas" / item["url"].rpartition("/")[2]).read_text(encoding="utf-8")
    assert client.get("/v1/schemas/nothing.json").status_code == 404
    assert client.get("/v1/schemas/reasons-1.0.json?x=1").status_code == 422
