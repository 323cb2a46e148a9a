# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The questions about numbers and kernels whose answers depend on parameters: resolve, headers and tables."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from dropreasons.generate.c_header import STYLES, NoSingleTable, header_for_kernel
from dropreasons.generate.sources import all_formats, source_for_kernel
from dropreasons.kernelrelease import LONGEST_RELEASE, NotARelease
from dropreasons.lookup import Registry
from dropreasons.numbers import NotAValue, parse_value
from dropreasons_service.answers import JSON, TEXT, Answer, answer, located
from dropreasons_service.documents import KERNEL, LONGEST_VALUE, VALUE, Resolved, answers
from dropreasons_service.front import snapshot_of
from dropreasons_service.openapi import problems
from dropreasons_service.problems import Problem
from dropreasons_service.refusals import Answered, addressed, invalid, no_single_table, parameters_refused, shown

router = APIRouter(prefix="/v1")

#: The forms of a kernel's table, by the end of their address.
TABLES = {form.suffix.removeprefix("."): form.name for form in all_formats().values()}
_AMBIGUOUS = problems("kernel-unknown", "kernel-ambiguous", "invalid-query", "not-found", "unknown-parameter")


class ResolveQuery(BaseModel):
    """What to resolve."""

    model_config = ConfigDict(extra="forbid")

    kernel: Annotated[str, Field(max_length=LONGEST_RELEASE), WithJsonSchema(KERNEL)]
    value: Annotated[str, Field(max_length=LONGEST_VALUE), WithJsonSchema(VALUE)]


class HeaderQuery(BaseModel):
    """How to write the header."""

    model_config = ConfigDict(extra="forbid")

    style: Annotated[str, Field(max_length=20, json_schema_extra={"enum": list(STYLES)})] = STYLES[0]


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
        return Answered(snapshot_of(request).resolved(query.kernel, value))
    except NotARelease as error:
        raise invalid("query:kernel", str(error)) from error


@router.get(
    "/header/{kernel}.h",
    operation_id="getHeader",
    tags=["kernels"],
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "A C header."},
        **_AMBIGUOUS,
    },
)
def header(
    request: Request, kernel: Annotated[str, Path(), WithJsonSchema(KERNEL)], query: Annotated[HeaderQuery, Query()]
) -> Response:
    """A C header with enum skb_drop_reason as one kernel has it, with the kernel's macros or as a plain enum."""
    style = query.style
    if style not in STYLES:
        raise invalid("query:style", f"{shown(style)} is no style; there are {', '.join(STYLES)}")
    here = addressed(f"/v1/header/{kernel}.h", {} if style == STYLES[0] else {"style": style})
    return Answered(_written(request, kernel, here, TEXT, lambda r: header_for_kernel(r, kernel, style)))


@router.get(
    "/tables/{kernel}.{form}",
    operation_id="getTable",
    tags=["kernels"],
    response_class=Response,
    responses={
        200: {
            "content": {"text/plain": {"schema": {"type": "string"}}, JSON: {"schema": {"type": "object"}}},
            "description": "The table as source of a language.",
        },
        **_AMBIGUOUS,
    },
)
def table(
    request: Request,
    kernel: Annotated[str, Path(), WithJsonSchema(KERNEL)],
    form: Annotated[str, Path(examples=list(TABLES)), WithJsonSchema({"type": "string", "enum": list(TABLES)})],
) -> Response:
    """The reasons of one kernel as Python, Go, Rust, TypeScript, bpftrace, C for Wireshark, or JSON."""
    if request.query_params:
        raise parameters_refused(request)
    if form not in TABLES:
        raise Problem("not-found", f"There is no table in the form {shown(form)}; there are {', '.join(TABLES)}.")
    media_type = JSON if form == "json" else TEXT
    here = f"/v1/tables/{kernel}.{form}"
    return Answered(_written(request, kernel, here, media_type, lambda r: source_for_kernel(r, kernel, TABLES[form])))


def _written(request: Request, kernel: str, here: str, media_type: str, write: Callable[[Registry], str]) -> Answer:
    """Return what is written of the one table a kernel has."""
    registry = snapshot_of(request).registry
    try:
        return answer(write(registry).encode(), media_type, headers=[located(here)])
    except NotARelease as error:
        raise invalid("path:kernel", str(error)) from error
    except NoSingleTable as error:
        raise no_single_table(registry, kernel, error) from error
