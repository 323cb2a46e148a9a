# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The lists of reasons: all of them, those that match filters, page by page, or by words."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dropreasons.generate.exports import as_csv, as_lines
from dropreasons.lookup import LONGEST_QUERY
from dropreasons_service.answers import CSV, JSON, NDJSON, answer, json_answer, link, located
from dropreasons_service.conditions import chosen
from dropreasons_service.documents import Found, Kernels, Reasons, Service, answers
from dropreasons_service.front import snapshot_of
from dropreasons_service.openapi import problems
from dropreasons_service.prepared import SCHEMA_VERSION, envelope
from dropreasons_service.problems import Problem
from dropreasons_service.reason_documents import Reason
from dropreasons_service.refusals import Answered, addressed, parameters_refused, shown

router = APIRouter(prefix="/v1")

_LARGEST_PAGE = 1000
_FORMS = (JSON, NDJSON, CSV)


class SearchQuery(BaseModel):
    """What to search for."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY, examples=["ring full"])]
    limit: Annotated[int, Field(ge=1, le=500)] = 20


class ListQuery(BaseModel):
    """Which reasons to list: all, or those that have one of the values given for each parameter."""

    model_config = ConfigDict(extra="forbid")

    subsystem: list[str] = []
    status: list[str] = []
    class_: Annotated[list[str], Field(alias="class")] = []
    layer: list[str] = []
    severity: list[str] = []
    limit: Annotated[int, Field(ge=1, le=_LARGEST_PAGE)] = _LARGEST_PAGE
    cursor: Annotated[int, Field(ge=0, le=99_999, description="where the page before ended; take it from `next`")] = 0


_MODELS: dict[str, type[BaseModel]] = {"/v1/search": SearchQuery, "/v1/reasons": ListQuery}
VALID_PARAMETERS = {
    path: [field.alias or name for name, field in model.model_fields.items()] for path, model in _MODELS.items()
}


@router.get(
    "",
    operation_id="getService",
    tags=["service"],
    responses={**answers(Service, "Templates of addresses."), **problems("unknown-parameter")},
)
def service_document(request: Request) -> Response:
    """What the service offers."""
    raise parameters_refused(request)


@router.get(
    "/kernels",
    operation_id="listKernels",
    tags=["kernels"],
    responses={**answers(Kernels, "The spans, by family and line."), **problems("unknown-parameter")},
)
def kernels(request: Request) -> Response:
    """Every span of kernels that was read, and the table it uses."""
    raise parameters_refused(request)


@router.get(
    "/reasons",
    operation_id="listReasons",
    tags=["reasons"],
    responses={
        200: {
            "model": Reasons,
            "description": "The reasons; as JSON lines or CSV where Accept prefers that.",
            "content": {NDJSON: {"schema": {}}, CSV.partition(";")[0]: {"schema": {}}},
        },
        303: {"description": "The page for people, where Accept prefers HTML."},
        **problems("not-acceptable", "invalid-query", "unknown-parameter"),
    },
)
def reasons(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
    """All reasons, or those that match the filters; by sub-system and name."""
    snapshot = snapshot_of(request)
    filters = query.model_dump(by_alias=True, exclude={"limit", "cursor"}, exclude_defaults=True)
    found = [r for r in snapshot.reasons if all(r[key] in values for key, values in filters.items())]
    end = query.cursor + query.limit
    page = found[query.cursor : end]
    following = None
    if end < len(found):
        following = addressed("/v1/reasons", {**filters, "limit": query.limit, "cursor": end})
    asked = query.model_dump(by_alias=True, exclude_defaults=True)
    headers = [located(addressed("/v1/reasons", asked)), *([link(following, "next")] if following else [])]
    form = chosen(request.headers.get("accept", "").encode("latin-1"), _FORMS)
    if form is None:
        raise Problem("not-acceptable", "The list is not to be had in a form that Accept allows.", valid=list(_FORMS))
    if form == JSON:
        return Answered(json_answer(snapshot.listing(page, len(found), following), headers=headers, vary="Accept"))
    return Answered(answer(as_lines(page) if form == NDJSON else as_csv(page), form, headers=headers, vary="Accept"))


@router.get(
    "/reasons/{name}",
    operation_id="getReason",
    tags=["reasons"],
    responses={
        200: {
            "model": Reason,
            "description": "The reason; as a text page where Accept prefers that.",
            "content": {"text/plain": {"schema": {}}},
        },
        301: {"description": "The name is an alias, a C symbol or in lower case."},
        303: {"description": "The page for people, where Accept prefers HTML."},
        **problems("reason-not-found", "not-acceptable", "unknown-parameter"),
    },
)
def reason(request: Request, name: Annotated[str, Path(examples=["FULL_RING"])]) -> Response:
    """Everything known of one reason; NAME.json and NAME.txt are the same for those who can send no header."""
    registry = snapshot_of(request).registry
    if registry.spelled(name):
        raise parameters_refused(request)
    raise Problem("reason-not-found", f"There is no drop reason {shown(name)}.", did_you_mean=registry.near(name))


@router.get(
    "/search",
    operation_id="search",
    tags=["reasons"],
    responses={**answers(Found, "The best first."), **problems("invalid-query", "unknown-parameter")},
)
def search(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """Reasons by words in their names, aliases and texts, best first."""
    snapshot = snapshot_of(request)
    items = [
        {"name": name, "summary": summary or None, "snippet": snippet, "url": f"/v1/reasons/{name}"}
        for name, summary, snippet in snapshot.registry.search(query.q, query.limit)
    ]
    here = addressed("/v1/search", query.model_dump())
    return Answered(json_answer(envelope(snapshot.release, SCHEMA_VERSION, items), headers=[located(here)]))


@router.get("/{rest:path}", include_in_schema=False)
def nothing_here(rest: str) -> None:
    """Answer for every address below /v1 that does not exist."""
    raise Problem("not-found", f"There is nothing at {shown('/v1/' + rest)}.")
