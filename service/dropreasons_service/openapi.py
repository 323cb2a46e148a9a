# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What the OpenAPI document says of errors."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dropreasons.problem_types import PROBLEM_TYPES
from dropreasons_service.documents import Pairs
from dropreasons_service.problems import PROBLEM_JSON

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "did_you_mean": {"type": "array", "items": {"type": "string"}},
        "candidates": {"type": "array", "items": {"type": "string"}},
        "valid": {"type": "array", "items": {"type": "string"}},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {k: {"type": "string"} for k in ("pointer", "detail", "code")}},
        },
    },
}


def problems(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Return the documented error answers of an operation."""
    by_status: dict[int, list[str]] = {}
    for slug in slugs:
        by_status.setdefault(PROBLEM_TYPES[slug].status, []).append(slug)
    return {
        status: {
            "description": "; ".join(f"{PROBLEM_TYPES[slug].title} ({slug})" for slug in named),
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, named in by_status.items()
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, FastAPI's own form of errors replaced by ours."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = _PROBLEM
        batch = Pairs.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= batch.pop("$defs") | {"Pairs": batch}
        for path in document["paths"].values():
            for operation in path.values():
                told = operation["responses"].get("422", {})
                if PROBLEM_JSON not in told.get("content", {}):
                    operation["responses"].pop("422", None)
        app.openapi_schema = document
    return app.openapi_schema
