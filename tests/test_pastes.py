# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What another tool printed, posted to the service."""

import json

import pytest
from conftest import ROOT
from starlette.testclient import TestClient

from dropreasons.decode.pasted import decode_text
from dropreasons.lookup import Registry
from dropreasons_service.bodies import LARGEST_BODY

SAMPLES = sorted((ROOT / "tests" / "data" / "decode").glob("*.txt"))
TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_answer_is_that_of_the_library(client: TestClient, registry: Registry, sample) -> None:
    """Every sample, byte for byte what decode_text says."""
    text = sample.read_text(encoding="utf-8", errors="replace")
    answer = client.post("/v1/decode?kernel=6.12.117&by=class", content=text.encode(), headers=TEXT)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == json.loads(json.dumps(decode_text(registry, text, "6.12.117", "class")))


def test_a_number_is_decoded_for_the_kernel_named(client: TestClient) -> None:
    """77 is another reason on another kernel; without a kernel all are told."""
    line = b"ping-1 [000] 1.5: skb:kfree_skb: skbaddr=0x1 protocol=2048 location=0xffff reason: 77\n"
    rows = [
        client.post(f"/v1/decode?kernel={k}", content=line, headers=TEXT).json()["rows"]
        for k in ("6.12.117", "6.1.192")
    ]
    assert rows[0][0]["label"] == "INVALID_PROTO"
    assert rows[1][0]["label"] != "INVALID_PROTO"
    open_ = client.post("/v1/decode", content=line, headers=TEXT).json()["rows"][0]
    assert "INVALID_PROTO" in {one["name"] for one in open_["candidates"]}


@pytest.mark.parametrize(
    ("query", "headers", "body", "status"),
    [
        ("", {"Content-Type": "image/png"}, b"x", 415),
        ("", {**TEXT, "Content-Encoding": "gzip"}, b"x", 415),
        ("", {"Content-Type": "text/plain; charset=utf-16"}, b"x", 415),
        ("", TEXT, b"x" * (LARGEST_BODY + 1), 413),
        ("?kernel=what", TEXT, b"x", 422),
        ("?by=colour", TEXT, b"x", 422),
        ("?colour=red", TEXT, b"x", 422),
    ],
)
def test_what_is_refused(client: TestClient, query: str, headers: dict[str, str], body: bytes, status: int) -> None:
    """With a problem, and nothing else."""
    answer = client.post(f"/v1/decode{query}", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff\xfe", b"\n" * 100_000, b'{"a":' * 100_000, b"{" * LARGEST_BODY, "\u202e".encode()]
)
def test_hostile_text_is_answered(client: TestClient, body: bytes) -> None:
    """Whatever comes, what is no drop is counted as not understood."""
    answer = client.post("/v1/decode", content=body, headers=TEXT)
    assert answer.status_code == 200
    assert answer.json()["drops"] == 0


def test_only_post_is_taken(client: TestClient) -> None:
    """A GET is told so."""
    for method in ("GET", "HEAD", "PUT"):
        answer = client.request(method, "/v1/decode")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
