# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The addresses of single things: numbers, kernel releases, the words of the taxonomy, and the catalogue of APIs."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import WithJsonSchema

from dropreasons.kernelrelease import NotARelease
from dropreasons.numbers import NotAValue, parse_value
from dropreasons_service.answers import LINKSET, SCHEMA, json_answer, located, redirect
from dropreasons_service.documents import KERNEL, VALUE, Kernel, Linkset, Number, Words, answers
from dropreasons_service.front import snapshot_of
from dropreasons_service.kernels import kernel_document
from dropreasons_service.openapi import problems
from dropreasons_service.prepared import CATALOGUE, SCHEMA_VERSION
from dropreasons_service.problems import Problem
from dropreasons_service.refusals import Answered, invalid, parameters_refused, shown

router = APIRouter()


@router.get(
    "/v1/numbers/{number}",
    operation_id="getNumber",
    tags=["numbers"],
    responses={
        **answers(Number, "Every meaning of the number; none is an answer too."),
        301: {"description": "The number is not written in the one way, 0x and small letters without leading zeros."},
        **problems("invalid-query", "unknown-parameter"),
    },
)
def number(request: Request, number: Annotated[str, Path(), WithJsonSchema(VALUE)]) -> Response:
    """Every meaning a number has had, on all kernels."""
    if request.query_params:
        raise parameters_refused(request)
    try:
        value = parse_value(number)
    except NotAValue as error:
        raise invalid("path:number", str(error)) from error
    address = f"/v1/numbers/{value:#x}"
    if number != f"{value:#x}":
        return Answered(redirect(address))
    return Answered(snapshot_of(request).number(value))


@router.get(
    "/v1/kernels/{release}",
    operation_id="getKernel",
    tags=["kernels"],
    responses={
        **answers(Kernel, "What is known of the kernel; the confidence may be `unknown`."),
        301: {"description": "The release was written with a v before it."},
        **problems("invalid-query", "unknown-parameter"),
    },
)
def kernel(request: Request, release: Annotated[str, Path(), WithJsonSchema(KERNEL)]) -> Response:
    """Which table of numbers a kernel has, and how sure that is."""
    if request.query_params:
        raise parameters_refused(request)
    snapshot = snapshot_of(request)
    try:
        found = kernel_document(snapshot.registry, release)
    except NotARelease as error:
        raise invalid("path:release", str(error)) from error
    address = f"/v1/kernels/{release.removeprefix('v')}"
    if release.startswith("v"):
        return Answered(redirect(address))
    found |= {"schema_version": SCHEMA_VERSION, "release": snapshot.release}
    return Answered(json_answer(found, headers=[located(address)]))


def _words_of(axis: str, operation_id: str, summary: str) -> None:
    """Add the address of one axis of the taxonomy; its answer is made when the snapshot is."""

    @router.get(
        f"/v1/{axis}",
        operation_id=operation_id,
        tags=["reasons"],
        summary=summary,
        responses={**answers(Words, summary), **problems("unknown-parameter")},
    )
    def ready(request: Request) -> Response:
        raise parameters_refused(request)


_words_of("classes", "listClasses", "The kinds of cause, and the reasons of each.")
_words_of("layers", "listLayers", "The layers of the network stack, and the reasons raised in each.")
_words_of("subsystems", "listSubsystems", "The lists the kernel keeps, and the reasons of each.")


@router.get(
    CATALOGUE,
    operation_id="getApiCatalog",
    tags=["service"],
    response_class=Response,
    responses={
        200: {
            "description": "A link set (RFC 9264).",
            "content": {LINKSET.partition(";")[0]: {"schema": Linkset.model_json_schema(mode="serialization")}},
        },
        **problems("unknown-parameter"),
    },
)
def api_catalog(request: Request) -> dict[str, Any]:
    """Where this API begins and is described (RFC 9727)."""
    raise parameters_refused(request)


@router.get(
    "/v1/schemas/{file}",
    operation_id="getSchema",
    tags=["service"],
    response_class=Response,
    responses={
        200: {"description": "A JSON Schema (draft 2020-12).", "content": {SCHEMA: {"schema": {"type": "object"}}}},
        **problems("not-found", "unknown-parameter"),
    },
)
def schema(request: Request, file: Annotated[str, Path(examples=["reasons-1.0.json"])]) -> Response:
    """The JSON Schema of the catalogue, of a published reason, or of findings; made when the snapshot is."""
    if request.query_params:
        raise parameters_refused(request)
    raise Problem("not-found", f"There is no schema {shown(file)}; see /v1/schemas.")
