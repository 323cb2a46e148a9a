# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The address that decodes what another tool printed: POST /v1/decode."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from dropreasons.decode.pasted import decode_text
from dropreasons.kernelrelease import LONGEST_RELEASE, NotARelease
from dropreasons_service.answers import JSON, NDJSON, NO_STORE, json_answer
from dropreasons_service.bodies import LARGEST_BODY, check_type, read_body
from dropreasons_service.documents import KERNEL
from dropreasons_service.front import snapshot_of
from dropreasons_service.openapi import problems
from dropreasons_service.problems import DECODE_PATH
from dropreasons_service.refusals import Answered, invalid

router = APIRouter()

#: What tools print comes as text, and as JSON lines.
_TAKEN = ("text/plain", JSON, NDJSON)


class DecodeQuery(BaseModel):
    """Where the text comes from, and how to sum it up."""

    model_config = ConfigDict(extra="forbid")

    kernel: Annotated[str | None, Field(max_length=LONGEST_RELEASE), WithJsonSchema(KERNEL)] = None
    by: Literal["reason", "class", "location", "process", "interface", "protocol", "minute"] = "reason"


@router.post(
    DECODE_PATH,
    operation_id="decode",
    tags=["numbers"],
    responses={
        200: {
            "description": "What `dropreasons decode --format json` says.",
            "content": {JSON: {"schema": {"type": "object"}}},
        },
        **problems("invalid-query", "unknown-parameter", "invalid-body", "body-too-large", "unsupported-media-type"),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"The lines that a tool printed, at most {LARGEST_BODY} bytes.",
            "content": {"text/plain": {"schema": {"type": "string"}, "example": "SKB_DROP_REASON_NO_SOCKET\n"}},
        }
    },
)
async def decode(request: Request, query: Annotated[DecodeQuery, Query()]) -> Response:
    """What the lines of perf, trace-cmd, dropwatch and others mean: drops by reason, what to look at first, and why."""
    check_type(request, _TAKEN)
    text = (await read_body(request)).decode("utf-8", "replace")
    registry = snapshot_of(request).registry
    async with request.app.state.batches:
        try:
            found = await run_in_threadpool(decode_text, registry, text, query.kernel, query.by)
        except NotARelease as error:
            raise invalid("query:kernel", str(error)) from error
    return Answered(json_answer(found, cache=NO_STORE))
