# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The questions whose answers depend on parameters: resolve, search, filtered lists and headers."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from dropreasons.generate.c_header import NoSingleTable, header_for_kernel
from dropreasons.kernelrelease import LONGEST_RELEASE, NotARelease
from dropreasons.lookup import LONGEST_QUERY
from dropreasons.numbers import NotAValue, on_kernel, parse_value
from dropreasons.resolve import resolve
from dropreasons_service.answers import TEXT, answer, json_answer, located
from dropreasons_service.documents import KERNEL, LONGEST_VALUE, VALUE, Resolved, answers
from dropreasons_service.openapi import problems
from dropreasons_service.problems import Problem
from dropreasons_service.refusals import Answered, invalid, parameters_refused, shown
from dropreasons_service.snapshot import SCHEMA_VERSION, Snapshot

router = APIRouter(prefix="/v1")


class _Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ResolveQuery(_Parameters):
    """What to resolve."""

    kernel: Annotated[str, Field(max_length=LONGEST_RELEASE), WithJsonSchema(KERNEL)]
    value: Annotated[str, Field(max_length=LONGEST_VALUE), WithJsonSchema(VALUE)]


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


@router.get("", operation_id="getService", tags=["service"], responses=problems("unknown-parameter"))
def service_document(request: Request) -> dict[str, Any]:
    """What the service offers."""
    raise parameters_refused(request)


@router.get("/kernels", operation_id="listKernels", tags=["kernels"], responses=problems("unknown-parameter"))
def kernels(request: Request) -> dict[str, Any]:
    """Every span of kernels that was read, and the table it uses."""
    raise parameters_refused(request)


@router.get("/reasons", operation_id="listReasons", tags=["reasons"], responses=problems("unknown-parameter"))
def reasons(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
    """All reasons, or those that match the filters."""
    snapshot: Snapshot = request.app.state.snapshot
    filters = {key: values for key, values in query.model_dump(by_alias=True).items() if values}
    found = [r for r in snapshot.reasons if all(r[key] in values for key, values in filters.items())]
    here = _address("/v1/reasons", filters)
    return Answered(json_answer(snapshot.listing(found), headers=[located(here)]))


@router.get(
    "/reasons/{name}",
    operation_id="getReason",
    tags=["reasons"],
    responses={
        301: {"description": "The name is an alias, a C symbol or in lower case."},
        **problems("reason-not-found", "unknown-parameter"),
    },
)
def reason(request: Request, name: Annotated[str, Path(examples=["FULL_RING"])]) -> dict[str, Any]:
    """Everything known of one reason."""
    snapshot: Snapshot = request.app.state.snapshot
    if snapshot.registry.spelled(name):
        raise parameters_refused(request)
    near = snapshot.registry.near(name)
    raise Problem("reason-not-found", f"There is no drop reason {shown(name)}.", did_you_mean=near)


@router.get(
    "/resolve",
    operation_id="resolve",
    tags=["numbers"],
    responses={**answers(Resolved, "What the number means."), **problems("invalid-query", "unknown-parameter")},
)
def resolve_value(request: Request, query: Annotated[ResolveQuery, Query()]) -> Response:
    """What a number means on a kernel, and how sure that is."""
    try:
        value = parse_value(query.value)
    except NotAValue as error:
        raise invalid("query:value", str(error)) from error
    try:
        found = on_kernel(request.app.state.snapshot.registry, value, query.kernel)
    except NotARelease as error:
        raise invalid("query:kernel", str(error)) from error
    here = _address("/v1/resolve", {"kernel": query.kernel, "value": str(value)})
    return Answered(json_answer(found, headers=[located(here)]))


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
    here = _address("/v1/search", query.model_dump())
    body = {**envelope, "count": len(items), "items": items, "next": None}
    return Answered(json_answer(body, headers=[located(here)]))


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
def header(request: Request, kernel: Annotated[str, Path(), WithJsonSchema(KERNEL)]) -> Response:
    """A C header with enum skb_drop_reason as one kernel has it."""
    if request.query_params:
        raise parameters_refused(request)
    registry = request.app.state.snapshot.registry
    try:
        made = header_for_kernel(registry, kernel).encode()
    except NotARelease as error:
        raise invalid("path:kernel", str(error)) from error
    except NoSingleTable as error:
        tables = [c.table for c in resolve(registry.database, kernel).candidates if c.table]
        raise Problem("kernel-ambiguous" if tables else "kernel-unknown", str(error), candidates=tables) from error
    return Answered(answer(made, TEXT, headers=[located(f"/v1/header/{kernel}.h")]))


@router.get("/{rest:path}", include_in_schema=False)
def nothing_here(rest: str) -> None:
    """Answer for every address below /v1 that does not exist."""
    raise Problem("not-found", f"There is nothing at {shown('/v1/' + rest)}.")


def _address(path: str, parameters: Mapping[str, Any]) -> str:
    """Return the one address of an answer to parameters."""
    return f"{path}?{urlencode(parameters, doseq=True)}" if parameters else path
