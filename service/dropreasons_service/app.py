# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The service put together: answers made once in front, FastAPI for questions, the site for the rest."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dropreasons import __version__
from dropreasons.registry_file import default_path
from dropreasons_service.addresses import router as addresses
from dropreasons_service.batches import BATCHES_AT_ONCE
from dropreasons_service.batches import router as batches
from dropreasons_service.counting import Counts
from dropreasons_service.front import Front
from dropreasons_service.history import router as history
from dropreasons_service.listings import VALID_PARAMETERS
from dropreasons_service.listings import router as listings
from dropreasons_service.openapi import describe
from dropreasons_service.pastes import router as pastes
from dropreasons_service.problems import Problem
from dropreasons_service.questions import router as questions
from dropreasons_service.refusals import Answered, shown
from dropreasons_service.settings import Settings
from dropreasons_service.site import SITE, site
from dropreasons_service.snapshot import Snapshot
from dropreasons_service.swapping import mark_of, watching
from dropreasons_service.wire import sweep

_LOGGER = logging.getLogger(__name__)
_DESCRIPTION = "Tells why Linux dropped a packet: reasons, their numbers on every kernel, meaning and next step."


def from_environment() -> Front:
    """Return the service as the environment sets it."""
    return create_app(Settings())


def create_app(settings: Settings | None = None, site_folder: Path = SITE) -> Front:
    """Return the service over a registry.db.

    Raises:
        RegistryError: the file is missing, damaged or foreign.
    """
    settings = settings or Settings()
    seen = mark_of(settings.db or default_path())
    snapshot = Snapshot(settings.db)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(sweep(front.connections))
        async with watching(front, settings.watch, seen):
            yield
        sweeper.cancel()

    app = FastAPI(
        title="dropreasons",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=running,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "GPL-2.0-only OR MIT", "identifier": "GPL-2.0-only OR MIT"},
    )
    counts = Counts()
    app.state.counts = counts
    app.state.batches = asyncio.Semaphore(BATCHES_AT_ONCE)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    for part in (addresses, batches, pastes, history, questions, listings):
        app.include_router(part)
    app.mount("/", site(site_folder))
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failure)
    front = Front(app, snapshot, settings, counts)
    return front


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return Answered(error.answer(request.scope))


async def _validation(request: Request, error: Exception) -> Response:
    """Turn FastAPI's errors of parameters into problems, without echoing what was sent."""
    assert isinstance(error, RequestValidationError)
    details = error.errors()
    unknown = sorted(str(e["loc"][-1]) for e in details if e["type"] == "extra_forbidden")
    if unknown:
        names = ", ".join(shown(name[:60]) for name in unknown)
        valid = VALID_PARAMETERS.get(request.url.path, [])
        problem = Problem("unknown-parameter", f"{request.url.path} takes no parameter {names}.", valid=valid)
    else:
        errors = [{"pointer": ":".join(map(str, e["loc"])), "detail": e["msg"], "code": e["type"]} for e in details]
        problem = Problem("invalid-query", "; ".join(f"{e['pointer']}: {e['detail']}" for e in errors), errors=errors)
    return Answered(problem.answer(request.scope))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    slug = "method-not-allowed" if error.status_code == 405 else "not-found"
    return Answered(Problem(slug, f"There is nothing at {shown(request.url.path)}.").answer(request.scope))


async def _failure(request: Request, error: Exception) -> Response:
    _LOGGER.error("failed on %s", request.url.path, exc_info=error)
    return Answered(Problem("internal-error", "The service failed; its log says more.").answer(request.scope))
