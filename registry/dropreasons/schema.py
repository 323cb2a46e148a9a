# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Turns data that people wrote into models, and every mistake into a finding with its place."""

from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dropreasons.findings import Finding
from dropreasons.source import Path_, Source

Model = TypeVar("Model", bound=BaseModel)


def load_model(
    model: type[Model], source: Source, findings: list[Finding], data: Any = None, at: Path_ = ()
) -> Model | None:
    """Validate data (the whole source unless given), adding what is wrong to the findings."""
    try:
        return model.model_validate(source.data if data is None and not at else data)
    except ValidationError as error:
        findings += (_finding(model, detail, source, at) for detail in error.errors(include_url=False))
    return None


def _finding(model: type[BaseModel], detail: ErrorDetails, source: Source, at: Path_) -> Finding:
    """Turn one of pydantic's errors into a finding in our words."""
    loc = tuple(step for step in detail["loc"] if step != "[key]")
    path = (*at, *loc)
    kind, last = detail["type"], str(loc[-1]) if loc else "the file"
    unknown = kind == "extra_forbidden"
    if kind == "missing":
        message = f"the field '{last}' is missing"
        path = path[:-1]
    elif unknown:
        near = get_close_matches(last, _field_names(model), 1)
        message = f"unknown field '{last}'" + (f"; did you mean '{near[0]}'?" if near else "")
    elif kind == "literal_error":
        message = f"'{last}' must be one of {detail['ctx']['expected']}, not {_short(detail['input'])}"
    elif kind.endswith("_type"):
        wanted = kind.removesuffix("_type").replace("model", "mapping").replace("tuple", "list")
        message = f"'{last}' must be a {wanted}, not {_short(detail['input'])}"
    else:
        message = f"'{last}': {detail['msg'][0].lower()}{detail['msg'][1:]}, not {_short(detail['input'])}"
    context = "/" + "/".join(str(step) for step in path)
    return Finding("DR001", "error", message, source.locate(path, key=unknown or kind == "missing"), context)


def _field_names(model: type[BaseModel]) -> list[str]:
    """Return the field names of a model as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _short(value: Any) -> str:
    """Return a value as a message shows it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
