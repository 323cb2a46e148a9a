# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The address for many questions at once: POST /v1/resolve."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from dropreasons.kernelrelease import NotARelease
from dropreasons.numbers import NotAValue
from dropreasons_service.answers import JSON, Pieces, to_json
from dropreasons_service.documents import MOST_PAIRS, ResolvedPairs, answers
from dropreasons_service.front import counts_of, snapshot_of
from dropreasons_service.openapi import problems
from dropreasons_service.pairs import read_pairs, value_of, wrong_pairs
from dropreasons_service.prepared import SCHEMA_VERSION, envelope
from dropreasons_service.problems import BATCH_PATH, Problem
from dropreasons_service.refusals import Answered, parameters_refused, shown
from dropreasons_service.snapshot import Snapshot

#: Room for the largest batch of the longest kernels, written without indentation.
LARGEST_BODY = 2 << 20
#: More at a time take more memory, and under the interpreter's lock are no sooner done.
BATCHES_AT_ONCE = 2

router = APIRouter()


@router.post(
    BATCH_PATH,
    operation_id="resolveBatch",
    tags=["numbers"],
    responses={
        **answers(ResolvedPairs, "One answer for each pair, in the order asked."),
        **problems("unknown-parameter", "invalid-body", "batch-too-large", "body-too-large", "unsupported-media-type"),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"At most {MOST_PAIRS} pairs in {LARGEST_BODY} bytes.",
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/Pairs"}}},
        }
    },
)
async def resolve_batch(request: Request) -> Response:
    """What many numbers mean, each on a kernel of its own; equal pairs cost no more than one."""
    if request.query_params:
        raise parameters_refused(request)
    _check_type(request)
    body = await _body(request)
    snapshot = snapshot_of(request)
    async with request.app.state.batches:
        items = await run_in_threadpool(_resolved, snapshot, body)
    outside = {**envelope(snapshot.release, SCHEMA_VERSION, []), "total": len(items), "count": len(items)}
    counts_of(request).add("pairs", len(items))
    before, after = to_json(outside).split(b"[]")
    return Answered(Pieces(before + b"[", items, b"]" + after))


def _check_type(request: Request) -> None:
    """Refuse a body that does not say it is plain JSON."""
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if media_type.strip() != JSON or charset not in {"", "charset=utf-8"}:
        detail = f"The body is said to be {shown(media_type)}; only {JSON} in UTF-8 is taken."
        raise Problem("unsupported-media-type", detail, valid=[JSON])
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("unsupported-media-type", "A compressed body is not taken.", valid=[JSON])


async def _body(request: Request) -> bytes:
    """Return the body, if it is not too large."""
    length = request.headers.get("content-length", "")
    too_large = Problem("body-too-large", f"The body is larger than {LARGEST_BODY} bytes.")
    if length.isdecimal() and int(length[:20]) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise too_large
    except ClientDisconnect as error:
        raise Problem("invalid-body", "The body ended early.", errors=[]) from error
    return bytes(body)


def _resolved(snapshot: Snapshot, body: bytes) -> list[bytes]:
    """Return the answer to every pair of a body, each different pair resolved once."""
    pairs = read_pairs(body)
    try:
        found = {pair: snapshot.resolver.resolved(pair[0], value_of(pair[1])) for pair in dict.fromkeys(pairs)}
    except (NotARelease, NotAValue) as error:
        raise wrong_pairs([{"kernel": kernel, "value": value} for kernel, value in pairs]) from error
    return list(map(found.__getitem__, pairs))
