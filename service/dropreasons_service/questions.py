# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The questions whose answers depend on parameters: resolve, search, filtered lists and headers."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from starlette.types import Receive, Scope, Send

from dropreasons.generate.c_header import NoSingleTable, header_for_kernel
from dropreasons.kernelrelease import LONGEST_RELEASE, RELEASE_PATTERN, NotARelease
from dropreasons.lookup import LARGEST_VALUE, LONGEST_QUERY
from dropreasons.numbers import NotAValue, on_kernel, parse_value
from dropreasons.resolve import resolve
from dropreasons_service.answers import TEXT, Answer, answer, json_answer
from dropreasons_service.openapi import problems
from dropreasons_service.problems import Problem
from dropreasons_service.snapshot import SCHEMA_VERSION, Snapshot

router = APIRouter(prefix="/v1")
_LONGEST_VALUE = 64
_KERNEL = {
    "type": "string",
    "pattern": RELEASE_PATTERN,
    "maxLength": LONGEST_RELEASE,
    "description": "a kernel release, as `uname -r` prints it",
    "examples": ["6.12.117"],
}
_VALUE = {
    "description": "the 32-bit value of a trace, decimal or 0x",
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": LARGEST_VALUE},
        {"type": "string", "pattern": "^0[xX][0-9a-fA-F]{1,8}$"},
    ],
    "examples": ["77", "0x30001"],
}


class _Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ResolveQuery(_Parameters):
    """What to resolve."""

    kernel: Annotated[str, Field(max_length=LONGEST_RELEASE), WithJsonSchema(_KERNEL)]
    value: Annotated[str, Field(max_length=_LONGEST_VALUE), WithJsonSchema(_VALUE)]


class SearchQuery(_Parameters):
    """What to search for."""

    q: Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY, examples=["ring full"])]
    limit: Annotated[int, Field(ge=1, le=500)] = 20


class ListQuery(_Parameters):
    """Which reasons to list: all, or those that have one of the values given for each parameter."""

    subsystem: list[str] = []
    status: list[str] = []
    class_: Annotated[list[str], Field(alias="class")] = []
    layer: list[str] = []
    severity: list[str] = []


_MODELS: dict[str, type[BaseModel]] = {
    "/v1/resolve": ResolveQuery,
    "/v1/search": SearchQuery,
    "/v1/reasons": ListQuery,
}
VALID_PARAMETERS = {
    path: [field.alias or name for name, field in model.model_fields.items()] for path, model in _MODELS.items()
}


class Answered(Response):
    """An answer in the form FastAPI wants; it still handles conditional requests itself."""

    def __init__(self, made: Answer) -> None:
        super().__init__(status_code=made.status)
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        await self._made(scope, receive, send)


@router.get("", operation_id="getService", tags=["service"], responses=problems("unknown-parameter"))
def service_document(request: Request) -> dict[str, Any]:
    """What the service offers."""
    raise _parameters_refused(request)


@router.get("/kernels", operation_id="listKernels", tags=["kernels"], responses=problems("unknown-parameter"))
def kernels(request: Request) -> dict[str, Any]:
    """Every span of kernels that was read, and the table it uses."""
    raise _parameters_refused(request)


@router.get("/reasons", operation_id="listReasons", tags=["reasons"], responses=problems("unknown-parameter"))
def reasons(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
    """All reasons, or those that match the filters."""
    snapshot: Snapshot = request.app.state.snapshot
    filters = {key: values for key, values in query.model_dump(by_alias=True).items() if values}
    found = [r for r in snapshot.reasons if all(r[key] in values for key, values in filters.items())]
    return Answered(json_answer(snapshot.listing(found)))


@router.get(
    "/reasons/{name}",
    operation_id="getReason",
    tags=["reasons"],
    responses={
        301: {"description": "The name is an alias, a C symbol or in lower case."},
        **problems("reason-not-found", "unknown-parameter"),
    },
)
def reason(request: Request, name: str) -> dict[str, Any]:
    """Everything known of one reason."""
    snapshot: Snapshot = request.app.state.snapshot
    if snapshot.registry.spelled(name):
        raise _parameters_refused(request)
    near = snapshot.registry.near(name)
    raise Problem("reason-not-found", f"There is no drop reason {_shown(name)}.", did_you_mean=near)


@router.get(
    "/resolve", operation_id="resolve", tags=["numbers"], responses=problems("invalid-query", "unknown-parameter")
)
def resolve_value(request: Request, query: Annotated[ResolveQuery, Query()]) -> Response:
    """What a number means on a kernel, and how sure that is."""
    try:
        value = parse_value(query.value)
    except NotAValue as error:
        raise _invalid("query:value", str(error)) from error
    try:
        return Answered(json_answer(on_kernel(request.app.state.snapshot.registry, value, query.kernel)))
    except NotARelease as error:
        raise _invalid("query:kernel", str(error)) from error


@router.get(
    "/search", operation_id="search", tags=["reasons"], responses=problems("invalid-query", "unknown-parameter")
)
def search(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """Reasons by words in their names, aliases and texts, best first."""
    snapshot: Snapshot = request.app.state.snapshot
    rows = snapshot.registry.search(query.q, query.limit)
    items = [
        {"name": name, "summary": summary or None, "snippet": snippet, "url": f"/v1/reasons/{name}"}
        for name, summary, snippet in rows
    ]
    envelope = {"schema_version": SCHEMA_VERSION, "release": snapshot.meta["release"], "total": len(items)}
    return Answered(json_answer({**envelope, "count": len(items), "items": items, "next": None}))


@router.get(
    "/header/{kernel}.h",
    operation_id="getHeader",
    tags=["kernels"],
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "A C header."},
        **problems("kernel-unknown", "kernel-ambiguous", "invalid-query", "unknown-parameter"),
    },
)
def header(request: Request, kernel: Annotated[str, Path(), WithJsonSchema(_KERNEL)]) -> Response:
    """A C header with enum skb_drop_reason as one kernel has it."""
    if request.query_params:
        raise _parameters_refused(request)
    registry = request.app.state.snapshot.registry
    try:
        return Answered(answer(header_for_kernel(registry, kernel).encode(), TEXT))
    except NotARelease as error:
        raise _invalid("path:kernel", str(error)) from error
    except NoSingleTable as error:
        tables = [c.table for c in resolve(registry.database, kernel).candidates if c.table]
        raise Problem("kernel-ambiguous" if tables else "kernel-unknown", str(error), candidates=tables) from error


@router.get("/{rest:path}", include_in_schema=False)
def nothing_here(rest: str) -> None:
    """Answer for every address below /v1 that does not exist."""
    raise Problem("not-found", f"There is nothing at {_shown('/v1/' + rest)}.")


def _invalid(pointer: str, detail: str) -> Problem:
    return Problem("invalid-query", detail, errors=[{"pointer": pointer, "detail": detail, "code": "malformed"}])


def _parameters_refused(request: Request) -> Problem:
    """Return the problem of parameters at an address that takes none."""
    names = sorted(request.query_params)
    shown = ", ".join(map(_shown, names))
    return Problem("unknown-parameter", f"{request.url.path} takes no parameter {shown}.", valid=[])


def _shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST_QUERY else text[:LONGEST_QUERY] + "...")
