# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Schemathesis over the whole OpenAPI document, as long as one likes, and from one answer to the next."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dropreasons_service.app import create_app
from dropreasons_service.settings import Settings

#: How many requests are made up at least; DROPREASONS_CASES=20000 asks for more.
CASES = int(os.environ.get("DROPREASONS_CASES", "2000"))
_STEPS = 10


@pytest.fixture(scope="module")
def schema(database: Path) -> BaseSchema:
    """The description of the service, with the service behind it."""
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(Settings(db=str(database))))


def bounds(examples: int) -> settings:
    """Return how Hypothesis is to go about it."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.slow
def test_every_operation_answers_as_described(schema: BaseSchema) -> None:
    """Right and wrong requests to every operation: no server error, and no answer that is not described."""
    asked: Counter[str] = Counter()
    operations = [found.ok() for found in schema.get_all_operations()]
    # An operation without parameters has few cases; the others make up for it, round after round.
    while asked.total() < CASES // 2:
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

                @given(operation.as_strategy(generation_mode=mode))
                @bounds(max(20, CASES // len(operations) // 4))
                def ask(case: schemathesis.Case[Any]) -> None:
                    asked[case.operation.label] += 1
                    case.call_and_validate()

                try:
                    ask()
                except Unsatisfiable:
                    assert mode is GenerationMode.NEGATIVE
    print(f"\n{asked.total()} cases", dict(asked))
    assert len(asked) == len(operations)


@pytest.mark.slow
def test_what_answers_lead_to_answers_as_described(schema: BaseSchema) -> None:
    """From answer to answer along the links of the document: each is as described, whatever came before."""
    asked: Counter[str] = Counter()
    machine = schema.as_state_machine()

    class Counted(machine):  # type: ignore[misc, valid-type]  # Schemathesis makes the class
        """The walk, counted."""

        def before_call(self, case: schemathesis.Case[Any]) -> None:
            super().before_call(case)
            asked[case.operation.label] += 1

        def validate_response(self, response: Any, case: schemathesis.Case[Any], **more: Any) -> None:
            # A list has null where a range has no one release; Schemathesis writes it into an address as "None".
            followed_null = None in (case.path_parameters or {}).values()
            case.validate_response(
                response, excluded_checks=[positive_data_acceptance] if followed_null else [], **more
            )

    while asked.total() < CASES // 2:
        Counted.run(settings=settings(bounds(max(10, CASES // 2 // _STEPS)), stateful_step_count=_STEPS))
    print(f"\n{asked.total()} steps", dict(asked))
