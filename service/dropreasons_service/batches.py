# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The address for many questions at once: POST /v1/resolve."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from dropreasons.kernelrelease import NotARelease
from dropreasons_service.answers import JSON, Pieces, to_json
from dropreasons_service.bodies import LARGEST_BODY, check_type, read_body
from dropreasons_service.documents import MOST_PAIRS, ResolvedPairs, answers
from dropreasons_service.front import counts_of, snapshot_of
from dropreasons_service.openapi import problems
from dropreasons_service.pairs import read_pairs, wrong_kernels
from dropreasons_service.prepared import SCHEMA_VERSION, envelope
from dropreasons_service.problems import BATCH_PATH
from dropreasons_service.refusals import Answered, parameters_refused
from dropreasons_service.snapshot import Snapshot

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
    check_type(request, [JSON])
    body = await read_body(request)
    snapshot = snapshot_of(request)
    async with request.app.state.batches:
        count, items = await run_in_threadpool(_resolved, snapshot, body)
    outside = {**envelope(snapshot.release, SCHEMA_VERSION, []), "total": count, "count": count}
    counts_of(request).add("pairs", count)
    before, after = to_json(outside).split(b"[]")
    return Answered(Pieces([before, b"[", *items, b"]", after]))


def _resolved(snapshot: Snapshot, body: bytes) -> tuple[int, list[bytes]]:
    """Return how many pairs a body has, and the list of their answers in pieces."""
    pairs = read_pairs(body)
    try:
        pieces = snapshot.resolver.listed(pairs)
    except NotARelease as error:
        raise wrong_kernels(pairs) from error
    if pieces:
        pieces[0] = pieces[0].removeprefix(b",")
    return len(pairs), pieces
